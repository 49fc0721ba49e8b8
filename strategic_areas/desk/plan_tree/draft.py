"""A person's draft of a plan: its lines, their conflicts, and saving."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from agencies import audit
from strategic_areas import workflow
from strategic_areas.models import Plan
from strategic_areas.models.drafts import DraftLine
from strategic_areas.plan_document import records
from strategic_areas.plan_document.lines import (
    FieldAction,
    LineState,
    PlanLine,
    field_action,
)
from strategic_areas.plan_document.preview import value_in_words
from strategic_areas.plan_document.stored_plan import StoredPlanObjects
from strategic_areas.plan_document.tables import EDITED_TABLES
from strategic_areas.plan_document.validation import find_problems
from strategic_areas.plan_document.values import NEW
from strategic_areas.workbooks.reading import CellChange, ValueFault


def draft_lines(plan, person):
    lines = list(DraftLine.objects.filter(draft__plan=plan, draft__person=person))
    for each in lines:
        each.new_values = {
            name: _unpurged(value) for name, value in each.new_values.items()
        }
    return lines


def _unpurged(value):
    if isinstance(value, list):
        return [key for key in value if key]
    return None if value == "" else value


def document_lines(stored, draft_lines):
    """
    Return pairs of a draft line and its line of the plan document.

    A draft line whose record was deleted, or that changes nothing any more, is left
    out.
    """
    new_keys = {
        id(each): f"{NEW}{each.pk or f'x{place}'}"
        for place, each in enumerate(draft_lines)
        if each.record is None
    }
    keys_by_table = {each.table: {} for each in draft_lines}
    for each in draft_lines:
        if key := new_keys.get(id(each)):
            keys_by_table[each.table] |= {key: key, each.new_values.get("code"): key}
    tables, pairs = list(EDITED_TABLES), []
    for each in sorted(draft_lines, key=lambda line: tables.index(line.table)):
        table = EDITED_TABLES[each.table]
        stored_key = stored.tables[table.name].key_of_pk.get(each.record, "")
        values, problems = _with_links(stored, table, each, keys_by_table)
        if stored_key:
            row = stored.tables[table.name].row_of_key[stored_key]
            values = {n: v for n, v in values.items() if v != stored.plain(row, n)}
        if each.record and not (stored_key and (values or problems)):
            continue
        key = stored_key or new_keys[id(each)]
        state = LineState.CHANGED if stored_key else LineState.NEW
        line = PlanLine(
            table, 0, key, state, stored_key, values, {}, faults=tuple(problems)
        )
        pairs.append((each, line))
    return pairs


def _with_links(stored, table, line, keys_by_table):
    """
    Return the values of a draft line with valid links, and problems of lost links.

    A new record may only link to the stored record that had the code when it was
    drafted, or to a new one of ``keys_by_table``.
    """
    names, problems = {column.name for column in table.tree_columns}, []
    drafted_values, drafted_links = (
        line.new_values,
        {} if line.record else line.values_before,
    )
    values = {name: value for name, value in drafted_values.items() if name in names}
    for column in table.columns:
        value = drafted_values.get(column.name)
        if not (column.linked_table and value):
            continue
        new, is_list = (
            keys_by_table.get(column.linked_table, {}),
            isinstance(value, list),
        )
        keys = value if is_list else [value]
        drafted = dict(drafted_links.get(column.name, ()))
        rows = _linked_rows(stored, column, keys)
        valid = {key for key, row in rows.items() if drafted.get(key, row.pk) == row.pk}
        linked = [key if key in valid else new.get(key) for key in keys]
        if None in linked:
            problems.append(
                ValueFault(
                    "",
                    column.label,
                    _("The record that was linked here is no longer in the plan."),
                    name=column.name,
                )
            )
        values[column.name] = [*filter(None, linked)] if is_list else linked[0]
    return values, problems


def _linked_rows(stored, column, keys):
    table = stored.tables[column.linked_table]
    rows = (
        stored.records_of_other_plans(column.linked_table)
        if column.links_to_other_plan
        else table.row_of_key
    )
    return {key: rows[key] for key in keys if key in rows}


@dataclass(frozen=True)
class DraftConflict:
    """
    Changes by others in a draft line's record, or its deletion, without ``changes``.

    ``stored_values`` are those of the line's columns.
    """

    line: DraftLine
    name: str
    stored_values: dict
    changes: tuple


def draft_conflicts(stored, draft_lines):
    conflicts = []
    for each in draft_lines:
        table, values = EDITED_TABLES[each.table], _stored_values(stored, each)
        changes = tuple(
            CellChange(
                column.label,
                value_in_words(column, values[name], stored),
                value_in_words(column, each.new_values[name], stored),
            )
            for column in table.tree_columns
            if (name := column.name) in values
            and field_action(
                each.new_values[name], values[name], former=each.values_before.get(name)
            )
            is FieldAction.KEEP
        )
        if changes or each.record and not values:
            row = stored.tables[table.name].row_of_pk.get(each.record)
            name = str(row or table.title)
            conflicts.append(DraftConflict(each, name, values, changes))
    return conflicts


def settle_conflicts(tree, posted, *, by):
    """Keep the draft's values or the stored ones, as the user chose for each line."""
    for each in tree.conflicts:
        line_pk = each.line.pk
        choice = posted.get(f"line-{line_pk}")
        if not each.changes:
            workflow.drop_draft_lines(tree.plan, [line_pk], by=by)
        elif choice in ("mine", "theirs"):
            workflow.settle_draft_line(
                *(tree.plan, line_pk, each.stored_values),
                keeps_draft=choice == "mine",
                by=by,
            )


@dataclass(frozen=True)
class EditSummary:
    """
    The result of saving edits.

    ``problems`` are, for each edit, pairs of a column (or "") and a text. ``url_key``
    is that of the first record, if it was saved.
    """

    problems: list
    url_key: str = ""
    is_drafted: bool = False


def save_edits(request, tree, edits):
    """
    Save edits at once if one person may do so, otherwise in the person's draft.

    Edits are unsaved draft lines; an edit of a drafted record has its line's key. If
    one has a problem, nothing is saved.
    """
    plan, by = tree.plan, request.user
    if plan.status == Plan.Status.IN_PREPARATION and not _continues_draft(
        tree.draft_lines, edits
    ):
        records_to_save, problems, _values_before = _try_edits(plan, edits, edits)
        if all(records_to_save) and records.none_needs_approval(plan, records_to_save):
            if any(problems):
                return EditSummary(problems)
            return _save(request, records_to_save, problems)
    lines = {_line_key(each): each for each in tree.draft_lines}
    edited = [lines.get(_line_key(each), each) for each in edits]
    new = [each for each in edits if _line_key(each) not in lines]
    for line, each in zip(edited, edits, strict=True):
        line.new_values = line.new_values | each.new_values
    _records_to_save, problems, values_before = _try_edits(
        plan, [*tree.draft_lines, *new], edited
    )
    if any(problems):
        return EditSummary(problems)
    first, *_others = [
        _save_line(plan, *pair, by) for pair in zip(edits, values_before, strict=True)
    ]
    key = str(first.record or f"n{first.pk}")
    return EditSummary(problems, key, is_drafted=True)


def _save(request, records_to_save, problems):
    new = {id(each.record) for each in records_to_save if each.is_new}
    records.save_records_unaudited(records_to_save, by=request.user)
    for each in records_to_save:
        is_new, names = id(each.record) in new, {*each.line.values}
        event = audit.Event.RECORD_MADE if is_new else audit.Event.RECORD_CHANGED
        audit.record_event(event, request=request, obj=each.record, fields=names)
    return EditSummary(problems, str(records_to_save[0].record.pk))


def _line_key(line):
    return (line.table, line.record) if line.record else line.pk


def _continues_draft(draft_lines, edits):
    lines = {_line_key(each) for each in draft_lines}
    keys = [key for each in edits for key in _links(each)]
    return any(_line_key(each) in lines for each in edits) or any(
        f"{NEW}{each.pk}" in keys for each in draft_lines
    )


def _try_edits(plan, draft_lines, edited):
    """
    Return each edited line's record to save, problems, and ``values_before``; nothing
    is saved.
    """
    stored = StoredPlanObjects(plan.code)
    values_before = [
        (_stored_values if each.record else _linked_keys)(stored, each)
        for each in edited
    ]
    pairs = document_lines(stored, draft_lines)
    built = records.build_records(stored, [line for _draft_line, line in pairs])
    found = find_problems(stored, built, requires_participation=False)
    record_of, problems_of = {}, {}
    for (each, line), to_save, own in zip(pairs, built, found, strict=True):
        record_of[id(each)] = to_save
        problems_of[id(each)] = [*own, *((x.name, x.text) for x in line.faults)]
    return (
        [record_of.get(id(each)) for each in edited],
        [problems_of.get(id(each), []) for each in edited],
        values_before,
    )


def _stored_values(stored, line):
    row = stored.tables[line.table].row_of_pk.get(line.record)
    return {name: stored.plain(row, name) for name in line.new_values} if row else {}


def _linked_keys(stored, line):
    # The keys are stored too, since a code may belong to another record by the time the
    # line is proposed. They are pairs, since a purge blanks values but not names.
    return {
        column.name: [[key, row.pk] for key, row in rows.items()]
        for column in EDITED_TABLES[line.table].columns
        if column.linked_table and (value := line.new_values.get(column.name))
        for keys in [value if isinstance(value, list) else [value]]
        for rows in [_linked_rows(stored, column, keys)]
    }


def _save_line(plan, edit, values_before, by):
    if edit.record:
        values_before = {n: values_before.get(n) for n in edit.new_values}
    line = workflow.save_draft_line(
        *(plan, edit.table, edit.new_values),
        **{"by": by, "record_pk": edit.record, "line_pk": edit.pk},
        values_before=values_before,
    )
    if line.record and line.new_values == line.values_before:
        workflow.drop_draft_lines(plan, [line.pk], by=by)
    return line


def drop_line(plan, draft_lines, pk, *, by):
    """Delete a line unless others link to its new record; return those others."""
    linking = [each for each in draft_lines if f"{NEW}{pk}" in _links(each)]
    if not linking:
        workflow.drop_draft_lines(plan, [pk], by=by)
    return linking


def _links(line):
    return [
        key
        for value in line.new_values.values()
        for key in (value if isinstance(value, list) else [value])
    ]
