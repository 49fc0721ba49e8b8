"""Puts the records of a checked file into their rows, field by field."""

from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.utils.translation import override

from strategic_areas import workflow
from strategic_areas.importing.deciding import NOTHING, Verdict, verdict
from strategic_areas.importing.faults import Fault, Refused
from strategic_areas.importing.memory import ROW
from strategic_areas.importing.outcome import Change, Kept
from strategic_areas.importing.shelves import is_local, is_own_plan


class Filing:
    """One record on its way into its row; ``changes`` are those of an existing row."""

    def __init__(self, record, row):
        self.record = record
        self.row = row
        self.is_new = row is None
        self.changes = []


class Applying:
    """
    Applies records of one plan's file; needs an open transaction.

    Raises ``Refused`` with the first record that the database does not take.
    """

    def __init__(self, shelves, memory, outcome):
        self.shelves = shelves
        self.memory = memory
        self.outcome = outcome
        self.filings = []

    def file(self, record):
        """Create or change the row of a record, all but its links to other rows."""
        shelf = self.shelves.of[record.table.name]
        row = shelf.rows.get(record.key) or shelf.stored.get(self.memory.row(record))
        filing = Filing(record, row)
        self.filings.append(filing)
        with told(record):
            if filing.is_new:
                filing.row = self.create(record)
            else:
                self.change(filing)
        shelf.put(filing.row, record.key)
        self.memory.remember(record, **{ROW: filing.row.pk})

    def create(self, record):
        row = self.shelves.fresh(record.table)
        values = {
            attribute: value
            for attribute, value in record.values.items()
            if not record.table.is_late(attribute)
        }
        for attribute, value in {**record.starting, **values}.items():
            self.shelves.put_plain(row, attribute, value)
        row.save()
        self.memory.remember(record, **values)
        return row

    def change(self, filing):
        for attribute, wanted in filing.record.values.items():
            if filing.record.table.is_late(attribute):
                continue
            if self.asks(filing, attribute):
                self.shelves.put_plain(filing.row, attribute, wanted)
        if filing.changes:
            filing.row.save()

    def asks(self, filing, attribute):
        """Whether the file changes a field of an existing row; takes note of it."""
        record, row = filing.record, filing.row
        wanted, here = record.values[attribute], self.shelves.plain(row, attribute)
        others = []
        if not is_local(record.table.field(attribute)):
            others = self.memory.set_by(record, attribute)
        said = self.memory.said(record).get(attribute, NOTHING)
        found = verdict(
            wanted,
            here,
            said=said,
            unset=self.shelves.plain(record.table.model(), attribute),
            others=[value for _, value in others],
            is_own=is_own_plan(row, self.shelves.plan_code),
        )
        setters = [plan for plan, value in others if value == here]
        if found is Verdict.KEEP:
            reason = (
                f"set by the file of plan {setters[0]}" if setters else "edited here"
            )
            kept = Kept(record.name, attribute, here, wanted, reason)
            self.outcome.kept.append(kept)
        elif found is Verdict.APPLY:
            filing.changes.append(Change(attribute, here, wanted))
        # What another plan's file set stays that file's to change.
        if found is Verdict.APPLY or (found is Verdict.AGREED and not setters):
            self.memory.remember(record, **{attribute: wanted})
        return found is Verdict.APPLY

    def link(self):
        """The second round, when every row is there: links among records."""
        for filing in self.filings:
            record = filing.record
            for attribute, wanted in record.values.items():
                if record.table.is_late(attribute):
                    with told(record):
                        self.link_one(filing, attribute, wanted)
        for filing in self.filings:
            if filing.is_new:
                self.outcome.created[filing.record.table.name] += 1
            elif filing.changes:
                self.outcome.changed.append((filing.record.name, filing.changes))
            else:
                self.outcome.unchanged += 1

    def link_one(self, filing, attribute, wanted):
        row, field = filing.row, filing.record.table.field(attribute)
        before = []
        if filing.is_new:
            self.memory.remember(filing.record, **{attribute: wanted})
            if not wanted:
                return
        else:
            before = self.shelves.plain(row, attribute)
            if not self.asks(filing, attribute):
                return
        if field.many_to_many:
            links = getattr(row, attribute)
            gone, new = set(before) - set(wanted), set(wanted) - set(before)
            links.remove(*self.shelves.linked(field, sorted(gone)))
            links.add(*self.shelves.linked(field, sorted(new)))
        else:
            self.shelves.put_plain(row, attribute, wanted)
            row.save()


@contextmanager
def told(record):
    """Turn what the database refuses into a fault of the record."""
    try:
        yield
    except (DatabaseError, ValidationError, workflow.TransitionError) as error:
        with override("en"):
            found, expected = "what the file says", why(error, record.table.model)
        fault = Fault(record.name, "", found, expected, record.line)
        raise Refused([fault]) from error


def why(error, model):
    """The constraint's own message where one was broken, else the database's."""
    text = str(error).strip()
    for constraint in model._meta.constraints:
        if constraint.name in text:
            return f"what the database takes: {constraint.violation_error_message}"
    reason = text.splitlines()[0] if text else type(error).__name__
    return f"what the database takes ({reason})"
