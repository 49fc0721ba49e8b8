"""Comparison of an uploaded plan workbook with the plan, by row and by cell."""

import hashlib
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from functools import cached_property
from itertools import chain

from django.utils.translation import gettext as _

from agencies.fields import FieldKind
from agencies.numbers import UnclearValueError
from strategic_areas.plan_document.lines import (
    FieldAction,
    LineState,
    PlanLine,
    field_action,
    with_defaults,
    with_due_date_provenance,
)
from strategic_areas.plan_document.tables import EDITED_TABLES, PLAN_TABLE
from strategic_areas.plan_document.values import (
    NEW,
    SEPARATORS,
    digest,
    parse_value,
    value_digests,
)
from strategic_areas.workbooks.reading import DIGEST_COLUMN, ValueFault, comparable

#: Column with the code that a row had when exported. The hidden ``DIGEST_COLUMN`` holds
#: the record's primary key and a digest for each column, joined by "-".
STORED_CODE = "origin"
#: Identifies the columns of the workbook; other workbooks are refused.
_SHAPE = " ".join(
    f"{name}.{column.name}"
    for name, table in EDITED_TABLES.items()
    for column in table.columns
)
WORKBOOK_FORMAT = (
    "plan-2-" + hashlib.blake2s(_SHAPE.encode(), digest_size=4).hexdigest()
)
#: Columns that a new plan does not copy from the workbook of another plan.
COLUMNS_NOT_COPIED = {
    *("note_es", "note_en"),
    *("provenance", "outcome_provenance", "mandate_provenance", "due_provenance"),
    *("sources", "budget", "budget_amount", "budget_source"),
    *("supersedes", "continues"),
}
#: Column that follows from another column, without being edited itself.
FOLLOWING_COLUMNS = {"due_provenance": "due_on"}
#: Placeholder for an exported value, if the stored one has changed since.
CHANGED_SINCE = object()
#: Kinds whose empty cell means the default.
KINDS_WITH_DEFAULT = (FieldKind.CHOICE, FieldKind.FLAG)


class CopiedPlanFilter:
    """Selects the rows that a new plan copies from the workbook of another plan."""

    def __init__(self, stored, book):
        self.plan = stored.plan
        self.replaced = {
            name: {
                code.strip()
                for line in book.lines[name]
                for code in SEPARATORS.split(line.text("supersedes"))
            }
            for name in ("commitments", "activities")
        }

    def adjust(self, table, values):
        """Remove dates outside the new plan."""
        for column in table.columns:
            is_planned = table.name in self.replaced and column.kind is FieldKind.DATE
            if is_planned and self._is_outside(values.get(column.name)):
                values[column.name] = None

    def leaves_out(self, table, values, rows):
        """Whether a row is not copied; ``rows`` are stored records by key."""
        if table.name == PLAN_TABLE:
            return True
        if table.name == "indicators":
            # Indicators are shared by all plans.
            return values.get("code") in rows
        if table.name == "targets":
            return self._is_outside(values.get("ends_on"))
        is_of_replaced = (
            table.name == "activities"
            and values.get("commitment") in self.replaced["commitments"]
        )
        return is_of_replaced or values.get("code") in self.replaced.get(table.name, ())

    def _is_outside(self, day):
        return bool(day) and not (
            self.plan.starts_on <= date.fromisoformat(day) <= self.plan.ends_on
        )


class RecordFinder:
    """
    Finds records by the codes and names in cells.

    Call it with a table name and a text to get the key of a record, or None. Codes of
    the workbook come first, since a workbook may exchange the codes of two records.
    """

    def __init__(self, stored, book, *, is_own):
        self.stored, self.book, self.is_own = stored, book, is_own
        self.keys_by_name = {}
        #: Keys that records give up for another code in the workbook, by table.
        self.given_up = defaultdict(set)
        #: Code in the workbook → key of the record, by table.
        self.key_of_code = defaultdict(dict)
        #: Code when exported → primary key, by table.
        self.exported_pks = defaultdict(dict)
        for name, line, stored_key in self._coded_lines():
            if stored_key:
                pk = stored.tables[name].row_of_key[stored_key].pk
                self.exported_pks[name][line.text(STORED_CODE)] = pk
                self.key_of_code[name][line.text("code")] = stored_key
                if line.text("code") != stored_key:
                    self.given_up[name].add(stored_key)
        for name, line, stored_key in self._coded_lines():
            if not stored_key:
                code = line.text("code")
                self.key_of_code[name].setdefault(code, self.new_key(name, code))

    def _coded_lines(self):
        for name, table in EDITED_TABLES.items():
            if name != PLAN_TABLE and table.identity == ("code",):
                for line in self.book.lines[name]:
                    yield name, line, self.stored_key(table, line)

    def new_key(self, name, key):
        """The key of a new record, marked if a stored record gives up this code."""
        return f"{NEW}{key}" if key in self.given_up[name] else key

    def stored_key(self, table, line):
        """Return the current key of the stored record of a row; "" if there is none."""
        number = line.text(DIGEST_COLUMN).partition("-")[0]
        if not (self.is_own and line.text(STORED_CODE) and number.isdecimal()):
            return ""
        return self._current_keys[table.name].get(int(number), "")

    @cached_property
    def _current_keys(self):
        return {
            name: {
                row.pk: self.stored.tables[name].key_of_pk[row.pk]
                for row in table.editable_records(self.stored)
            }
            for name, table in EDITED_TABLES.items()
        }

    def is_as_exported(self, column, text, exported_digest):
        """Whether a cell still links to the same records as when it was exported."""
        if column.linked_table not in EDITED_TABLES or column.links_to_other_plan:
            return False
        codes = SEPARATORS.split(text) if column.kind is FieldKind.LINKS else [text]
        pks = [
            self.exported_pks[column.linked_table].get(code.strip()) for code in codes
        ]
        return None not in pks and digest(sorted(pks, key=str)) == exported_digest

    def __call__(self, table, text):
        stored = self.stored.tables[table]
        if text in self.key_of_code[table]:
            return self.key_of_code[table][text]
        if text in stored.row_of_key:
            return stored.key_of_pk[stored.row_of_key[text].pk]
        return self._by_name(table).get(comparable(text))

    def of_other_plan(self, table, text):
        """Return the key of a record of another plan, or None."""
        key = "/".join(part.strip() for part in text.split("/"))
        return key if key in self.stored.records_of_other_plans(table) else None

    def _by_name(self, table):
        if table not in self.keys_by_name:
            stored = self.stored.tables[table]
            self.keys_by_name[table] = {
                comparable(str(name)): stored.key_of_pk[pk]
                for pk, row in stored.row_of_pk.items()
                for name in (
                    stored.key_of_pk[pk],
                    *([row.name] if table == "provinces" else []),
                )
            }
        return self.keys_by_name[table]


def compare_plan_workbook(stored, book):
    """Return a ``PlanLine`` for every row, in the order in which records are saved."""
    is_own = book.plan == stored.plan_code
    return WorkbookComparison(
        stored, book, None if is_own else CopiedPlanFilter(stored, book)
    ).rows()


class WorkbookComparison:
    """
    Compares the rows of one workbook; ``copy_filter`` is set if it is another plan's.
    """

    def __init__(self, stored, book, copy_filter):
        self.stored, self.copy_filter, self.book = stored, copy_filter, book
        self.find = RecordFinder(stored, book, is_own=copy_filter is None)

    def rows(self):
        parsed = [
            (table, line, self.find.stored_key(table, line), *self._values(table, line))
            for name, table in EDITED_TABLES.items()
            for line in self.book.lines[name]
        ]
        names = [
            _identities(table, stored_key, values)
            for table, _line, stored_key, values, _problems in parsed
        ]
        counts = Counter(chain.from_iterable(names))
        repeated = [any(counts[name] > 1 for name in own) for own in names]
        return [self._row(*pair) for pair in zip(parsed, repeated, strict=True)]

    def _row(self, parsed, is_repeated):
        table, line, stored_key, values, problems = parsed
        key = table.key_in(values)
        if self.copy_filter and self.copy_filter.leaves_out(
            table, values, self.stored.tables[table.name].row_of_key
        ):
            return PlanLine(table, line.number, key, LineState.UNCHANGED)
        if is_repeated:
            text = _("This record, or its code, is in more than one row.")
            problems.append(ValueFault("", "", text))
        if table.name == PLAN_TABLE and stored_key != self.stored.plan_code:
            text = _("This sheet has one row, that of the plan.")
            problems.append(ValueFault(line.cells[STORED_CODE].place, "", text))
            return _refused_line(table, line, key, LineState.REFUSED, problems)
        row = self._compared_line(table, line, values, stored_key)
        if not problems:
            return row
        return replace(row, state=LineState.REFUSED, faults=(*problems, *row.faults))

    def _compared_line(self, table, line, values, stored_key):
        key = table.key_in(values)
        if stored_key:
            return self._changed_line(table, line, values, stored_key)
        rows = self.stored.tables[table.name].row_of_key
        if key in rows and key not in self.find.given_up[table.name]:
            return self._repeated_line(table, line, values, key)
        key = self.find.new_key(table.name, key)
        new_values = with_defaults(table, values)
        places = {each.name: line.cells[each.name].place for each in table.columns}
        state, problems = LineState.NEW, ()
        if not self.copy_filter and (former := line.text(STORED_CODE)):
            text = _("The record %(code)s is not in the plan any more.")
            place = line.cells[STORED_CODE].place
            problems = (ValueFault(place, "", text % {"code": former}),)
            state = LineState.STALE
        return PlanLine(
            table, line.number, key, state, "", new_values, places, faults=problems
        )

    def _values(self, table, line):
        values, problems = {}, []
        for column in table.columns:
            cell = line.cells[column.name]
            if self.copy_filter and column.name in COLUMNS_NOT_COPIED:
                values[column.name] = [] if column.kind is FieldKind.LINKS else None
                continue
            try:
                value = parse_value(column, cell, self.find)
            except UnclearValueError as unread:
                problems.append(ValueFault(cell.place, column.label, str(unread)))
                continue
            if value is None and column.kind in KINDS_WITH_DEFAULT:
                value = self.stored.default_value(table, column.name)
            values[column.name] = value
        if self.copy_filter:
            self.copy_filter.adjust(table, values)
        return values, problems

    def _changed_line(self, table, line, values, stored_key):
        stored = table.comparable_values(
            self.stored, self.stored.tables[table.name].row_of_key[stored_key]
        )
        values = stored | values
        exported_digests = line.text(DIGEST_COLUMN).split("-")[1:]
        if len(exported_digests) != len(values):
            text = _("The hidden cells of this row were changed.")
            problems = [ValueFault("", "", text)]
            return _refused_line(table, line, stored_key, LineState.REFUSED, problems)
        stored_digests = value_digests(table, stored, self.stored)
        digests = zip(table.columns, exported_digests, stored_digests, strict=True)
        columns = [(column, before, before == now) for column, before, now in digests]
        for column, exported_digest, is_current in columns:
            text = line.text(column.name)
            # A code in an unchanged cell means the record that had it at export, even
            # if the workbook now gives that code to another record.
            if is_current and self.find.is_as_exported(column, text, exported_digest):
                values[column.name] = stored[column.name]
        new_digests = value_digests(table, values, self.stored)
        edited = {
            name
            for name, new, exported in zip(
                values, new_digests, exported_digests, strict=True
            )
            if new != exported
        }
        new_values, stale = {}, []
        for column, _exported_digest, is_current in columns:
            name = column.name
            if FOLLOWING_COLUMNS.get(name) in edited and name not in edited:
                continue
            exported = stored[name] if is_current else CHANGED_SINCE
            action = field_action(values[name], stored[name], former=exported)
            if action is FieldAction.KEEP:
                text = _("Somebody changed this after the workbook was taken.")
                stale.append(ValueFault(line.cells[name].place, column.label, text))
            if action is not FieldAction.AGREED:
                new_values[name] = values[name]
        if stale:
            return _refused_line(
                table, line, stored_key, LineState.STALE, stale, stored_key
            )
        state = LineState.CHANGED if new_values else LineState.UNCHANGED
        new_values = with_due_date_provenance(table, new_values, stored)
        places = {name: line.cells[name].place for name in values}
        digest_text = "-".join(stored_digests)
        return PlanLine(
            table,
            line.number,
            stored_key,
            state,
            stored_key,
            new_values,
            places,
            digest_text,
        )

    def _repeated_line(self, table, line, values, key):
        """
        The line of a new row whose code is stored: an earlier upload saved this row, or
        another record has its code.
        """
        stored = table.comparable_values(
            self.stored, self.stored.tables[table.name].row_of_key[key]
        )
        is_different = any(
            line.text(column.name)
            and values.get(column.name) not in (None, [], stored[column.name])
            for column in table.columns
            if column.name not in FOLLOWING_COLUMNS
        )
        if not is_different:
            return PlanLine(table, line.number, key, LineState.UNCHANGED, key)
        problems = [
            ValueFault(
                line.cells[STORED_CODE].place,
                "",
                _(
                    "The plan has a record of this code already, and it says something "
                    "else."
                ),
            )
        ]
        return _refused_line(table, line, key, LineState.STALE, problems, key)


def _identities(table, stored_key, values):
    """Return names of a row's record, each of which no other row may have."""
    names = [(table.name, "origin", stored_key)] if stored_key else []
    if all(values.get(part) for part in table.identity):
        names.append((table.name, "code", table.key_in(values)))
    return names


def _refused_line(table, line, name, state, problems, stored_key=""):
    return PlanLine(table, line.number, name, state, stored_key, faults=tuple(problems))
