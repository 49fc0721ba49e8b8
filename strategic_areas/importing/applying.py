"""Puts the records of a checked file into their rows, field by field."""

from dataclasses import dataclass, field
from enum import Enum
from functools import partial

from agencies.fields import field_of
from strategic_areas.importing.database import (
    change,
    create,
    faults_of,
    insert,
    stated,
    together,
)
from strategic_areas.importing.known import ROW, Revised
from strategic_areas.importing.outcome import Change, Kept
from strategic_areas.models import Plan, Source

#: How many new rows or lists of links are stored by one statement.
AT_ONCE = 500
#: No value was remembered; None would be one.
NOTHING = object()
#: Why the file's word on a value does not count any more.
REVISED_HERE = "revised here"


class Verdict(Enum):
    AGREED = "the stored value is the file's already"
    APPLY = "the file's value goes in"
    KEEP = "the stored value stays"


def verdict(wanted, here, *, said=NOTHING, unset=None, others=(), is_own=False):
    """
    Whether a file changes a field of an existing record, as docs/plan-format.md tells.

    ``wanted`` is the file's value and ``here`` the stored one; ``said`` is what this
    plan's file last put here, ``unset`` what the field holds when nobody has filled
    it, ``others`` what other plans' files put here. ``is_own`` is true for the plan
    that the file itself describes: of it the file knows best.
    """
    if wanted == here:
        return Verdict.AGREED
    if said is not NOTHING:
        return Verdict.APPLY if here == said else Verdict.KEEP
    if here == unset and not others:
        return Verdict.APPLY
    if is_own and here in others:
        return Verdict.APPLY
    return Verdict.KEEP


@dataclass
class Written:
    """A record and its row; ``changes`` are those of a row that was there before."""

    record: object
    row: object
    is_new: bool
    changes: list = field(default_factory=list)

    def new_values(self):
        return {each.field: each.new for each in self.changes}


class Applying:
    """
    Applies records of one plan's file; needs an open transaction.

    Raises ``Refused`` with the first record that the database does not take.
    """

    def __init__(self, stored, memory, outcome):
        self.stored = stored
        self.memory = memory
        self.outcome = outcome
        self.revised = Revised(stored.plan_code)
        self.written = []
        #: New or changed rows of one table, and new links of all, not yet stored.
        self.rows, self.links = [], []

    def put_in(self, record):
        """Create or change the row of a record, all but its links to other rows."""
        table = self.stored.tables[record.table.name]
        row = table.rows.get(record.key)
        row = row or table.row_of_pk.get(self.memory.row(record))
        if row is None and self.is_late_part(record):
            kept = Kept(record.name, "", "no record", "a part", REVISED_HERE)
            self.outcome.kept.append(kept)
            self.outcome.unchanged += 1
            return
        written = Written(record, row, is_new=row is None)
        self.written.append(written)
        if written.is_new:
            written.row = self.new_row(record)
            self.wait(written)
        else:
            self.compare(written)
            self.settle(written)

    def settle(self, written):
        """Take a record among those that are stored."""
        record = written.record
        if written.is_new:
            written.row = self.stored.new(record.table, written.row.pk)
        self.stored.tables[record.table.name].put(written.row, record.key)
        self.memory.remember(record, **{ROW: written.row.pk})

    def wait(self, written):
        """Let a row wait for others of its kind; all are stored in their order."""
        if self.rows and self.rows[0].is_new != written.is_new:
            self.store_rows()
        # If the file changes a row twice, the first change is stored before the second.
        if not written.is_new and any(each.row is written.row for each in self.rows):
            self.store_rows()
        self.rows.append(written)
        if len(self.rows) == AT_ONCE:
            self.store_rows()

    def store_rows(self):
        """Store the new or changed rows that wait."""
        waiting, self.rows = self.rows, []
        if waiting and waiting[0].is_new:
            together(
                lambda: create([written.row for written in waiting]),
                lambda: self.store_one_by_one(waiting),
            )
            for written in waiting:
                self.settle(written)
        elif waiting:
            together(
                lambda: self.change_all(waiting),
                lambda: self.change_one_by_one(waiting),
            )

    def change_all(self, waiting):
        found = self.stored.instances([written.row for written in waiting])
        for written in waiting:
            self.put(found[written.row.pk], written.new_values())
        change([found[written.row.pk] for written in waiting])

    def change_one_by_one(self, waiting):
        for written in waiting:
            with faults_of(written.record):
                self.save(written.row, written.new_values())

    def store_one_by_one(self, waiting):
        for written in waiting:
            written.row.pk, written.row._state.adding = None, True
            with faults_of(written.record):
                written.row.save()

    def is_late_part(self, record):
        """Whether it is a new part of a value that was revised here."""
        if record.table.name != "breakdowns":
            return False
        values = self.stored.tables["values"].rows
        return bool(self.revised.instead_of(values.get(record.values["measurement"])))

    def new_row(self, record):
        row = self.stored.new_row(record.table)
        values = {
            attribute: value
            for attribute, value in record.values.items()
            if not record.table.is_late(attribute)
        }
        for attribute, value in {**record.starting, **values}.items():
            self.stored.put_plain(row, attribute, value)
        self.memory.remember(record, **values)
        return row

    def compare(self, written):
        """Let an existing row wait if the file changes it."""
        record, row = written.record, written.row
        for attribute in record.values:
            if record.table.is_late(attribute):
                continue
            if change := self.wanted_change(record, row, attribute):
                written.changes.append(change)
        if written.changes:
            self.wait(written)

    def save(self, row, values):
        """Put plain values into the stored row."""
        instance = self.stored.instance(row)
        self.put(instance, values)
        instance.save()

    def put(self, instance, values):
        for attribute, value in values.items():
            self.stored.put_plain(instance, attribute, value)

    def wanted_change(self, record, row, attribute, reason=""):
        """
        The ``Change`` that the file makes in a field of an existing row, or None.

        With a ``reason`` why the row is left alone it makes none. What differs and
        stays is told in the outcome.
        """
        wanted, here = record.values[attribute], self.stored.plain(row, attribute)
        others = []
        # Links to sources of each plan's file stand side by side.
        if record.table.field(attribute).related_model is not Source:
            others = self.memory.set_by(record, attribute)
        if wanted == here and not others:
            self.memory.remember(record, **{attribute: wanted})
            return None
        found = verdict(
            wanted,
            here,
            said=self.memory.said(record).get(attribute, NOTHING),
            unset=self.stored.unset(record.table, attribute),
            others=[value for _, value in others],
            is_own=row._meta.model is Plan and row.code == self.stored.plan_code,
        )
        if found is Verdict.APPLY and (now := self.revised.instead_of(row)):
            here, reason = self.stored.plain(now, attribute), REVISED_HERE
            if here == wanted:
                return None
        setters = [plan for plan, value in others if value == here]
        if found is Verdict.AGREED:
            # What another plan's file set stays that file's to change.
            if not setters:
                self.memory.remember(record, **{attribute: wanted})
            return None
        if found is Verdict.APPLY and not reason:
            self.memory.remember(record, **{attribute: wanted})
            protects = field_of(row._meta.model, attribute).protects
            return Change(attribute, here, wanted, protects)
        if setters:
            reason = f"set by the file of plan {setters[0]}"
        kept = Kept(record.name, attribute, here, wanted, reason or "edited here")
        self.outcome.kept.append(kept)
        return None

    def link(self):
        """The second round, when every row is there: links among records."""
        for written in self.written:
            for attribute in written.record.values:
                if written.record.table.is_late(attribute):
                    with faults_of(written.record):
                        self.link_one(written, attribute)
        self.store_links()
        for written in self.written:
            if written.is_new:
                self.outcome.created[written.record.table.name] += 1
            elif written.changes:
                self.outcome.changed.append((written.record.name, written.changes))
            else:
                self.outcome.unchanged += 1

    def link_one(self, written, attribute):
        record, row = written.record, written.row
        wanted, before = record.values[attribute], []
        if written.is_new:
            self.memory.remember(record, **{attribute: wanted})
            if not wanted:
                return
        elif change := self.wanted_change(record, row, attribute):
            written.changes.append(change)
            before = change.old
        else:
            return
        field = record.table.field(attribute)
        if field.many_to_many and written.is_new:
            self.links.append((written, field))
            return
        self.store_links()
        if field.many_to_many:
            links = getattr(self.stored.instance(row), attribute)
            gone, new = set(before) - set(wanted), set(wanted) - set(before)
            links.remove(*self.stored.keys(field, sorted(gone)))
            links.add(*self.stored.keys(field, sorted(new)))
        else:
            self.save(row, {attribute: wanted})

    def store_links(self):
        """Insert the links of new rows that wait, in their order."""
        waiting, self.links = self.links, []
        for at in range(0, len(waiting), AT_ONCE):
            some = waiting[at : at + AT_ONCE]
            together(partial(self.add_links, some), partial(self.add_each, some))

    def add_links(self, waiting):
        rows = {}
        for written, many in waiting:
            linked = self.stored.keys(many, written.record.values[many.name])
            through = many.remote_field.through
            is_first = stated(through)[0].name == many.m2m_field_name()
            rows.setdefault(through, []).extend(
                (written.row.pk, pk) if is_first else (pk, written.row.pk)
                for pk in linked
            )
        for through, new in rows.items():
            insert(through, new)

    def add_each(self, waiting):
        for written, many in waiting:
            with faults_of(written.record):
                linked = self.stored.keys(many, written.record.values[many.name])
                getattr(self.stored.instance(written.row), many.name).add(*linked)
