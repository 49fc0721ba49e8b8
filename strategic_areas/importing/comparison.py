"""Comparison of a checked file with the stored data, field by field."""

from collections import Counter
from dataclasses import dataclass, field, replace

from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.utils.translation import override

from agencies.fields import field_of
from strategic_areas import workflow
from strategic_areas.importing.format import SECTIONS
from strategic_areas.importing.known_records import PK_KEY, RevisedMeasurements
from strategic_areas.importing.reading import PlanFileError
from strategic_areas.models import (
    OPEN_STATUSES,
    Activity,
    ActivityUpdate,
    Commitment,
    Indicator,
    Plan,
    RecordDispute,
    RevisionStatus,
    Source,
)
from strategic_areas.models.review import Revision
from strategic_areas.plan_document import records
from strategic_areas.plan_document.lines import (
    NOTHING,
    FieldAction,
    LineState,
    field_action,
)
from strategic_areas.plan_document.tables import TABLE_OF_MODEL
from strategic_areas.workbooks.reading import CellChange, ValueFault

#: Tables of raw values, published with their indicator.
VALUE_TABLES = {"values", "breakdowns"}
#: Statuses of reports that count or are in progress.
COUNTED_STATUSES = {*OPEN_STATUSES, RevisionStatus.PUBLISHED}
REVISED_BY_AGENCY = "revised here"


@dataclass
class ImportSummary:
    """
    The effect of a load or a dry run.

    - ``created``: counts by table; ``unchanged``: a count.
    - ``changed``: pairs of a record's name and its changes, in file order.
    - ``absent``: pairs of table and key; these records, only in earlier files, stay.
    - ``kept``: changes that were not made, with the reason.
    - ``warnings``: sentences about texts that may identify a person.
    - ``touched``: pairs of model and primary key, where public content changes.
    - ``public``: the public differences, in a dry run.
    """

    created: Counter = field(default_factory=Counter)
    changed: list = field(default_factory=list)
    unchanged: int = 0
    kept: list = field(default_factory=list)
    absent: list = field(default_factory=list)
    warnings: list = field(default_factory=list)
    touched: list = field(default_factory=list)
    public: list = field(default_factory=list)

    @property
    def summary(self):
        return (
            f"created={self.created.total()} changed={len(self.changed)} "
            f"unchanged={self.unchanged} kept={len(self.kept)} faults=0"
        )


def apply_lines(lines, stored, loaded_values, summary):
    """
    Compare lines with the stored data, apply the changes and extend the summary.

    Call it in a transaction. Raises ``PlanFileError`` for the first record that the
    database refuses.
    """
    lines = LineComparison(stored, loaded_values, summary).compare(lines)
    changed_lines = [line for line in lines if line.state is not LineState.UNCHANGED]
    records_to_save = records.build_records(stored, changed_lines)
    try:
        records.write_records(records_to_save)
    except records.RecordRefusedError as refused:
        raise refusal_of(refused.to_save.line, refused.__cause__) from refused
    for to_save in records_to_save:
        line = to_save.line
        if to_save.is_new:
            stored.tables[line.table.name].put(to_save.record, line.key)
            loaded_values.remember(line, **{PK_KEY: to_save.record.pk})
            summary.created[line.table.name] += 1
        else:
            stored.forget_links(to_save.record)
            changes = [
                CellChange(
                    name, former, line.values[name], protects=_protects(line, name)
                )
                for name, former in to_save.before.items()
            ]
            summary.changed.append((line.title, changes))
        summary.touched += affected_records(to_save, stored)
    summary.unchanged += len(lines) - len(changed_lines)


def _protects(line, name):
    return field_of(line.table.model, name).protects


def affected_records(to_save, stored):
    """The record and those it no longer belongs to, whose public content changes."""
    line = to_save.line
    if line.table.name in VALUE_TABLES:
        rows = stored.tables["indicators"].row_of_key
        yield Indicator, rows[line.key.partition("/")[0]].pk
        return
    yield line.table.model, to_save.record.pk
    for name, former in to_save.before.items():
        model = line.table.model_field(name).related_model
        if model in {Activity, Commitment}:
            rows = stored.tables[TABLE_OF_MODEL[model].name].row_of_key
            keys = former if isinstance(former, list) else [former]
            yield from ((model, rows[key].pk) for key in keys if key in rows)


def refusal_of(line, error):
    text = str(error).strip()
    with override("en"):
        broken = [
            f": {each.violation_error_message}"
            for each in line.table.model._meta.constraints
            if each.name in text
        ]
    reason = text.splitlines()[0] if text else type(error).__name__
    expected = f"what the database takes{broken[0] if broken else f' ({reason})'}"
    fault = ValueFault(
        line.title, "", expected, line.number, found="what the file says"
    )
    return PlanFileError([fault])


class LineComparison:
    """Compares the lines of a file, by docs/plan-format.md."""

    def __init__(self, stored, loaded_values, summary):
        self.stored = stored
        self.loaded_values = loaded_values
        self.summary = summary
        self.revised = RevisedMeasurements(stored.plan_code)

    def compare(self, lines):
        # The portal may have another key for a row than the file.
        rows = [self.row_of(line) for line in lines]
        return [self.with_changes(*pair) for pair in zip(lines, rows, strict=True)]

    def row_of(self, line):
        table = self.stored.tables[line.table.name]
        row = table.row_of_key.get(line.key)
        row = row or table.row_of_pk.get(self.loaded_values.stored_pk(line))
        if row:
            table.put(row, line.key)
            self.loaded_values.remember(line, **{PK_KEY: row.pk})
        return row

    def with_changes(self, line, row):
        if row:
            new_values = {
                each.header: each.new for each in self.wanted_changes(line, row)
            }
            return replace(
                line,
                state=LineState.CHANGED if new_values else LineState.UNCHANGED,
                stored_key=line.key,
                values=new_values,
            )
        if self.is_part_of_revised_value(line):
            self.keep(line, "", "no record", "a part", REVISED_BY_AGENCY)
            return replace(line, state=LineState.UNCHANGED)
        self.loaded_values.remember(line, **line.values)
        return replace(line, values=line.starting | line.values)

    def is_part_of_revised_value(self, line):
        if line.table.name != "breakdowns":
            return False
        values = self.stored.tables["values"].row_of_key
        return bool(self.revised.instead_of(values.get(line.values["measurement"])))

    def keep(self, line, name, stored_value, in_file, reason):
        self.summary.kept.append(
            CellChange(name, stored_value, in_file, line.title, reason=reason)
        )

    def wanted_changes(self, line, row, reason=""):
        changes = (self.wanted_change(line, row, name, reason) for name in line.values)
        return [change for change in changes if change]

    def wanted_change(self, line, row, name, reason=""):
        """
        The ``CellChange`` that the file makes in a field, or None.

        With a ``reason`` it makes none; the summary lists the difference.
        """
        wanted, stored_value = line.values[name], self.stored.plain(row, name)
        others = []
        # Links to sources from several plans' files coexist.
        if line.table.model_field(name).related_model is not Source:
            others = self.loaded_values.values_of_other_plans(line, name)
        if wanted == stored_value and not others:
            self.loaded_values.remember(line, **{name: wanted})
            return None
        action = field_action(
            wanted,
            stored_value,
            former=self.loaded_values.values_of(line).get(name, NOTHING),
            default=self.stored.default_value(line.table, name),
            others=[value for _, value in others],
            is_own=row._meta.model is Plan and row.code == self.stored.plan_code,
        )
        if action is FieldAction.APPLY and (revision := self.revised.instead_of(row)):
            stored_value, reason = self.stored.plain(revision, name), REVISED_BY_AGENCY
            if stored_value == wanted:
                return None
        setters = [plan for plan, value in others if value == stored_value]
        if action is FieldAction.AGREED:
            # Only the file that set a value may change it.
            if not setters:
                self.loaded_values.remember(line, **{name: wanted})
            return None
        if action is FieldAction.APPLY and not reason:
            self.loaded_values.remember(line, **{name: wanted})
            return CellChange(
                name, stored_value, wanted, protects=_protects(line, name)
            )
        if setters:
            reason = f"set by the file of plan {setters[0]}"
        self.keep(line, name, stored_value, wanted, reason or "edited here")
        return None


class UpdateRevisions(LineComparison):
    """Applies changed updates as new revisions."""

    def __init__(self, table, stored, loaded_values, summary):
        super().__init__(stored, loaded_values, summary)
        self.table = table
        self.published = {}
        self.reasons = {}
        # A new revision would lose the agency's dispute.
        disputes = RecordDispute.objects.unresolved()
        self.disputed = (
            set(disputes.values_list("activity_update_id", flat=True))
            if table.model is ActivityUpdate
            else set()
        )
        self.content = sorted(
            {name for key in SECTIONS[table.name].keys for name in key.stored_as}
        )
        subject = table.model.subject_field
        answers = table.model_field(subject).related_model.answered_by
        rows = stored.queryset_of(table).select_related(
            "agency", f"{subject}__{answers}"
        )
        rows = rows.prefetch_related(*[x.name for x in table.model._meta.many_to_many])
        for row in rows.order_by("revision"):
            self.examine_row(row)

    def examine_row(self, row):
        key = self.stored.key(self.table, row)
        if row.status == RevisionStatus.PUBLISHED:
            self.published[key] = row
        if row.status == RevisionStatus.WITHDRAWN:
            self.reasons[key] = "withdrawn here"
        elif row.origin == Revision.Origin.ENTERED and row.status in COUNTED_STATUSES:
            self.reasons[key] = "reported here"
        elif row.status == RevisionStatus.PUBLISHED:
            self.reasons.pop(key, None)
            if row.pk in self.disputed:
                self.reasons[key] = "disputed here"

    def apply_line(self, line):
        current, reason = self.published.get(line.key), self.reasons.get(line.key)
        changes = current and self.wanted_changes(line, current, reason)
        if current is None and not reason:
            self.publish(line, line.values)
            self.summary.created[self.table.name] += 1
        elif changes:
            values = {name: self.stored.plain(current, name) for name in self.content}
            new_values = {
                each.header: each.new for each in changes if each.header in values
            }
            self.publish(line, values | new_values)
            self.summary.changed.append((line.title, changes))
        else:
            self.summary.unchanged += 1
            if current is None:
                self.keep(line, "", "no record", "an update", reason)

    def wanted_changes(self, line, row, reason=""):
        changes = super().wanted_changes(line, row, reason)
        # Knowledge about a reconstruction's agency may change.
        if row.agency_id != row.responsible_agency.pk and not (
            reason or row.subject.is_stated_by_plan
        ):
            changes.append(
                CellChange("agency", row.agency.acronym, row.responsible_agency.acronym)
            )
        return changes

    def publish(self, line, values):
        update = self.stored.new_row(self.table)
        for name, value in values.items():
            if name != "sources":
                self.stored.put_plain(update, name, value)
        # Set the loaded agency to save a query.
        subject = getattr(update, update.subject_field)
        agency = self.stored.tables["agencies"].row_of_pk[
            getattr(subject, f"{subject.answered_by}_id")
        ]
        setattr(subject, subject.answered_by, agency)
        sources = self.stored.linked(
            self.table.model_field("sources"), values["sources"]
        )
        try:
            workflow.publish_public_record(update, sources=sources)
        except (DatabaseError, ValidationError, workflow.TransitionError) as error:
            raise refusal_of(line, error) from error
        self.summary.touched.append((type(update), update.pk))
        # Remember only the values from the file.
        self.loaded_values.remember(
            line, **{name: values[name] for name in line.values}
        )
