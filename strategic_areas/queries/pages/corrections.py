"""What was asked to be corrected, what was decided, and in how many days."""

from dataclasses import dataclass
from fractions import Fraction

from django.db.models import F, QuerySet

from strategic_areas import discipline
from strategic_areas.models import Correction

#: Requests on a page of the log.
PER_PAGE = 30
LATEST_FIRST = (F("asked_on").desc(), F("pk").desc())


@dataclass(frozen=True)
class Log:
    """
    ``corrections`` are not read yet, so that a page reads its own alone.

    ``days`` is the median of those decided; None while there is none.
    """

    corrections: QuerySet
    decided: int
    days: int | None


def log() -> Log:
    """Every request, the latest first; one query for the days."""
    found = Correction.objects.order_by(*LATEST_FIRST)
    decided = Correction.objects.filter(decided_on__isnull=False)
    dates = decided.values_list("asked_on", "decided_on")
    days = [Fraction((decided - asked).days) for asked, decided in dates]
    return Log(found, len(days), discipline.median_days(days))


def page_of(place: int) -> int:
    """On which page of the log what stands at ``place`` is found."""
    return -(-place // PER_PAGE)
