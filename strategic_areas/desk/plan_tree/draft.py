"""A person's draft of a plan: its lines, conflicts and saving."""

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
from strategic_areas.plan_document.tables import STRUCTURE
from strategic_areas.plan_document.validation import find_problems
from strategic_areas.plan_document.values import NEW
from strategic_areas.workbooks.reading import CellChange, CellProblem


def draft_lines(plan, person):
    lines = list(DraftLine.objects.filter(draft__plan=plan, draft__person=person))
    for each in lines:
        each.said = {name: _unpurged(value) for name, value in each.said.items()}
    return lines


def _unpurged(value):
    if isinstance(value, list):
        return [key for key in value if key]
    return None if value == "" else value


def document_lines(stored, kept):
    """
    Return pairs of a draft's line and the document line it asks for.

    Lines whose record is gone, or that change nothing any more, are left out.
    """
    names = {
        id(each): f"{NEW}{each.pk or f'x{place}'}"
        for place, each in enumerate(kept)
        if each.record is None
    }
    new = {each.table: {} for each in kept}
    for each in kept:
        if name := names.get(id(each)):
            new[each.table] |= {name: name, each.said.get("code"): name}
    places, found = list(STRUCTURE), []
    for each in sorted(kept, key=lambda line: places.index(line.table)):
        table = STRUCTURE[each.table]
        origin = stored.tables[table.name].key_of_pk.get(each.record, "")
        said, lost = _with_links(stored, table, each, new)
        if origin:
            row = stored.tables[table.name].rows[origin]
            said = {n: v for n, v in said.items() if v != stored.plain(row, n)}
        if each.record and not (origin and (said or lost)):
            continue
        name = origin or names[id(each)]
        state = LineState.CHANGED if origin else LineState.NEW
        line = PlanLine(table, 0, name, state, origin, said, {}, faults=tuple(lost))
        found.append((each, line))
    return found


def _with_links(stored, table, line, new):
    names, lost = {column.name for column in table.all_columns}, []
    said, led = line.said, {} if line.record else line.seen
    found = {name: value for name, value in said.items() if name in names}
    for column in table.columns:
        value = said.get(column.name)
        if not (column.linked and value):
            continue
        own, is_list = new.get(column.linked, {}), isinstance(value, list)
        keys, was = value if is_list else [value], dict(led.get(column.name, ()))
        rows = _linked_rows(stored, column, keys)
        known = {key for key, row in rows.items() if was.get(key, row.pk) == row.pk}
        there = [key if key in known else own.get(key) for key in keys]
        if None in there:
            text = _("The record that was linked here is no longer in the plan.")
            lost.append(CellProblem("", column.label, text, name=column.name))
        found[column.name] = [*filter(None, there)] if is_list else there[0]
    return found, lost


def _linked_rows(stored, column, keys):
    table = stored.tables[column.linked]
    rows = stored.earlier(column.linked) if column.is_earlier else table.rows
    return {key: rows[key] for key in keys if key in rows}


@dataclass(frozen=True)
class DraftConflict:
    """
    What others changed in a line's record; no ``changes`` if the record is gone.

    ``now`` are the stored values of the line's columns.
    """

    line: DraftLine
    name: str
    now: dict
    changes: tuple


def draft_conflicts(stored, kept):
    found = []
    for each in kept:
        table, now = STRUCTURE[each.table], _stored_values(stored, each)
        changes = tuple(
            CellChange(
                column.label,
                value_in_words(column, now[name], stored),
                value_in_words(column, each.said[name], stored),
            )
            for column in table.all_columns
            if (name := column.name) in now
            and field_action(each.said[name], now[name], said=each.seen.get(name))
            is FieldAction.KEEP
        )
        if changes or each.record and not now:
            row = stored.tables[table.name].row_of_pk.get(each.record)
            found.append(DraftConflict(each, str(row or table.title), now, changes))
    return found


def settle_conflicts(tree, posted, *, by):
    """Keep the line's values, or take the stored ones, as the user chose."""
    for each in tree.conflicts:
        line = each.line.pk
        choice = posted.get(f"line-{line}")
        if not each.changes:
            workflow.drop_draft_lines(tree.plan, [line], by=by)
        elif choice in ("mine", "theirs"):
            workflow.settle_draft_line(
                tree.plan, line, each.now, is_mine=choice == "mine", by=by
            )


@dataclass(frozen=True)
class EditSummary:
    """
    The effect of edits: for each edit, pairs of a column (or "") and a problem.

    ``place`` is the URL key of the first record, "" if nothing was saved.
    """

    faults: list
    place: str = ""
    is_drafted: bool = False


def save_edits(request, tree, edits):
    """
    Save edits at once where one person may, or else in the person's draft.

    Edits are unsaved draft lines; an edit of a drafted record has its line's key. If
    one has a problem, nothing is saved.
    """
    plan, by = tree.plan, request.user
    if plan.status == Plan.Status.IN_PREPARATION and not _continue_draft(
        tree.kept, edits
    ):
        drafts, found, _were = _try_edits(plan, edits, edits)
        if all(drafts) and records.apply_at_once(plan, drafts):
            return EditSummary(found) if any(found) else _save(request, drafts, found)
    lines = {_line_key(each): each for each in tree.kept}
    edited = [lines.get(_line_key(each), each) for each in edits]
    kept = [*tree.kept, *(each for each in edits if _line_key(each) not in lines)]
    for line, each in zip(edited, edits, strict=True):
        line.said = line.said | each.said
    _drafts, found, were = _try_edits(plan, kept, edited)
    if any(found):
        return EditSummary(found)
    made = [_save_line(plan, *pair, by) for pair in zip(edits, were, strict=True)]
    return EditSummary(found, str(made[0].record or f"n{made[0].pk}"), is_drafted=True)


def _save(request, drafts, found):
    new = {id(each.record) for each in drafts if each.is_new}
    records.save_drafts_unaudited(drafts, by=request.user)
    for each in drafts:
        is_new, names = id(each.record) in new, {*each.line.said}
        event = audit.Event.RECORD_MADE if is_new else audit.Event.RECORD_CHANGED
        audit.record_event(event, request=request, obj=each.record, fields=names)
    return EditSummary(found, str(drafts[0].record.pk))


def _line_key(line):
    return (line.table, line.record) if line.record else line.pk


def _continue_draft(kept, edits):
    lines = {_line_key(each) for each in kept}
    keys = [key for each in edits for key in _links(each)]
    return any(_line_key(each) in lines for each in edits) or any(
        f"{NEW}{each.pk}" in keys for each in kept
    )


def _try_edits(plan, kept, edited):
    stored = StoredPlanObjects(plan.code)
    stood = [
        (_stored_values if each.record else _linked_keys)(stored, each)
        for each in edited
    ]
    pairs = document_lines(stored, kept)
    drafts = records.build_drafts(stored, [line for _kept, line in pairs])
    told = find_problems(stored, drafts, members_only=False)
    built, found = {}, {}
    for (each, line), draft, own in zip(pairs, drafts, told, strict=True):
        built[id(each)] = draft
        found[id(each)] = [*own, *((fault.name, fault.text) for fault in line.faults)]
    return (
        [built.get(id(each)) for each in edited],
        [found.get(id(each), []) for each in edited],
        stood,
    )


def _stored_values(stored, line):
    row = stored.tables[line.table].row_of_pk.get(line.record)
    return {name: stored.plain(row, name) for name in line.said} if row else {}


def _linked_keys(stored, line):
    # When the line is proposed, a code may belong to another record. These are pairs,
    # since a purge blanks values only.
    return {
        column.name: [[key, row.pk] for key, row in rows.items()]
        for column in STRUCTURE[line.table].columns
        if column.linked and (value := line.said.get(column.name))
        for keys in [value if isinstance(value, list) else [value]]
        for rows in [_linked_rows(stored, column, keys)]
    }


def _save_line(plan, edit, stood, by):
    if edit.record:
        stood = {name: stood.get(name) for name in edit.said}
    line = workflow.save_draft_line(
        *(plan, edit.table, edit.said),
        **{"by": by, "record": edit.record, "seen": stood, "line": edit.pk},
    )
    if line.record and line.said == line.seen:
        workflow.drop_draft_lines(plan, [line.pk], by=by)
    return line


def drop_line(plan, kept, pk, *, by):
    """Delete a line unless others link to its new record; return those others."""
    leading = [each for each in kept if f"{NEW}{pk}" in _links(each)]
    if not leading:
        workflow.drop_draft_lines(plan, [pk], by=by)
    return leading


def _links(line):
    return [k for v in line.said.values() for k in (v if isinstance(v, list) else [v])]
