"""
Stored data to which a file is compared: records, values of earlier files, revisions.
"""

from collections import defaultdict
from functools import cached_property

from django.db import models
from yaml import ScalarNode

from strategic_areas.models import ActivityUpdate, ImportedRecord, RevisionStatus
from strategic_areas.models.measurements import Breakdown, Measurement
from strategic_areas.models.records import provenance_of
from strategic_areas.plan_document.tables import TABLES

#: In ``ImportedRecord.values``, beside its columns: the primary key of its record.
PK_KEY = "row"
VICTIMS = ("counts_victims", "reaches_victims")
#: Fields of an indicator that the rules for plan files use.
INDICATOR_FIELDS = ("counts", "sensitive", "family", "is_teller", "introduced_by")


class KnownRecords:
    """
    The records that a file may refer to: stored ones and its own, even invalid ones.
    """

    def __init__(self, parsed, stored):
        self.parsed = parsed
        self.stored = stored
        self.codes = {}

    def has(self, record_kind, code):
        """
        Whether a reference has a target; always true for an unreadable section.

        ``record_kind`` is in the words of an error message: "agencies" are those that
        take part in the plan, "agencies of the portal" are all. Its first word is the
        section.
        """
        section = record_kind.split()[0]
        if section in self.parsed.unread:
            return True
        if record_kind not in self.codes:
            table = "participations" if record_kind == "agencies" else section
            self.codes[record_kind] = {
                *map(identifier_of, self.parsed.entries[section]),
                *self.stored.tables[table].key_of_pk.values(),
            }
        return code in self.codes[record_kind]

    def values(self, section, *names):
        found = {
            code: {name: self.stored.plain(row, name) for name in names}
            for code, row in self.stored.tables[section].row_of_key.items()
        }
        defaults = {
            name: self.stored.default_value(TABLES[section], name) for name in names
        }
        for entry in self.parsed.entries[section]:
            values = {
                each: entry.values[each] for each in names if each in entry.values
            }
            found[identifier_of(entry)] = (
                found.get(identifier_of(entry), defaults) | values
            )
        return found

    @cached_property
    def source_kinds(self):
        found = self.values("sources", "kind")
        return {key: values["kind"] or "" for key, values in found.items()}

    def provenance_by_sources(self, entry):
        """The strongest provenance that its sources support."""
        return provenance_of(
            self.source_kinds.get(key, "") for key in entry.values.get("sources", [])
        )

    @cached_property
    def indicators(self):
        return self.values("indicators", *INDICATOR_FIELDS)

    @cached_property
    def activities(self):
        return self.values("activities", "kind", *VICTIMS, "commitment")

    @cached_property
    def successors(self):
        found = self.values("agencies", "succeeded_by")
        return {acronym: [values["succeeded_by"]] for acronym, values in found.items()}

    @cached_property
    def victim_codes(self):
        """Codes of activities that count or reach victims, and of their commitments."""
        concerned = {
            code: values["commitment"]
            for code, values in self.activities.items()
            if any(values[name] for name in VICTIMS)
        }
        return {*concerned, *concerned.values()}

    @cached_property
    def with_unrepeated_percents(self):
        """Codes of activities whose published percent the file does not repeat."""
        updates = ActivityUpdate.objects.filter(
            plan__code=self.stored.plan_code, status=RevisionStatus.PUBLISHED
        ).exclude(percent=None)
        in_file = {
            (entry.values.get("activity"), entry.values.get("period"))
            for entry in self.parsed.entries["updates"]
        }
        pairs = set(updates.values_list("activity__code", "period__code"))
        return {activity for activity, _ in pairs - in_file}

    @cached_property
    def in_other_plans(self):
        """By section, records of other plans and the records that they continue."""
        return {
            section: {
                name: list(filter(None, [self.stored.plain(row, "continues")]))
                for name, row in self.stored.records_of_other_plans(section).items()
            }
            for section in ("commitments", "activities")
        }

    def slugs_in_use(self, section, field):
        """Map each slug in use to the codes of its record, now and when loaded."""
        table, codes = self.stored.tables[section], defaultdict(set)
        rows = ImportedRecord.objects.filter(section=section)
        if not TABLES[section].is_shared:
            rows = rows.filter(plan__code=self.stored.plan_code)
        for key, values in rows.values_list("key", "values"):
            codes[values.get(PK_KEY)].add(key)
        return {
            word: {table.key_of_pk[pk], *codes[pk]}
            for pk, row in table.row_of_pk.items()
            if (word := getattr(row, field))
        }


def identifier_of(entry):
    """The first identifying value: a code, acronym or key, even an invalid one."""
    key = entry.section.identity[0]
    node = entry.nodes.get(key)
    return entry.values.get(key) or (node.value if isinstance(node, ScalarNode) else "")


class LoadedValues:
    """
    The values that this plan's file stored at its last load, and those that other
    plans' files stored in shared tables.

    The file may change a field that still has that value; another value was edited by
    staff.
    """

    def __init__(self, plan_code):
        own = ImportedRecord.objects.filter(plan__code=plan_code)
        self.records = {(each.section, each.key): each for each in own.iterator()}
        self.changed = {}
        self.others = defaultdict(list)
        shared = [table.name for table in TABLES.values() if table.is_shared]
        others = ImportedRecord.objects.filter(section__in=shared).order_by("pk")
        for record in others.exclude(plan__code=plan_code).select_related("plan"):
            loaded = self.others[record.section, record.key]
            loaded.append((record.plan.code, record.values))

    def values_of(self, line):
        record = self.records.get((line.table.name, line.key))
        return record.values if record else {}

    def values_of_other_plans(self, line, attribute):
        """
        Pairs of another plan's code and the value that its file set.

        A flag that a file leaves out has its default.
        """
        if not (found := self.others.get((line.table.name, line.key))):
            return []
        model_field = attribute != PK_KEY and line.table.model_field(attribute)
        is_flag = isinstance(model_field, models.BooleanField)
        defaults = {attribute: model_field.get_default()} if is_flag else {}
        complete = [(plan, defaults | values) for plan, values in found]
        return [
            (plan, values[attribute])
            for plan, values in complete
            if attribute in values
        ]

    def stored_pk(self, line):
        """The record's primary key at its last load, or None."""
        if PK_KEY in (values := self.values_of(line)):
            return values[PK_KEY]
        return next((pk for _, pk in self.values_of_other_plans(line, PK_KEY)), None)

    def remember(self, line, **values):
        section, key = identity = (line.table.name, line.key)
        record = self.records.get(identity)
        if record is None:
            record = self.records[identity] = ImportedRecord(section=section, key=key)
        if not values.items() <= record.values.items():
            record.values |= values
            self.changed[identity] = record

    def save(self, plan):
        new = [each for each in self.changed.values() if each.pk is None]
        for each in new:
            each.plan = plan
        old = [each for each in self.changed.values() if each.pk is not None]
        ImportedRecord.objects.bulk_update(old, ["values"], batch_size=200)
        ImportedRecord.objects.bulk_create(new)
        self.changed = {}


class RevisedMeasurements:
    """Measurements that agencies revised since they were loaded."""

    def __init__(self, plan_code):
        self.plan_code = plan_code

    @cached_property
    def latest(self):
        """Map the id of each revised value to its last revision."""
        rows = Measurement.objects.filter(indicator__introduced_by__code=self.plan_code)
        revisions = rows.exclude(revises=None).prefetch_related("sources")
        latest, first = {}, {}
        for row in revisions.order_by("pk"):
            first[row.pk] = first.get(row.revises_id, row.revises_id)
            latest[first[row.pk]] = row
        return latest

    def instead_of(self, row):
        """
        The revision of a value or of a part of it; None if the value was not revised,
        an empty breakdown if the revision has no such part.
        """
        model = row and row._meta.model
        if model is Measurement:
            return self.latest.get(row.pk)
        if model is not Breakdown or row.measurement_id not in self.latest:
            return None
        value = self.latest[row.measurement_id]
        parts = Breakdown.objects.filter(
            measurement=value, dimension=row.dimension, category=row.category
        )
        return parts.first() or Breakdown(measurement=value)
