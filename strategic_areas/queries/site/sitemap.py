"""The records that have a public page, and when each was last published on."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q

from strategic_areas.models import (
    PUBLIC_RECORD,
    Commitment,
    Indicator,
    Participation,
    Plan,
    Status,
    StrategicArea,
)
from strategic_areas.queries.plan import plans
from strategic_areas.queries.updates import record

LAST = Max(
    "activities__updates__published_at",
    filter=Q(activities__updates__status__in=PUBLIC_RECORD),
)


@dataclass(frozen=True)
class Place:
    """The arguments of a page's address in each language, and its last change."""

    spanish: tuple
    english: tuple
    changed_at: datetime | None = None


def places() -> dict[str, list[Place]]:
    """
    The places of all public pages by the name of the page; seven queries.

    ``of_plan`` holds those of all pages that take only a plan, "" those of pages that
    take nothing. A page to which a plan links only if it has such content is left out
    if it has none.
    """
    recorded = list(plans.public().filter(has_record=True))
    commitments = _commitments(recorded)
    found = {"": [Place((), ())]}
    found["plan"] = _same((plan.code,) for plan in Plan.objects.public())
    for name, are_told in (
        ("of_plan", lambda plan: True),
        ("amendments", lambda plan: plan.has_changes),
        ("later_activities", lambda plan: plan.has_later),
    ):
        found[name] = [
            Place((plan.code,), (plan.code,), _last(commitments, plan))
            for plan in filter(are_told, recorded)
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
    found["indicator"] = _same(
        Indicator.objects.filter(introduced_by__in=Plan.objects.public())
        .order_by("sort_code")
        .values_list("code")
    )
    found["update"] = [
        *_revisions(record.updates()),
        *_revisions(record.declarations()),
    ]
    return found


def _revisions(rows):
    """The published revisions, each at its address."""
    rows = rows.filter(status=Status.PUBLISHED).select_related(None).order_by("pk")
    told = rows.values_list("plan__code", "public_id", "published_at")
    return [Place((plan, word), (plan, word), at) for plan, word, at in told]


def _commitments(recorded):
    rows = Commitment.objects.public().standing().filter(plan__in=recorded)
    return list(rows.select_related("plan").annotate(last=LAST))


def _last(commitments, plan):
    days = [row.last for row in commitments if row.plan_id == plan.pk and row.last]
    return max(days, default=None)


def _same(arguments):
    return [Place(tuple(each), tuple(each)) for each in arguments]
