"""
A person's draft of a plan, and lines of proposals that return to it.

Only that person can edit the draft and propose its lines.
"""

from collections import defaultdict
from itertools import chain

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from agencies.models import Agency
from strategic_areas.models import (
    Activity,
    Commitment,
    DueProvenance,
    Indicator,
    Participation,
    Plan,
    Target,
)
from strategic_areas.models.drafts import DRAFT_TABLES, DraftLine, PlanDraft
from strategic_areas.workflow.guard import must_be_clean, must_not_wait_for_purge
from strategic_areas.workflow.plain_values import (
    NEW,
    is_new,
    place_of_new,
    unique_text_fields,
)
from strategic_areas.workflow.plan_approval import approves_plan, path_to_plan
from strategic_areas.workflow.transitions import must_propose


@transaction.atomic
def save_draft_line(
    plan, table, new_values, *, by, record=None, values_before=None, line=None
):
    """
    Save new values of a record in the person's draft; return the ``DraftLine``.

    ``new_values`` are plain values by column, ``values_before`` the stored values when
    editing began; for a new record they map columns to pairs of a linked code and its
    primary key. ``line`` is the key of a line. Refuses personal data, and words of a
    pending purge.
    """
    must_propose(by, plan)
    must_be_clean(DRAFT_TABLES[table], **new_values)
    must_not_wait_for_purge(plan, new_values.values())
    draft = _locked_draft(plan.pk, by)
    draft_line = _find_or_build_line(draft, table, record, line)
    draft_line.new_values |= new_values
    draft_line.values_before = (values_before or {}) | (
        draft_line.values_before if record else {}
    )
    draft_line.save()
    _touch(draft)
    return draft_line


@transaction.atomic
def drop_draft_lines(plan, lines, *, by):
    draft = PlanDraft.objects.select_for_update().filter(plan=plan, person=by).first()
    if draft is None:
        return
    draft.lines.filter(pk__in=lines).delete()
    _touch(draft)


def _locked_draft(plan, person):
    draft, _is_new = PlanDraft.objects.get_or_create(plan_id=plan, person=person)
    return PlanDraft.objects.select_for_update().get(pk=draft.pk)


def _find_or_build_line(draft, table, record, line=None):
    # Locked, so that texts purged meanwhile are not saved again.
    rows = draft.lines.select_for_update().filter(table=table, record=record)
    if line:
        return rows.get(pk=line)
    if record and (found := rows.first()):
        return found
    last = draft.lines.aggregate(last=Max("order"))["last"] or 0
    return DraftLine(draft=draft, order=last + 1, table=table, record=record)


def _touch(draft):
    draft.changed_at = timezone.now()
    draft.save(update_fields=["changed_at"])


@transaction.atomic
def settle_draft_line(plan, pk, stored_values, *, keeps_draft, by):
    """
    Resolve a conflict of a draft line with the stored values, given by column.

    With ``keeps_draft`` the line keeps its values, otherwise the stored ones win.
    """
    draft = PlanDraft.objects.select_for_update().get(plan=plan, person=by)
    line = draft.lines.select_for_update().get(pk=pk)
    conflicts = [
        name
        for name in line.new_values
        if stored_values[name] != line.values_before.get(name)
    ]
    for name in conflicts:
        if keeps_draft:
            line.values_before[name] = stored_values[name]
        else:
            del line.new_values[name]
    line.save()
    if not line.new_values:
        line.delete()
    _touch(draft)


TABLE_OF_MODEL = {model: table for table, model in DRAFT_TABLES.items()}
#: Columns that the proposal sets, and no draft contains.
NOT_DRAFTED = {"plan", "introduced_by", "is_in_plan"}
BY_AMENDMENT = ("due_provenance", DueProvenance.AMENDMENT)
#: A link to another record is drafted by the first of these fields it has.
NAME_FIELDS = ("code", "acronym", "key")
#: A form has fields for each line, and a request at most 1,000 fields.
MOST_LINES = 400


def may_return(parts):
    """Whether some parts of a proposal may be returned while others are approved."""
    return (
        1 < len(parts) <= MOST_LINES
        and all(part.model in TABLE_OF_MODEL for part in parts)
        and not any(map(approves_plan, parts))
    )


def dependants_of(parts):
    """
    Map the place of each part to the places of parts that depend on it.

    A part depends on parts that create a record it links to or change its protection,
    give up a unique text that it takes, add its agency to the plan, extend the plan to
    its dates, or supersede or release the same record. A part that supersedes a
    commitment depends on those that move or supersede activities of the commitment.
    """
    providers, dependants = defaultdict(set), defaultdict(set)
    for part in parts:
        for key in _provided_keys(part):
            providers[key].add(part.place)
    superseding_places = {
        key: part.place
        for part in (part for part in parts if part.model is Activity)
        for key in part.after.get("supersedes", ())
        if not is_new(key)
    }
    rows = Activity.objects.filter(pk__in=superseding_places)
    for pk, commitment in rows.values_list("pk", "commitment"):
        providers[Commitment, "supersedes", str(commitment)].add(superseding_places[pk])
    plan = next((part for part in parts if part.model is Plan), None)
    for part in parts:
        for place in chain(*(providers.get(key, ()) for key in _needed_keys(part))):
            dependants[place].add(part.place)
        if plan and _is_outside(part, plan.before):
            dependants[plan.place].add(part.place)
    targets = {part.object_id: part.place for part in parts if part.model is Target}
    rows = Target.objects.filter(pk__in=targets.keys() - {None})
    for pk, indicator in rows.values_list("pk", "indicator"):
        for place in providers.get((Indicator, indicator), ()):
            dependants[place].add(targets[pk])
    return dependants


def with_dependants(dependants, places):
    """Return these places, and those of all parts that depend on them."""
    found, to_follow = set(), list(places)
    while to_follow:
        place = to_follow.pop()
        if place not in found:
            found.add(place)
            to_follow += dependants.get(place, ())
    return found


def _provided_keys(part):
    yield NEW, part.place
    for name in unique_text_fields(part.model) & part.before.keys():
        yield part.model, name, part.before[name]
    if part.model is Participation and part.object_id is None:
        yield Agency, part.after.get("agency")
    if part.model is Activity and "commitment" in part.before:
        yield Commitment, "supersedes", str(part.before["commitment"])
    if part.object_id and part.after.keys() & part.model.fields.names(protects=True):
        yield part.model, part.object_id
    yield from _superseded_keys(part)


def _needed_keys(part):
    for name, value in part.after.items():
        keys = value if isinstance(value, list) else [value]
        yield from ((NEW, place_of_new(key)) for key in keys if is_new(key))
        field = part.model._meta.get_field(name)
        if field.is_relation and part.model is not Participation:
            yield from ((field.related_model, key) for key in keys if not is_new(key))
    for name in unique_text_fields(part.model) & part.after.keys():
        yield part.model, name, part.after[name]
    yield from _superseded_keys(part)


def _is_outside(part, plan):
    starts_on, ends_on = plan.get("starts_on", ""), plan.get("ends_on", "9999")
    days = [part.after.get(name) for name in ("starts_on", "due_on")]
    is_dated = part.model in (Commitment, Activity)
    return is_dated and any(day and not starts_on <= day <= ends_on for day in days)


def _superseded_keys(part):
    for key in (*part.before.get("supersedes", ()), *part.after.get("supersedes", ())):
        yield part.model, "supersedes", str(key)


def return_to_draft(change, parts, all_parts):
    """
    Return parts that were not approved to the proposer's drafts.

    Newer values in the draft stay. Each line stores the reason of its return.
    """
    plans = {part.place: plan for part in parts if (plan := _plan_of(part))}
    drafts = {
        plan: _locked_draft(plan, change.proposed_by) for plan in {*plans.values()}
    }
    names = {part.place: part.after.get("code") for part in all_parts}
    for part in (each for each in parts if each.place in plans):
        table = TABLE_OF_MODEL[part.model]
        line = _find_or_build_line(drafts[plans[part.place]], table, part.object_id)
        line.new_values = _as_drafted(part, part.after, names) | line.new_values
        line.values_before = _as_drafted(part, part.before, names) | line.values_before
        line.reason = part.returned or change.reason
        line.save()
        if part.object_id is None:
            # The code may belong to another record by then.
            names[part.place] = f"+{line.pk}"
    for draft in drafts.values():
        _touch(draft)


def _plan_of(part):
    path = path_to_plan(part.model)
    if part.object_id is None:
        return part.after[path]
    rows = part.model._default_manager.filter(pk=part.object_id)
    return rows.values_list(path or "pk", flat=True).first()


def _as_drafted(part, values, new):
    fields = {name: part.model._meta.get_field(name) for name in values}
    return {
        name: _linked_names(fields[name], value, new)
        for name, value in values.items()
        if name not in NOT_DRAFTED and (name, value) != BY_AMENDMENT
    }


def _linked_names(field, value, new):
    if not field.is_relation:
        return None if value == "" else value
    keys = value if isinstance(value, list) else [value]
    rows = field.related_model._default_manager.filter(
        pk__in=[key for key in keys if key and not is_new(key)]
    )
    names = [_name(field, row) for row in rows]
    names += [new.get(place_of_new(key)) for key in keys if is_new(key)]
    return sorted(names) if isinstance(value, list) else next(iter(names), None)


def _name(field, row):
    name = next(getattr(row, name) for name in NAME_FIELDS if hasattr(row, name))
    return f"{row.plan.code}/{name}" if field.name == "continues" else name
