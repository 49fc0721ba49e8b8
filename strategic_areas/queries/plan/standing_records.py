"""The commitments and activities of a plan that stand, as its board reads them."""

from django.db.models import Exists, OuterRef

from strategic_areas.models import Activity, Commitment
from strategic_areas.queries.plan import disputes, names
from strategic_areas.queries.prepared import prepared


def commitments(plan, supporter):
    """The standing commitments, in the order of their codes."""
    if plan.until:
        rows = _with_marks(Commitment.objects.filter(plan.changes.standing(Commitment)))
        rows = rows.annotate(called_then=names.name_then("lead", plan.until.ends_on))
    else:
        rows = _standing(Commitment)
    rows = rows.filter(plan=plan)
    if supporter:
        supporting = Commitment.supporting.through.objects.filter(
            commitment=OuterRef("pk"), agency=supporter
        )
        rows = rows.annotate(is_supported=Exists(supporting))
    found = list(rows)
    for commitment in found:
        commitment.plan = plan
        if plan.until:
            commitment.lead.called_then = commitment.called_then
    return found


def activities(plan, found):
    """The standing activities of the plan, each with its commitment."""
    if plan.until:
        rows = _with_marks(Activity.objects.filter(plan.changes.standing(Activity)))
        rows = rows.annotate(called_then=names.name_then("agency", plan.until.ends_on))
    else:
        rows = _standing(Activity)
    above, work = {each.pk: each for each in found}, []
    for activity in rows.filter(plan=plan, is_in_plan=True):
        if commitment := above.get(activity.commitment_id):
            activity.commitment, activity.plan = commitment, plan
            activity.is_disputed |= commitment.is_disputed
            if plan.until:
                activity.agency.called_then = activity.called_then
            work.append(activity)
    return work


@prepared
def _standing(model):
    return _with_marks(model.objects.standing())


def _with_marks(rows):
    """Those of public plans by their codes, each marked if its agency disputes it."""
    links = {Commitment: ["lead", "programme__area"], Activity: ["agency"]}
    is_disputed = disputes.unresolved(rows.model._meta.model_name)
    return (
        rows.public()
        .select_related(*links[rows.model])
        .annotate(is_disputed=is_disputed)
        .order_by("sort_code", "pk")
    )
