"""Compares an uploaded plan workbook with the plan, row by row and cell by cell."""

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
    with_due_date,
)
from strategic_areas.plan_document.tables import OF_PLAN, STRUCTURE
from strategic_areas.plan_document.values import (
    BETWEEN,
    NEW,
    digest,
    parse_value,
    value_digests,
)
from strategic_areas.workbooks.reading import SEEN, CellProblem, comparable

#: Column with the exported code of a row; ``SEEN`` begins with its key.
ORIGIN = "origin"
#: Identifies the columns of the workbook; other workbooks are refused.
_SHAPE = " ".join(
    f"{name}.{column.name}"
    for name, table in STRUCTURE.items()
    for column in table.columns
)
WORKBOOK_FORMAT = (
    "plan-2-" + hashlib.blake2s(_SHAPE.encode(), digest_size=4).hexdigest()
)
#: Columns that only apply to the other plan.
COLUMNS_NOT_COPIED = {
    *("note_es", "note_en"),
    *("provenance", "outcome_provenance", "mandate_provenance", "due_provenance"),
    *("sources", "budget", "budget_amount", "budget_source"),
    *("supersedes", "continues"),
}
#: Column that changes with another one, without being edited itself.
FOLLOWED_COLUMNS = {"due_provenance": "due_on"}
#: Placeholder for an exported value, if the stored one has changed since.
CHANGED_SINCE = object()
#: Kinds whose empty cell means the default.
KINDS_WITH_DEFAULT = (FieldKind.CHOICE, FieldKind.FLAG)


class CopiedPlanFilter:
    """Leaves out what a new plan does not copy from another plan's workbook."""

    def __init__(self, stored, book):
        self.plan = stored.plan
        self.replaced = {
            name: {
                word.strip()
                for line in book.lines[name]
                for word in BETWEEN.split(line.text("supersedes"))
            }
            for name in ("commitments", "activities")
        }

    def adjust(self, table, values):
        for column in table.columns:
            is_planned = table.name in self.replaced and column.kind is FieldKind.DATE
            if is_planned and self._is_outside(values.get(column.name)):
                values[column.name] = None

    def leaves_out(self, table, values, rows):
        """
        Whether a row is no part of the new plan; ``rows`` are stored records by key.
        """
        if table.name == OF_PLAN:
            return True
        if table.name == "indicators":
            # Indicators are shared by all plans.
            return values.get("code") in rows
        if table.name == "targets":
            return self._is_outside(values.get("ends_on"))
        of = values.get("code"), values.get("commitment")
        is_part = table.name == "activities" and of[1] in self.replaced["commitments"]
        return is_part or of[0] in self.replaced.get(table.name, ())

    def _is_outside(self, day):
        return bool(day) and not (
            self.plan.starts_on <= date.fromisoformat(day) <= self.plan.ends_on
        )


class RecordFinder:
    """
    Call it with a table name and a word to get the key of a record, or None.

    Codes of the workbook win over stored codes, since codes may be changed or
    exchanged.
    """

    def __init__(self, stored, book, *, is_own):
        self.stored, self.book, self.is_own = stored, book, is_own
        self.folded = {}
        #: Keys that records give up for another code in the workbook, by table.
        self.given_up = defaultdict(set)
        self.written, self.taken = defaultdict(dict), defaultdict(dict)
        for name, line, origin in self._coded():
            if origin:
                self.taken[name][line.text(ORIGIN)] = (
                    stored.tables[name].rows[origin].pk
                )
                self.written[name][line.text("code")] = origin
                if line.text("code") != origin:
                    self.given_up[name].add(origin)
        for name, line, origin in self._coded():
            if not origin:
                code = line.text("code")
                self.written[name].setdefault(code, self.new_key(name, code))

    def _coded(self):
        for name, table in STRUCTURE.items():
            if name != OF_PLAN and table.identity == ("code",):
                for line in self.book.lines[name]:
                    yield name, line, self.origin(table, line)

    def new_key(self, name, key):
        """
        Return the key of a new record, marked if another record still has this code.
        """
        return f"{NEW}{key}" if key in self.given_up[name] else key

    def origin(self, table, line):
        """Return the current key of the stored record of a row; "" if there is none."""
        number = line.text(SEEN).partition("-")[0]
        if not (self.is_own and line.text(ORIGIN) and number.isdecimal()):
            return ""
        return self.own[table.name].get(int(number), "")

    @cached_property
    def own(self):
        return {
            name: {
                row.pk: self.stored.tables[name].key_of_pk[row.pk]
                for row in table.rows(self.stored)
            }
            for name, table in STRUCTURE.items()
        }

    def is_as_taken(self, column, text, seen):
        """
        Whether a cell still links to the records that it linked to when it was
        exported.
        """
        if column.linked not in STRUCTURE or column.is_earlier:
            return False
        words = BETWEEN.split(text) if column.kind is FieldKind.LINKS else [text]
        keys = [self.taken[column.linked].get(word.strip()) for word in words]
        return None not in keys and digest(sorted(keys, key=str)) == seen

    def __call__(self, table, word):
        stored = self.stored.tables[table]
        if word in self.written[table]:
            return self.written[table][word]
        if word in stored.rows:
            return stored.key_of_pk[stored.rows[word].pk]
        return self._by_name(table).get(comparable(word))

    def earlier(self, table, word):
        key = "/".join(part.strip() for part in word.split("/"))
        return key if key in self.stored.earlier(table) else None

    def _by_name(self, table):
        if table not in self.folded:
            stored = self.stored.tables[table]
            self.folded[table] = {
                comparable(str(word)): stored.key_of_pk[pk]
                for pk, row in stored.row_of_pk.items()
                for word in (
                    stored.key_of_pk[pk],
                    *([row.name] if table == "provinces" else []),
                )
            }
        return self.folded[table]


def compare_plan_workbook(stored, book):
    """Return a ``PlanLine`` for every row, in the order in which records are saved."""
    is_own = book.plan == stored.plan_code
    return WorkbookComparison(
        stored, book, None if is_own else CopiedPlanFilter(stored, book)
    ).rows()


class WorkbookComparison:
    """
    Compares the rows of one workbook; ``starting`` is set if it is another plan's.
    """

    def __init__(self, stored, book, starting):
        self.stored, self.starting, self.book = stored, starting, book
        self.find = RecordFinder(stored, book, is_own=starting is None)

    def rows(self):
        read = [
            (table, line, self.find.origin(table, line), *self._values(table, line))
            for name, table in STRUCTURE.items()
            for line in self.book.lines[name]
        ]
        names = [_identities(table, origin, v) for table, _line, origin, v, _f in read]
        seen = Counter(chain.from_iterable(names))
        repeated = [any(seen[name] > 1 for name in own) for own in names]
        return [self._row(*pair) for pair in zip(read, repeated, strict=True)]

    def _row(self, read, is_repeated):
        table, line, origin, values, faults = read
        key = table.key_in(values)
        if self.starting and self.starting.leaves_out(
            table, values, self.stored.tables[table.name].rows
        ):
            return PlanLine(table, line.number, key, LineState.UNCHANGED)
        if is_repeated:
            faults.append(
                CellProblem(
                    "", "", _("This record, or its code, is in more than one row.")
                )
            )
        if table.name == OF_PLAN and origin != self.stored.plan_code:
            text = _("This sheet has one row, that of the plan.")
            faults.append(CellProblem(line.cells[ORIGIN].place, "", text))
            return _refused_line(table, line, key, LineState.REFUSED, faults)
        row = self._asked(table, line, values, origin)
        if not faults:
            return row
        return replace(row, state=LineState.REFUSED, faults=(*faults, *row.faults))

    def _asked(self, table, line, values, origin):
        key = table.key_in(values)
        if origin:
            return self._changed(table, line, values, origin)
        rows = self.stored.tables[table.name].rows
        if key in rows and key not in self.find.given_up[table.name]:
            return self._there_already(table, line, values, key)
        key = self.find.new_key(table.name, key)
        said = with_defaults(table, values)
        places = {each.name: line.cells[each.name].place for each in table.columns}
        state, faults = LineState.NEW, ()
        if not self.starting and (former := line.text(ORIGIN)):
            text = _("The record %(code)s is not in the plan any more.")
            faults = (
                CellProblem(line.cells[ORIGIN].place, "", text % {"code": former}),
            )
            state = LineState.STALE
        return PlanLine(table, line.number, key, state, "", said, places, faults=faults)

    def _values(self, table, line):
        values, faults = {}, []
        for column in table.columns:
            cell = line.cells[column.name]
            if self.starting and column.name in COLUMNS_NOT_COPIED:
                values[column.name] = [] if column.kind is FieldKind.LINKS else None
                continue
            try:
                value = parse_value(column, cell, self.find)
            except UnclearValueError as unread:
                faults.append(CellProblem(cell.place, column.label, str(unread)))
                continue
            if value is None and column.kind in KINDS_WITH_DEFAULT:
                value = self.stored.unset(table, column.name)
            values[column.name] = value
        if self.starting:
            self.starting.adjust(table, values)
        return values, faults

    def _changed(self, table, line, values, origin):
        stands = table.plain(self.stored, self.stored.tables[table.name].rows[origin])
        values = stands | values
        seen = line.text(SEEN).split("-")[1:]
        if len(seen) != len(values):
            fault = CellProblem("", "", _("The hidden cells of this row were changed."))
            return _refused_line(table, line, origin, LineState.REFUSED, [fault])
        stored, said, stale = value_digests(table, stands, self.stored), {}, []
        for column, was, now in zip(table.columns, seen, stored, strict=True):
            text = line.text(column.name)
            if was == now and self.find.is_as_taken(column, text, was):
                values[column.name] = stands[column.name]
        asked = value_digests(table, values, self.stored)
        touched = {n for n, a, s in zip(values, asked, seen, strict=True) if a != s}
        for column, was, now in zip(table.columns, seen, stored, strict=True):
            name = column.name
            if FOLLOWED_COLUMNS.get(name) in touched and name not in touched:
                continue
            taken = stands[name] if was == now else CHANGED_SINCE
            found = field_action(values[name], stands[name], said=taken)
            if found is FieldAction.KEEP:
                text = _("Somebody changed this after the workbook was taken.")
                stale.append(CellProblem(line.cells[name].place, column.label, text))
            if found is not FieldAction.AGREED:
                said[name] = values[name]
        if stale:
            return _refused_line(table, line, origin, LineState.STALE, stale, origin)
        state = LineState.CHANGED if said else LineState.UNCHANGED
        said = with_due_date(table, said, stands)
        places = {name: line.cells[name].place for name in values}
        return PlanLine(
            table, line.number, origin, state, origin, said, places, "-".join(stored)
        )

    def _there_already(self, table, line, values, key):
        """A new row whose record exists: it was saved before, or is another's."""
        stands = table.plain(self.stored, self.stored.tables[table.name].rows[key])
        is_different = any(
            line.text(column.name)
            and values.get(column.name) not in (None, [], stands[column.name])
            for column in table.columns
            if column.name not in FOLLOWED_COLUMNS
        )
        if not is_different:
            return PlanLine(table, line.number, key, LineState.UNCHANGED, key)
        text = _(
            "The plan has a record of this code already, and it says something else."
        )
        fault = CellProblem(line.cells[ORIGIN].place, "", text)
        return _refused_line(table, line, key, LineState.STALE, [fault], key)


def _identities(table, origin, values):
    found = [(table.name, "origin", origin)] if origin else []
    if all(values.get(part) for part in table.identity):
        found.append((table.name, "code", table.key_in(values)))
    return found


def _refused_line(table, line, name, state, faults, origin=""):
    return PlanLine(table, line.number, name, state, origin, faults=tuple(faults))
