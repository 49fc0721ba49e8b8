"""Puts the records of a checked file into their rows, field by field."""

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils.translation import override
from simple_history.utils import bulk_create_with_history

from agencies.fields import field_of
from strategic_areas import workflow
from strategic_areas.importing.format import SECTIONS
from strategic_areas.importing.memory import ROW, Revised
from strategic_areas.importing.outcome import Change, Fault, Kept, Refused
from strategic_areas.models import (
    OPEN,
    Activity,
    ActivityUpdate,
    AttributionDispute,
    Commitment,
    Indicator,
    Plan,
    Source,
    Status,
)
from strategic_areas.models.plan import PlanBound
from strategic_areas.models.records import Coded
from strategic_areas.models.review import Reviewed
from strategic_areas.plan_document.lines import NOTHING, Verdict, verdict
from strategic_areas.plan_document.tables import TABLE_OF_MODEL

#: The models whose ``save`` fills in columns.
COMPLETED = (PlanBound, Coded)

#: How many new rows or lists of links are stored at once.
AT_ONCE = 500
#: The tables of raw values, whose records are told with their indicator.
OF_INDICATORS = {"values", "breakdowns"}
#: Why the file's word on a value does not count any more.
REVISED_HERE = "revised here"


@contextmanager
def faults_of(record):
    """Turn what the database refuses into a fault of the record."""
    try:
        yield
    except (DatabaseError, ValidationError, workflow.TransitionError) as error:
        with override("en"):
            expected = f"what the database takes{why(error, record.table.model)}"
        fault = Fault(record.name, "", "what the file says", expected, record.line)
        raise Refused([fault]) from error


def why(error, model):
    """The broken constraint's message, or the database's."""
    text = str(error).strip()
    for constraint in model._meta.constraints:
        if constraint.name in text:
            return f": {constraint.violation_error_message}"
    reason = text.splitlines()[0] if text else type(error).__name__
    return f" ({reason})"


def together(add, one_by_one):
    """Add many rows at once, or one by one if the database refuses any, to name it."""
    try:
        with transaction.atomic():
            add()
    except (DatabaseError, ValidationError):
        one_by_one()


def create(rows):
    """Insert new rows of one model, each with its first version, as ``save`` does."""
    model = type(rows[0])
    for row in rows:
        for kind in COMPLETED:
            if isinstance(row, kind):
                kind.complete(row)
    if hasattr(model, "history"):
        bulk_create_with_history(rows, model)
    else:
        model._default_manager.bulk_create(rows)


@dataclass
class Written:
    record: object
    row: object
    is_new: bool
    changes: list = field(default_factory=list)


class Applying:
    """
    Applies records of one plan's file, within a transaction.

    Raises ``Refused`` with the first record that the database does not take.
    """

    def __init__(self, stored, memory, outcome):
        self.stored = stored
        self.memory = memory
        self.outcome = outcome
        self.revised = Revised(stored.plan_code)
        self.written = []
        #: New rows of one table, and links of new rows of all, not yet stored.
        self.rows, self.links = [], []

    def put_in(self, record):
        """Create or change a record's row, all but its links."""
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
            self.rows.append(written)
            if len(self.rows) == AT_ONCE:
                self.store_rows()
        else:
            self.change(written)
            self.settle(written)

    def settle(self, written):
        record = written.record
        self.stored.tables[record.table.name].put(written.row, record.key)
        self.memory.remember(record, **{ROW: written.row.pk})

    def store_rows(self):
        waiting, self.rows = self.rows, []
        if waiting:
            together(
                lambda: create([written.row for written in waiting]),
                lambda: self.store_one_by_one(waiting),
            )
        for written in waiting:
            self.settle(written)

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

    def change(self, written):
        record, row = written.record, written.row
        for attribute in record.values:
            if record.table.is_late(attribute):
                continue
            if change := self.wanted_change(record, row, attribute):
                written.changes.append(change)
        if written.changes:
            self.store_rows()  # in the order of the file
            with faults_of(record):
                self.save(row, {each.field: each.new for each in written.changes})

    def save(self, row, values):
        locked = self.stored.locked(row)
        for attribute, value in values.items():
            self.stored.put_plain(locked, attribute, value)
        locked.save()

    def wanted_change(self, record, row, attribute, reason=""):
        """
        The ``Change`` that the file makes in a field of an existing row, or None.

        With a ``reason`` it makes none. The outcome tells what differs and stays.
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
        """The second round, when every row is there."""
        for written in self.written:
            for attribute in written.record.values:
                if written.record.table.is_late(attribute):
                    with faults_of(written.record):
                        self.link_one(written, attribute)
        self.store_links()
        for written in self.written:
            if written.is_new or written.changes:
                self.outcome.touched += self.touched_by(written)
            if written.is_new:
                self.outcome.created[written.record.table.name] += 1
            elif written.changes:
                self.outcome.changed.append((written.record.name, written.changes))
            else:
                self.outcome.unchanged += 1

    def touched_by(self, written):
        """What the public may read otherwise: the record, and what it leaves."""
        table, values = written.record.table, written.record.values
        if table.name in OF_INDICATORS:
            code = values.get("indicator") or written.record.key.split("/")[0]
            yield Indicator, self.stored.tables["indicators"].rows[code].pk
            return
        yield table.model, written.row.pk
        for each in written.changes:
            model = table.field(each.field).related_model
            if model in {Activity, Commitment}:
                former = each.old if isinstance(each.old, list) else [each.old]
                rows = self.stored.tables[TABLE_OF_MODEL[model].name].rows
                yield from ((model, rows[key].pk) for key in former if key in rows)

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
            links = getattr(self.stored.locked(row), attribute)
            gone, new = set(before) - set(wanted), set(wanted) - set(before)
            links.remove(*self.stored.keys(field, sorted(gone)))
            links.add(*self.stored.keys(field, sorted(new)))
        else:
            self.save(row, {attribute: wanted})

    def store_links(self):
        waiting, self.links = self.links, []
        for at in range(0, len(waiting), AT_ONCE):
            some = waiting[at : at + AT_ONCE]
            together(partial(self.add_links, some), partial(self.add_each, some))

    def add_links(self, waiting):
        rows = defaultdict(list)
        for written, many in waiting:
            through = many.remote_field.through
            own, other = many.m2m_field_name(), many.m2m_reverse_field_name()
            for pk in self.stored.keys(many, written.record.values[many.name]):
                ends = {f"{own}_id": written.row.pk, f"{other}_id": pk}
                rows[through].append(through(**ends))
        for through, new in rows.items():
            through._default_manager.bulk_create(new)

    def add_each(self, waiting):
        for written, many in waiting:
            with faults_of(written.record):
                linked = self.stored.keys(many, written.record.values[many.name])
                getattr(self.stored.locked(written.row), many.name).add(*linked)


class Revising(Applying):
    """
    Applies updates by new revisions only.

    By key, ``published`` are revisions and ``reasons`` why a record is left alone.
    """

    def __init__(self, table, stored, memory, outcome):
        super().__init__(stored, memory, outcome)
        self.table = table
        self.published = {}
        self.reasons = {}
        self.objects = {}
        # A new revision would stand without the agency's word beside it.
        disputes = AttributionDispute.objects.unresolved()
        disputed = disputes.values_list("activity_update_id", flat=True)
        self.disputed = set(disputed) if table.model is ActivityUpdate else set()
        self.content = sorted(
            {name for key in SECTIONS[table.name].keys for name in key.stored_as}
        )
        subject = table.model.subject_field
        answers = table.field(subject).related_model.answered_by
        rows = stored.with_links(table).select_related(
            "agency", f"{subject}__{answers}"
        )
        for row in rows.order_by("revision"):
            self.look_at(row)

    def look_at(self, row):
        key = self.stored.key(self.table, row)
        if row.status == Status.PUBLISHED:
            self.published[key] = row
        if row.status == Status.WITHDRAWN:
            self.reasons[key] = "withdrawn here"
        elif row.origin == Reviewed.Origin.ENTERED:
            if row.status == Status.PUBLISHED or row.status in OPEN:
                self.reasons[key] = "reported here"
        elif row.status == Status.PUBLISHED:
            self.reasons.pop(key, None)
            if row.pk in self.disputed:
                self.reasons[key] = "disputed here"

    def put_in(self, record):
        current, reason = self.published.get(record.key), self.reasons.get(record.key)
        if current is None and reason:
            kept = Kept(record.name, "", "no record", "an update", reason)
            self.outcome.kept.append(kept)
            self.outcome.unchanged += 1
        elif current is None:
            self.publish(record, record.values)
            self.outcome.created[self.table.name] += 1
        elif changes := self.wanted_changes(record, current, reason):
            values = {name: self.stored.plain(current, name) for name in self.content}
            said = {each.field: each.new for each in changes if each.field in values}
            self.publish(record, values | said)
            self.outcome.changed.append((record.name, changes))
        else:
            self.outcome.unchanged += 1

    def wanted_changes(self, record, row, reason):
        changes = [
            self.wanted_change(record, row, attribute, reason)
            for attribute in record.values
        ]
        found = [change for change in changes if change]
        # The agency of a reconstruction is a matter of knowledge, which may change.
        if row.agency_id != row.answering.pk and not (
            reason or row.subject.is_official
        ):
            names = [row.agency.acronym, row.answering.acronym]
            found.append(Change("agency", *names))
        return found

    def publish(self, record, values):
        update = self.stored.new_row(self.table)
        for attribute, value in values.items():
            if attribute != "sources":
                self.stored.put_plain(update, attribute, value)
        for name in (update.subject_field, "period"):
            setattr(update, name, self.objects_of(name)[getattr(update, f"{name}_id")])
        sources = self.stored.keys(self.table.field("sources"), values["sources"])
        with faults_of(record):
            workflow.record(update, sources=sources)
        self.outcome.touched.append((type(update), update.pk))
        # Of all that a revision has, the file says only its own.
        said = {name: values[name] for name in record.values}
        self.memory.remember(record, **said)

    def objects_of(self, name):
        if name not in self.objects:
            model = self.table.field(name).related_model
            rows = model._default_manager.filter(plan=self.stored.plan)
            if name == self.table.model.subject_field:
                rows = rows.select_related(model.answered_by)
            self.objects[name] = rows.in_bulk()
        return self.objects[name]
