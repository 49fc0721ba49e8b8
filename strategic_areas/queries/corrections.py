"""What was asked to be corrected, what was decided, and in how many days."""

from dataclasses import dataclass
from statistics import median_high

from strategic_areas.models import Correction


@dataclass(frozen=True)
class Log:
    """``days`` is the median of those decided; None while there is none."""

    corrections: tuple[Correction, ...]
    decided: int
    days: int | None


def log() -> Log:
    """Every request, the latest first; one query."""
    found = tuple(Correction.objects.order_by("-asked_on", "-pk"))
    days = [each.days for each in found if each.decided_on]
    return Log(found, len(days), median_high(days) if days else None)
