"""What of a proposed change is structure of an approved plan."""

from django.db.models import Model

from agencies.fields import Kind
from strategic_areas.models import (
    Activity,
    Commitment,
    Discrepancy,
    Indicator,
    LaterActivity,
    Participation,
    Plan,
    Programme,
    Provenance,
    Source,
    StrategicArea,
    Target,
    Term,
    TipTier,
)
from strategic_areas.workflow.plain_values import is_new

#: The records of an official plan that have a structure, besides the plan itself.
STRUCTURAL = (StrategicArea, Programme, Commitment, Activity, Target)
#: The records of which a plan's list of changes tells.
OF_PLAN = (
    *(Plan, Participation, Indicator, Discrepancy, LaterActivity, Source, TipTier),
    Term,
    *STRUCTURAL,
)
#: A record becomes the plan's own word, or stops being it, by its provenance.
EXISTENCE = "provenance"
#: What takes the place of the plan's own record ends that record.
PLACE = "supersedes"


def plan_of(record):
    """The approved plan of which a record is a part; None where there is none."""
    if not isinstance(record, OF_PLAN) or not getattr(record, "is_in_plan", True):
        return None
    if isinstance(record, Plan):
        plan = record
    else:
        link = "introduced_by" if isinstance(record, Indicator) else "plan"
        plan = getattr(record, link, None)
    is_public = plan is not None and plan.status != Plan.Status.IN_PREPARATION
    return plan if is_public else None


def changed(record, before, after, *, is_new=False):
    """
    The names of the structural fields that a change sets, in the order of the model.

    ``record`` is as the change leaves it; ``before`` and ``after`` hold its changed
    columns by name.
    """
    if plan_of(record) is None or not isinstance(record, (Plan, *STRUCTURAL)):
        return []
    names = record.fields.spanish(structure=True)
    if isinstance(record, Plan):
        # A plan that is added, or approved, is decided on as a whole.
        was = before.get("status", record.status)
        if is_new or was == Plan.Status.IN_PREPARATION:
            return []
        return [name for name in names if name in after]
    stood = before.get(EXISTENCE, record.provenance)
    if Provenance.PLAN not in {stood, record.provenance}:
        replaced = [*before.get(PLACE, ()), *after.get(PLACE, ())]
        return [PLACE] if _are_official(type(record), replaced) else []
    return [name for name in [*names, EXISTENCE] if name in after]


def _are_official(model, links):
    """Whether the plan itself states any of the linked records, or keys of records."""
    records = [each for each in links if isinstance(each, Model)]
    if len(records) == len(links):
        return any(each.provenance == Provenance.PLAN for each in records if each.pk)
    stored = [key for key in links if not is_new(key)]
    rows = model.objects.filter(pk__in=stored, provenance=Provenance.PLAN)
    return bool(stored) and rows.exists()


def labels(record, names):
    """What staff read above these fields, joined."""
    fields = [
        record.fields.of_column(name)
        for name in names
        if record.fields.of_column(name).kind is not Kind.OTHER or name == "code"
    ]
    return ", ".join(field.label for field in fields)
