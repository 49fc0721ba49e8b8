"""Puts in the records of the two tables of updates, by new revisions only."""

from strategic_areas import workflow
from strategic_areas.importing.applying import Applying
from strategic_areas.importing.database import faults_of
from strategic_areas.importing.format import SECTIONS
from strategic_areas.importing.outcome import Change, Kept
from strategic_areas.models import OPEN, ActivityUpdate, AttributionDispute, Status
from strategic_areas.models.review import Reviewed


class Revising(Applying):
    """
    Applies the records of one of the two tables of updates, by new revisions only.

    ``published`` are the published revisions by key, ``reasons`` those for which a
    record is left alone, by key.
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
        rows = stored.read(table).select_related("agency", f"{subject}__{answers}")
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
        """Record a new update, or a new revision of one that the file changes."""
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
        """Hand an unsaved revision with these plain values to the workflow."""
        update = self.stored.new_row(self.table)
        for attribute, value in values.items():
            if attribute != "sources":
                self.stored.put_plain(update, attribute, value)
        for name in (update.subject_field, "period"):
            setattr(update, name, self.objects_of(name)[getattr(update, f"{name}_id")])
        sources = self.stored.keys(self.table.field("sources"), values["sources"])
        with faults_of(record):
            workflow.record(update, sources=sources)
        # Of all that a revision has, the file says only its own.
        said = {name: values[name] for name in record.values}
        self.memory.remember(record, **said)

    def objects_of(self, name):
        """The plan's objects to which updates lead by a field, by primary key."""
        if name not in self.objects:
            model = self.table.field(name).related_model
            rows = model._default_manager.filter(plan=self.stored.plan)
            if name == self.table.model.subject_field:
                rows = rows.select_related(model.answered_by)
            self.objects[name] = rows.in_bulk()
        return self.objects[name]
