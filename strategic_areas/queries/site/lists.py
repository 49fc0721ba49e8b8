"""The lists of each plan that can be taken away, and up to when they tell."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Max
from django.db.models.functions import Coalesce, Least, TruncDate

from strategic_areas.models import ActivityUpdate, Plan
from strategic_areas.queries.plan import plans

#: The day by which what an account says was so, as ``newest.Age.known_by``.
KNOWN_BY = Least(
    F("period__ends_on"),
    Coalesce("reported_on", TruncDate("submitted_at"), "period__ends_on"),
)


@dataclass(frozen=True)
class Lists:
    """A plan with a record; ``until`` is None where nothing is published on it yet."""

    plan: Plan
    until: date | None


def of_every_plan() -> list[Lists]:
    """Every public plan that has a record, the latest first; two queries."""
    recorded = plans.public().filter(has_record=True)
    counted = ActivityUpdate.objects.counted().values("plan").order_by("plan")
    until = dict(counted.annotate(until=Max(KNOWN_BY)).values_list("plan", "until"))
    return [Lists(plan, until.get(plan.pk)) for plan in recorded]
