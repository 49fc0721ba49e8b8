"""What an uploaded workbook of a plan would change, row by row and cell by cell."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from django.utils.text import slugify
from django.utils.translation import gettext as _

from agencies.fields import Kind
from agencies.numbers import UnreadError
from strategic_areas.desk.planbook.columns import (
    BETWEEN,
    NAMES,
    OF_PLAN,
    ORIGIN,
    SEEN,
    SHEETS,
    Finder,
    Sheet,
    digests,
    key_in,
    read,
)
from strategic_areas.models import DueProvenance, Provenance
from strategic_areas.workbooks.reading import Fault

#: What tells of the other plan alone: its notes, its sources, its costs, its lineage.
OF_OTHER_PLAN = {
    *("note_es", "note_en"),
    *("provenance", "outcome_provenance", "mandate_provenance", "due_provenance"),
    *("sources", "budget", "budget_amount", "budget_source"),
    *("supersedes", "continues"),
}
#: A column that follows another one: whoever changes that need not say it too.
FOLLOWS = {"due_provenance": "due_on"}
#: What an empty cell of a list holds.
WITH_DEFAULT = (Kind.CHOICE, Kind.FLAG)


class Starting:
    """What a plan that is started from another one's workbook does not take over."""

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

    def drops(self, column):
        return column.name in OF_OTHER_PLAN

    def adjust(self, sheet, values):
        for column in sheet.columns:
            is_planned = sheet.name in self.replaced and column.kind is Kind.DATE
            if is_planned and self._is_outside(values.get(column.name)):
                values[column.name] = None

    def leaves_out(self, sheet, values, rows):
        """True for a row that is none of the new plan; ``rows`` are stored, by key."""
        if sheet.name == OF_PLAN:
            return True
        if sheet.name == "indicators":
            # Indicators are there for all plans, whichever introduced them.
            return values.get("code") in rows
        if sheet.name == "targets":
            return self._is_outside(values.get("ends_on"))
        of = values.get("code"), values.get("commitment")
        is_part = sheet.name == "activities" and of[1] in self.replaced["commitments"]
        return is_part or of[0] in self.replaced.get(sheet.name, ())

    def _is_outside(self, day):
        return bool(day) and not (
            self.plan.starts_on <= date.fromisoformat(day) <= self.plan.ends_on
        )


class State(StrEnum):
    STALE = "stale"
    REFUSED = "refused"
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Row:
    """
    One row of a sheet, and what it asks for.

    ``origin`` is the key of its record, "" for a new one; ``said`` are the plain values
    that it would set, by column, None where it makes no record; ``places`` are their
    cells. ``stood`` tells the record as it was compared.
    """

    sheet: Sheet
    number: int
    name: str
    state: State
    origin: str = ""
    said: dict | None = None
    places: dict | None = None
    stood: str = ""
    faults: tuple = ()


def compare(stored, book):
    """Every row of a ``Book``, in the order in which records are saved."""
    is_own = book.plan == stored.plan_code
    comparing = Comparing(stored, book, None if is_own else Starting(stored, book))
    return [comparing.row(SHEETS[n], line) for n in NAMES for line in book.lines[n]]


class Comparing:
    """Compares the rows of one workbook; ``starting`` if it is another plan's."""

    def __init__(self, stored, book, starting):
        self.stored, self.starting = stored, starting
        self.find = Finder(stored, book, is_own=starting is None)
        self.seen = Counter()
        for name in NAMES:
            for line in book.lines[name]:
                self.seen.update(self._names(SHEETS[name], line))

    def _names(self, sheet, line):
        """By what a row is known; no two rows may be known by the same."""
        values, _faults = self._values(sheet, line)
        origin = self.find.origin(sheet, line)
        found = [(sheet.name, "origin", origin)] if origin else []
        if all(values.get(part) for part in sheet.table.identity):
            found.append((sheet.name, "code", key_in(sheet, values)))
        return found

    def row(self, sheet, line):
        values, faults = self._values(sheet, line)
        key = key_in(sheet, values)
        rows = self.stored.tables[sheet.name].rows
        if self.starting and self.starting.leaves_out(sheet, values, rows):
            return Row(sheet, line.number, key, State.UNCHANGED)
        if any(self.seen[name] > 1 for name in self._names(sheet, line)):
            text = _("This record, or its code, stands in more than one row.")
            faults.append(Fault("", "", text))
        origin = self.find.origin(sheet, line)
        if sheet.name == OF_PLAN and origin != self.stored.plan_code:
            text = _("This sheet has one row, that of the plan.")
            fault = Fault(line.cells[ORIGIN].place, "", text)
            return Row(sheet, line.number, key, State.REFUSED, faults=(*faults, fault))
        row = self._asked(sheet, line, values, origin)
        if not faults:
            return row
        return replace(row, state=State.REFUSED, faults=(*faults, *row.faults))

    def _asked(self, sheet, line, values, origin):
        key = key_in(sheet, values)
        if origin:
            return self._changed(sheet, line, values, origin)
        rows = self.stored.tables[sheet.name].rows
        if key in rows and key not in self.find.given_up[sheet.name]:
            return self._there_already(sheet, line, values, key)
        key = self.find.new_key(sheet.name, key)
        said = {
            name: value for name, value in values.items() if value not in (None, [])
        }
        said = _completed(sheet, said)
        places = {each.name: line.cells[each.name].place for each in sheet.columns}
        state, faults = State.NEW, ()
        if not self.starting and (former := line.text(ORIGIN)):
            text = _("The record %(code)s is not in the plan any more.")
            fault = Fault(line.cells[ORIGIN].place, "", text % {"code": former})
            state, faults = State.STALE, (fault,)
        return Row(sheet, line.number, key, state, "", said, places, faults=faults)

    def _values(self, sheet, line):
        """The plain value of each cell by column, and the faults of those without."""
        values, faults = {}, []
        for column in sheet.columns:
            cell = line.cells[column.name]
            if self.starting and self.starting.drops(column):
                values[column.name] = [] if column.kind is Kind.LINKS else None
                continue
            try:
                value = read(column, cell, self.find)
            except UnreadError as unread:
                faults.append(Fault(cell.place, column.label, str(unread)))
                continue
            if value is None and column.kind in WITH_DEFAULT:
                value = self.stored.unset(sheet.table, column.name)
            values[column.name] = value
        if self.starting:
            self.starting.adjust(sheet, values)
        return values, faults

    def _changed(self, sheet, line, values, origin):
        """A row of a record that the workbook had when it was taken."""
        record = self.stored.tables[sheet.name].rows[origin]
        stands = sheet.plain(self.stored, record)
        values = stands | values
        seen = line.text(SEEN).split("-")[1:]
        if len(seen) != len(values):
            fault = Fault("", "", _("The hidden cells of this row were changed."))
            return Row(sheet, line.number, origin, State.REFUSED, faults=(fault,))
        stored, said, stale = digests(sheet, stands, self.stored), {}, []
        for column, was, now in zip(sheet.columns, seen, stored, strict=True):
            text = line.text(column.name)
            if was == now and self.find.is_as_taken(column, text, was):
                values[column.name] = stands[column.name]
        asked = digests(sheet, values, self.stored)
        touched = {n for n, a, s in zip(values, asked, seen, strict=True) if a != s}
        for column, was, now in zip(sheet.columns, seen, stored, strict=True):
            name = column.name
            if FOLLOWS.get(name) in touched and name not in touched:
                continue
            if values[name] == stands[name]:
                continue
            if was != now:
                stale.append(_changed_since(line, column))
            said[name] = values[name]
        state = State.STALE if stale else State.CHANGED if said else State.UNCHANGED
        if said and not stale:
            said = _with_due_date(sheet, said, stands)
        places = {name: line.cells[name].place for name in values}
        stood = "-".join(stored)
        row = Row(sheet, line.number, origin, state, origin, said, places, stood)
        return _outdated(row, stale) if stale else row

    def _there_already(self, sheet, line, values, key):
        """A row without an origin whose record is there: saved before, or another's."""
        record = self.stored.tables[sheet.name].rows[key]
        stands = sheet.plain(self.stored, record)
        different = [
            column
            for column in sheet.columns
            if column.name not in FOLLOWS
            and line.text(column.name)
            and values.get(column.name) not in (None, [], stands[column.name])
        ]
        row = Row(sheet, line.number, key, State.UNCHANGED, key)
        if not different:
            return row
        text = _(
            "The plan has a record of this code already, and it says something else."
        )
        return _outdated(row, [Fault(line.cells[ORIGIN].place, "", text)])


def _changed_since(line, column):
    text = _("Somebody changed this after the workbook was taken.")
    return Fault(line.cells[column.name].place, column.label, text)


def _outdated(row, faults):
    return Row(
        row.sheet, row.number, row.name, State.STALE, row.origin, faults=tuple(faults)
    )


def _completed(sheet, said):
    names = {column.name for column in sheet.columns}
    found = dict(said)
    for language in ("es", "en"):
        slug, name = f"slug_{language}", said.get(f"name_{language}")
        if slug in names and slug not in said and name:
            found[slug] = slugify(name)[:60].strip("-")
    if "provenance" in names:
        found.setdefault("provenance", Provenance.PLAN.value)
    return _with_due_date(sheet, found, {})


def _with_due_date(sheet, said, stands):
    """Say of a new due date that the plan states it, unless a cell says who does."""
    after = stands | said
    is_official = after.get("provenance") == Provenance.PLAN
    if said.get("due_on") and not after.get("due_provenance") and is_official:
        return said | {"due_provenance": DueProvenance.PLAN.value}
    return said
