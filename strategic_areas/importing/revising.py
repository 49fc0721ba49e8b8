"""Updates of a file: matters of record that change by a new revision only."""

from strategic_areas import workflow
from strategic_areas.importing.applying import told
from strategic_areas.importing.deciding import NOTHING, Verdict, verdict
from strategic_areas.importing.format import SECTIONS
from strategic_areas.importing.outcome import Change, Kept
from strategic_areas.models import OPEN, ActivityUpdate, AttributionDispute, Status
from strategic_areas.models.review import Reviewed


class Revising:
    """
    Applies the records of one of the two tables of updates.

    ``standing`` are the published revisions by key, ``barred`` the reasons why a
    record is left alone, by key.
    """

    def __init__(self, table, shelves, memory, outcome):
        self.table = table
        self.shelves = shelves
        self.memory = memory
        self.outcome = outcome
        self.standing = {}
        self.barred = {}
        self.disputed = _disputed(table)
        self.content = sorted(
            {name for key in SECTIONS[table.name].keys for name in key.stored_as}
            - {"sources"}
        )
        for row in shelves.stored(table).order_by("revision"):
            self.look_at(row)

    def look_at(self, row):
        key = self.shelves.key(self.table, row)
        if row.status == Status.PUBLISHED:
            self.standing[key] = row
        if row.status == Status.WITHDRAWN:
            self.barred[key] = "withdrawn here"
        elif row.origin == Reviewed.Origin.ENTERED:
            if row.status == Status.PUBLISHED or row.status in OPEN:
                self.barred[key] = "reported here"
        elif row.status == Status.PUBLISHED:
            self.barred.pop(key, None)
            if row.pk in self.disputed:
                self.barred[key] = "disputed here"

    def file(self, record):
        """Record a new update, or a new revision of one that the file changes."""
        current = self.standing.get(record.key)
        reason = self.barred.get(record.key)
        if current is None and reason:
            kept = Kept(record.name, "", "no record", "an update", reason)
            self.outcome.kept.append(kept)
            self.outcome.unchanged += 1
        elif current is None:
            self.publish(record, record.values)
            self.outcome.created[self.table.name] += 1
        elif changes := self.changes(record, current, reason):
            values = {name: self.shelves.plain(current, name) for name in self.content}
            values["sources"] = self.shelves.plain(current, "sources")
            self.publish(record, values | {each.field: each.new for each in changes})
            self.outcome.changed.append((record.name, changes))
        else:
            self.outcome.unchanged += 1

    def changes(self, record, current, reason):
        """What the file changes in the published revision; what it must not is kept."""
        changes, said = [], self.memory.said(record)
        unset = self.table.model()
        for attribute, wanted in record.values.items():
            here = self.shelves.plain(current, attribute)
            found = verdict(
                wanted,
                here,
                said=said.get(attribute, NOTHING),
                unset=self.shelves.plain(unset, attribute),
            )
            if found is Verdict.AGREED:
                self.memory.remember(record, **{attribute: wanted})
            elif found is Verdict.APPLY and not reason:
                changes.append(Change(attribute, here, wanted))
            else:
                why = reason or "edited here"
                kept = Kept(record.name, attribute, here, wanted, why)
                self.outcome.kept.append(kept)
        return changes

    def publish(self, record, values):
        """Hand an unsaved revision with these plain values to the workflow."""
        update = self.shelves.fresh(self.table)
        for attribute, value in values.items():
            if attribute != "sources":
                self.shelves.put_plain(update, attribute, value)
        field = self.table.field("sources")
        sources = self.shelves.linked(field, values["sources"])
        with told(record):
            workflow.record(update, sources=sources)
        self.memory.remember(record, **record_values(record, values))


def _disputed(table):
    """
    Ids of the updates that their agency does not acknowledge, undecided.

    A new revision would stand without the agency's word beside it.
    """
    if table.model is not ActivityUpdate:
        return frozenset()
    open_ones = AttributionDispute.objects.unresolved()
    return frozenset(open_ones.values_list("activity_update_id", flat=True))


def record_values(record, values):
    """The values that the file itself states, out of all that a revision has."""
    return {name: values[name] for name in record.values}
