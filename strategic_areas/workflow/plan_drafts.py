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
from strategic_areas.workflow.guard import (
    must_identify_nobody,
    must_not_be_in_pending_purge,
)
from strategic_areas.workflow.plain_values import (
    NEW,
    is_new,
    place_of_new,
    unique_text_fields,
)
from strategic_areas.workflow.plan_approval import approves_plan, path_to_plan
from strategic_areas.workflow.transitions import require_may_propose


@transaction.atomic
def save_draft_line(
    plan, table, new_values, *, by, record_pk=None, values_before=None, line_pk=None
):
    """
    Save new values of a record in the person's draft; return the ``DraftLine``.

    ``new_values`` are plain values by column. ``values_before`` are the stored values
    when editing began. A new record has none: there, ``values_before`` map columns to
    pairs of a linked code and the primary key it then stood for, since the code may
    belong to another record later. Refuses personal data, and words of a pending purge.
    """
    require_may_propose(by, plan)
    must_identify_nobody(DRAFT_TABLES[table], **new_values)
    must_not_be_in_pending_purge(plan, new_values.values())
    draft = _locked_draft(plan.pk, by)
    draft_line = _find_or_build_line(draft, table, record_pk, line_pk)
    draft_line.new_values |= new_values
    draft_line.values_before = (values_before or {}) | (
        draft_line.values_before if record_pk else {}
    )
    draft_line.save()
    _touch(draft)
    return draft_line


@transaction.atomic
def drop_draft_lines(plan, line_pks, *, by):
    draft = PlanDraft.objects.select_for_update().filter(plan=plan, person=by).first()
    if draft is None:
        return
    draft.lines.filter(pk__in=line_pks).delete()
    _touch(draft)


def _locked_draft(plan, person):
    draft, _is_new = PlanDraft.objects.get_or_create(plan_id=plan, person=person)
    return PlanDraft.objects.select_for_update().get(pk=draft.pk)


def _find_or_build_line(draft, table, record_pk, line_pk=None):
    # Locked, so that texts purged meanwhile are not saved again.
    rows = draft.lines.select_for_update().filter(table=table, record=record_pk)
    if line_pk:
        return rows.get(pk=line_pk)
    if record_pk and (found := rows.first()):
        return found
    last = draft.lines.aggregate(last=Max("order"))["last"] or 0
    return DraftLine(draft=draft, order=last + 1, table=table, record=record_pk)


def _touch(draft):
    draft.changed_at = timezone.now()
    draft.save(update_fields=["changed_at"])


@transaction.atomic
def settle_draft_line(plan, line_pk, stored_values, *, keeps_draft, by):
    """
    Resolve a conflict of a draft line with the stored values, given by column.

    With ``keeps_draft`` the line keeps its values, otherwise the stored ones win.
    """
    draft = PlanDraft.objects.select_for_update().get(plan=plan, person=by)
    line = draft.lines.select_for_update().get(pk=line_pk)
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
#: Also set by the proposal.
BY_AMENDMENT = ("due_provenance", DueProvenance.AMENDMENT)
#: A draft names a linked record by the first of these fields that the record has.
NAME_FIELDS = ("code", "acronym", "key")
#: A form has fields for each line, and a request at most 1,000 fields.
MAX_LINES = 400


def may_return(record_changes):
    """Whether some records of a proposal may be returned while others are approved."""
    return (
        1 < len(record_changes) <= MAX_LINES
        and all(each.model in TABLE_OF_MODEL for each in record_changes)
        and not any(map(approves_plan, record_changes))
    )


def dependants_of(record_changes):
    """
    Map the place of each record change to the places of those that depend on it.

    ``place`` is its position in the proposal. B depends on A if A

    - creates a record that B links to, or changes that record's protection;
    - changes the protection of the indicator whose target B changes;
    - gives up a unique text, such as a code, that B takes;
    - adds an agency that B names to the plan;
    - extends the plan to B's dates;
    - begins or ceases to supersede the same record as B;
    - moves or supersedes an activity of a commitment that B supersedes; without A the
      activity would stay below it.
    """
    providers, dependants = defaultdict(set), defaultdict(set)
    for each in record_changes:
        for key in _provided_keys(each):
            providers[key].add(each.place)
    # One place is enough: changes that supersede the same record depend on each other.
    place_by_superseded = {
        key: each.place
        for each in record_changes
        if each.model is Activity
        for key in each.after.get("supersedes", ())
        if not is_new(key)
    }
    rows = Activity.objects.filter(pk__in=place_by_superseded)
    for pk, commitment in rows.values_list("pk", "commitment"):
        providers[Commitment, "supersedes", str(commitment)].add(
            place_by_superseded[pk]
        )
    plan_change = next((each for each in record_changes if each.model is Plan), None)
    for each in record_changes:
        for place in chain(*(providers.get(key, ()) for key in _needed_keys(each))):
            dependants[place].add(each.place)
        if plan_change and _is_outside(each, plan_change.before):
            dependants[plan_change.place].add(each.place)
    targets = {x.object_id: x.place for x in record_changes if x.model is Target}
    rows = Target.objects.filter(pk__in=targets.keys() - {None})
    for pk, indicator in rows.values_list("pk", "indicator"):
        for place in providers.get((Indicator, indicator), ()):
            dependants[place].add(targets[pk])
    return dependants


def with_dependants(dependants, places):
    """Return these places, and those of all record changes that depend on them."""
    found, to_follow = set(), list(places)
    while to_follow:
        place = to_follow.pop()
        if place not in found:
            found.add(place)
            to_follow += dependants.get(place, ())
    return found


def _provided_keys(record_change):
    yield NEW, record_change.place
    for name in unique_text_fields(record_change.model) & record_change.before.keys():
        yield record_change.model, name, record_change.before[name]
    if record_change.model is Participation and record_change.object_id is None:
        yield Agency, record_change.after.get("agency")
    if record_change.model is Activity and "commitment" in record_change.before:
        # The key that a change needs if it supersedes the activity's old commitment.
        yield Commitment, "supersedes", str(record_change.before["commitment"])
    if (
        record_change.object_id
        and record_change.after.keys() & record_change.model.fields.names(protects=True)
    ):
        yield record_change.model, record_change.object_id
    yield from _superseded_keys(record_change)


def _needed_keys(record_change):
    for name, value in record_change.after.items():
        keys = value if isinstance(value, list) else [value]
        yield from ((NEW, place_of_new(key)) for key in keys if is_new(key))
        field = record_change.model._meta.get_field(name)
        if field.is_relation and record_change.model is not Participation:
            yield from ((field.related_model, key) for key in keys if not is_new(key))
    for name in unique_text_fields(record_change.model) & record_change.after.keys():
        yield record_change.model, name, record_change.after[name]
    yield from _superseded_keys(record_change)


def _is_outside(record_change, plan_values):
    start, end = plan_values.get("starts_on", ""), plan_values.get("ends_on", "9999")
    days = [record_change.after.get(name) for name in ("starts_on", "due_on")]
    is_dated = record_change.model in (Commitment, Activity)
    return is_dated and any(day and not start <= day <= end for day in days)


def _superseded_keys(record_change):
    for key in (
        *record_change.before.get("supersedes", ()),
        *record_change.after.get("supersedes", ()),
    ):
        yield record_change.model, "supersedes", str(key)


def return_to_draft(change, record_changes, all_record_changes):
    """
    Return record changes that were not approved to the proposer's drafts.

    Newer values in the draft stay. Each line stores why it came back: the text
    ``returned``, or why the whole change was declined.
    """
    plans = {each.place: plan for each in record_changes if (plan := _plan_of(each))}
    drafts = {
        plan: _locked_draft(plan, change.proposed_by) for plan in {*plans.values()}
    }
    name_by_place = {each.place: each.after.get("code") for each in all_record_changes}
    for each in (each for each in record_changes if each.place in plans):
        table, draft = TABLE_OF_MODEL[each.model], drafts[plans[each.place]]
        line = _find_or_build_line(draft, table, each.object_id)
        line.new_values = (
            _as_drafted(each.model, each.after, name_by_place) | line.new_values
        )
        line.values_before = (
            _as_drafted(each.model, each.before, name_by_place) | line.values_before
        )
        line.reason = each.returned or change.reason
        line.save()
        if each.object_id is None:
            # Not by its code, which another record may have when it is proposed again.
            name_by_place[each.place] = DraftLine.link_to(line.pk)
    for draft in drafts.values():
        _touch(draft)


def _plan_of(record_change):
    path = path_to_plan(record_change.model)
    if record_change.object_id is None:
        return record_change.after[path]
    rows = record_change.model._default_manager.filter(pk=record_change.object_id)
    return rows.values_list(path or "pk", flat=True).first()


def _as_drafted(model, values, name_by_place):
    fields = {name: model._meta.get_field(name) for name in values}
    return {
        name: _linked_names(fields[name], value, name_by_place)
        for name, value in values.items()
        if name not in NOT_DRAFTED and (name, value) != BY_AMENDMENT
    }


def _linked_names(field, value, name_by_place):
    if not field.is_relation:
        return None if value == "" else value
    keys = value if isinstance(value, list) else [value]
    rows = field.related_model._default_manager.filter(
        pk__in=[key for key in keys if key and not is_new(key)]
    )
    names = [_name(field, row) for row in rows]
    names += [name_by_place.get(place_of_new(key)) for key in keys if is_new(key)]
    return sorted(names) if isinstance(value, list) else next(iter(names), None)


def _name(field, row):
    name = next(getattr(row, name) for name in NAME_FIELDS if hasattr(row, name))
    return f"{row.plan.code}/{name}" if field.name == "continues" else name
