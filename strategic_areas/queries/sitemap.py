"""The records that have a public page, and when each was last published on."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q

from strategic_areas.models import (
    PUBLIC_RECORD,
    Commitment,
    Participation,
    Plan,
    StrategicArea,
)
from strategic_areas.queries import plans

LAST = Max(
    "activities__updates__published_at",
    filter=Q(activities__updates__status__in=PUBLIC_RECORD),
)


@dataclass(frozen=True)
class Place:
    """The arguments of an address in each language."""

    spanish: tuple
    english: tuple
    changed_at: datetime | None = None


def places() -> dict[str, list[Place]]:
    """By the name of the page that takes them; four queries."""
    recorded = list(plans.public().filter(has_record=True))
    commitments = _commitments(recorded)
    found = {"": [Place((), ())]}
    found["plan"] = _same((plan.code,) for plan in Plan.objects.public())
    found["of_plan"] = [
        Place((plan.code,), (plan.code,), _last(commitments, plan)) for plan in recorded
    ]
    found["area"] = [
        Place((code, spanish), (code, english or spanish))
        for code, spanish, english in StrategicArea.objects.filter(
            plan__in=recorded
        ).values_list("plan__code", "slug_es", "slug_en")
    ]
    found["commitment"] = [
        Place((row.plan.code, row.code), (row.plan.code, row.code), row.last)
        for row in commitments
    ]
    found["agency"] = _same(
        Participation.objects.filter(plan__in=recorded).values_list(
            "plan__code", "agency__slug"
        )
    )
    return found


def _commitments(recorded):
    rows = Commitment.objects.public().standing().filter(plan__in=recorded)
    return list(rows.select_related("plan").annotate(last=LAST))


def _last(commitments, plan):
    days = [row.last for row in commitments if row.plan_id == plan.pk and row.last]
    return max(days, default=None)


def _same(arguments):
    return [Place(tuple(each), tuple(each)) for each in arguments]
