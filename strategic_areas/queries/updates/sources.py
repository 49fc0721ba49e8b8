"""The sources on which public records rest."""

from django.db.models import Prefetch, Q

from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    Plan,
    Source,
)


def by_key(to_attr: str | None = None) -> Prefetch:
    """Sources by their keys, as an argument of ``prefetch_related``."""
    return Prefetch("sources", Source.objects.order_by("key"), to_attr)


def behind(plan: Plan):
    """The distinct sources that the plan's commitments, activities and updates cite."""
    counted = ActivityUpdate.objects.counted()
    counted = counted.filter(plan=plan, activity__is_in_plan=True)
    found = Q()
    for model, rows in (
        (Commitment, {"commitment__plan": plan}),
        (Activity, {"activity__plan": plan}),
        (ActivityUpdate, {"activityupdate__in": counted}),
    ):
        cited = model.sources.through.objects.filter(**rows)
        found |= Q(pk__in=cited.values("source"))
    return Source.objects.filter(found)
