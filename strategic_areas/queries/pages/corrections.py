"""What was asked to be corrected, what was decided, and in how many days."""

from dataclasses import dataclass
from fractions import Fraction

from django.db.models import F, QuerySet

from strategic_areas import discipline
from strategic_areas.models import Correction, Takedown

#: Requests on a page of the log.
PER_PAGE = 30
LATEST_FIRST = (F("asked_on").desc(), F("pk").desc())


@dataclass(frozen=True)
class Log:
    """
    All requests, not read yet: a page reads only its own.

    ``days`` is the median number of days until a decision; None without any decision.
    ``hidden`` is what was hidden to protect people and confirmed, the latest first.
    """

    corrections: QuerySet
    decided: int
    days: int | None
    hidden: tuple[Takedown, ...]


def log() -> Log:
    """Every request, the latest first; one query for the days."""
    found = Correction.objects.order_by(*LATEST_FIRST)
    decided = Correction.objects.filter(decided_on__isnull=False)
    dates = decided.values_list("asked_on", "decided_on")
    days = [Fraction((decided - asked).days) for asked, decided in dates]
    hidden = tuple(Takedown.objects.confirmed()[:PER_PAGE])
    return Log(found, len(days), discipline.median_days(days), hidden)


def page_of(place: int) -> int:
    """The page of the log on which the request at ``place`` stands, counted from 1."""
    return -(-place // PER_PAGE)
