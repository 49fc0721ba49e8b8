"""What one person may change alone: nothing that the public reads."""

from django.db import connection

from agencies.fields import field_of
from strategic_areas.models import Plan
from strategic_areas.workflow.approval import path_to_plan
from strategic_areas.workflow.changes import waiting_change


def applies_at_once(record, changed, links=None):
    """
    Whether saving these fields of a record needs no second person.

    So it is with fields that only staff read and that protect nobody, and with what
    stands in a plan in preparation. ``changed`` are names of columns, ``links`` the new
    values of many-to-many fields. A field that the model does not declare counts as
    public.
    """
    fields = [field_of(type(record), name) for name in changed]
    told = [each for each in fields if each.public or each.protects]
    if record.pk and fields and not told:
        return True
    if isinstance(record, Plan) and record.pk and "status" in changed:
        return False
    return _is_in_preparation(record, links or {})


def all_apply_at_once(plan, records):
    """
    Whether saving many public records of one plan needs no second person.

    It takes a fixed number of queries. ``records`` are pairs of a record, which leads
    to the plan, and its links.
    """
    stored = {}
    for record, _links in records:
        if record.pk and record != plan:
            stored.setdefault(type(record), []).append(record.pk)
    return (
        _is_open(plan)
        and not any(_leads_outside(record, links) for record, links in records)
        and not any(_are_named_outside(*each) for each in stored.items())
    )


def _is_in_preparation(record, links):
    """Whether it stands, before and after, in plans in preparation and nowhere else."""
    path = path_to_plan(type(record))
    if path is None:
        return False
    forms = [record]
    if record.pk:
        forms.append(type(record)._default_manager.get(pk=record.pk))
    plans = [_follow(form, path) for form in forms]
    return (
        all(plan is not None and _is_open(plan) for plan in plans)
        and not _leads_outside(record, links)
        and not (record.pk and path and _are_named_outside(type(record), [record.pk]))
    )


def _follow(record, path):
    for name in filter(None, path.split("__")):
        record = record and getattr(record, name, None)
    return record


def _is_open(plan):
    """
    A plan in preparation, unless its approval waits: then it stays as proposed.

    Inside a transaction the plan is locked, as whoever proposes the approval does, so
    that nothing is saved after the plan was proposed.
    """
    # What a form holds is not stored yet: a new plan begins in preparation.
    if plan.pk is None:
        return plan.status == Plan.Status.IN_PREPARATION
    rows = Plan.objects.filter(pk=plan.pk, status=Plan.Status.IN_PREPARATION)
    if connection.in_atomic_block:
        rows = rows.select_for_update()
    return bool(rows.values_list("pk")) and waiting_change(plan) is None


def _leads_outside(record, links):
    before = [*links.get("supersedes", ()), getattr(record, "continues", None)]
    return any(each.plan_id != record.plan_id for each in before if each is not None)


def _are_named_outside(named, keys):
    for relation in named._meta.get_fields(include_hidden=True):
        model = relation.related_model
        if relation.concrete or not hasattr(model, "fields"):
            continue
        rows = model._default_manager.filter(**{f"{relation.field.name}__in": keys})
        path = path_to_plan(model)
        if path is not None:
            status = "__".join(filter(None, [path, "status"]))
            rows = rows.exclude(**{status: Plan.Status.IN_PREPARATION})
        if rows.exists():
            return True
    return False
