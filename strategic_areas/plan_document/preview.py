"""Preview of the effect of saving lines."""

from collections import Counter
from dataclasses import dataclass

from agencies.fields import FieldKind
from strategic_areas.models import Plan
from strategic_areas.plan_document import records, validation
from strategic_areas.plan_document.lines import LineState, PlanLine
from strategic_areas.plan_document.tables import EDITED_TABLES, comparable_value
from strategic_areas.plan_document.values import cell_value, record_label
from strategic_areas.workbooks.reading import CellChange, ValueFault
from strategic_areas.workflow import guard

#: The states of lines that are saved.
SAVED_STATES = (LineState.NEW, LineState.CHANGED)


@dataclass(frozen=True)
class PreviewLine:
    """
    A line as the preview shows it.

    ``changes_url`` tells whether the public URL of its record changes.
    """

    line: PlanLine
    name: str
    state: LineState
    changes: tuple = ()
    faults: tuple = ()
    warnings: tuple = ()
    changes_url: bool = False


@dataclass(frozen=True)
class PlanPreview:
    """
    The effect of saving lines.

    ``tables`` are pairs of a title and the ``PreviewLine``s with a change or a problem;
    ``counts`` counts lines by state.
    """

    tables: list
    counts: Counter
    records_to_save: list

    @property
    def has_problems(self):
        """Whether any line has a problem: a plan is saved as a whole or not at all."""
        return bool(self.counts[LineState.REFUSED] or self.counts[LineState.STALE])

    @property
    def supersedes_any(self):
        return any(to_save.links.get("supersedes") for to_save in self.records_to_save)


def build_preview(stored, lines, *, with_checks=True, requires_participation=True):
    """
    Build the ``PlanPreview`` of lines; it changes the records of ``stored``.

    ``with_checks`` changed lines are checked and get the problems found.
    """
    tables_in_order = list(EDITED_TABLES.values())
    lines = sorted(lines, key=lambda line: tables_in_order.index(line.table))
    # Check refused lines too, to show all problems at once.
    records_to_save = records.build_records(
        stored, [line for line in lines if line.values]
    )
    found = [[] for _to_save in records_to_save]
    if with_checks:
        found = validation.find_problems(
            stored, records_to_save, requires_participation=requires_participation
        )
        found = validation.mark_dependants(stored, records_to_save, found)
    by_line = {}
    for to_save, faults in zip(records_to_save, found, strict=True):
        by_line[id(to_save.line)] = _preview_line(stored, to_save, faults)
    tables = {}
    counts = Counter()
    for line in lines:
        each = by_line.get(id(line)) or PreviewLine(
            line, line.key, line.state, faults=line.faults
        )
        counts[each.state] += 1
        if each.state is not LineState.UNCHANGED:
            tables.setdefault(line.table.title, []).append(each)
    return PlanPreview(
        list(tables.items()),
        counts,
        [to_save for to_save in records_to_save if to_save.line.state in SAVED_STATES],
    )


def _preview_line(stored, to_save, faults):
    line, places = to_save.line, to_save.line.places or {}
    columns = {column.name: column for column in line.table.tree_columns}
    changes = tuple(
        CellChange(
            columns[name].label,
            value_in_words(
                columns[name], comparable_value(to_save.before.get(name)), stored
            ),
            value_in_words(columns[name], value, stored),
            places.get(name, ""),
        )
        for name, value in line.values.items()
    )
    if any(not fault.header for fault in line.faults):
        # A fault of the row or its code: values are checked once it is corrected.
        faults = []
    unread = {fault.place for fault in line.faults}
    problems = line.faults + tuple(
        ValueFault(
            places.get(name, ""),
            columns[name].label if name in columns else "",
            text,
            name=name,
        )
        for name, text in faults
        if places.get(name) not in unread
    )
    is_public = stored.plan.status != Plan.Status.IN_PREPARATION
    has_moved = not {"code", "slug_es"}.isdisjoint(line.values)
    return PreviewLine(
        line,
        line.key if problems else str(to_save.record),
        LineState.REFUSED if problems and line.state in SAVED_STATES else line.state,
        changes,
        problems,
        tuple(guard.warnings_about_texts(type(to_save.record), line.values)),
        bool(line.stored_key) and is_public and has_moved,
    )


def value_in_words(column, value, stored):
    if value in (None, "", []):
        return ""
    if column.kind is FieldKind.DATE:
        return f"{cell_value(column, value, stored):%d/%m/%Y}"
    if column.kind in (FieldKind.LINK, FieldKind.LINKS):
        keys = value if isinstance(value, list) else [value]
        return "; ".join(_link_label(column, key, stored) for key in keys)
    return str(cell_value(column, value, stored))


def _link_label(column, key, stored):
    code = record_label(column, key, stored)
    if column.linked_table not in EDITED_TABLES or column.links_to_other_plan:
        return code
    record = stored.tables[column.linked_table].row_of_key.get(key)
    return str(record) if record and record.code != code else code
