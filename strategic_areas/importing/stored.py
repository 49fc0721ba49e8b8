"""
What the portal holds before a load, and what files said of it.

Rows go by the keys that files have for them; fields are compared in plain values.
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.db import models as columns
from yaml import ScalarNode

from agencies.models import AgencyName
from strategic_areas.importing.format import REVISED, TABLE_OF_MODEL, TABLES
from strategic_areas.importing.values import plain
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    ImportedRecord,
    Plan,
    Status,
)
from strategic_areas.models.measurements import Breakdown, Measurement
from strategic_areas.models.records import provenance_of

#: How many rows of a table are read at once.
AT_ONCE = 200


class StoredTable:
    """``rows`` by the key that files have for them; by primary key, rows and keys."""

    def __init__(self):
        self.rows = {}
        self.row_of_pk = {}
        self.key_of_pk = {}
        #: Of each list of links, the primary keys to which each row leads.
        self.links = {}

    def put(self, row, key):
        self.rows[key] = row
        self.row_of_pk[row.pk] = row
        self.key_of_pk[row.pk] = key


class Stored:
    """Every table that the file of one plan may touch: of shared ones all rows."""

    def __init__(self, plan_code):
        self.plan_code = plan_code
        self.tables, self.blanks, self.of_other_plans = {}, {}, {}
        for name, table in TABLES.items():
            if name not in REVISED:
                self.tables[name] = StoredTable()
                for row in self.rows_of(table):
                    self.tables[name].put(row, self.key(table, row))
        agencies = self.tables["agencies"]
        for former in AgencyName.objects.all():
            row = agencies.row_of_pk[former.agency_id]
            agencies.rows.setdefault(former.acronym, row)

    def rows_of(self, table):
        """A table's rows, with the keys that they are linked to."""
        rows = self.named_rows(table)
        for many in table.model._meta.many_to_many:
            through = many.remote_field.through._default_manager
            own, other = many.m2m_field_name(), many.m2m_reverse_field_name()
            found = through.filter(**{f"{own}__in": rows.order_by().values("pk")})
            linked = self.tables[table.name].links[many.name] = defaultdict(list)
            for pk, key in found.values_list(f"{own}_id", f"{other}_id"):
                linked[pk].append(key)
        return rows.iterator(AT_ONCE)

    def with_links(self, table):
        """A table's rows, with the records that they are linked to."""
        links = [many.name for many in table.model._meta.many_to_many]
        return self.named_rows(table).prefetch_related(*links)

    def named_rows(self, table):
        """The rows that a file of the plan can name."""
        conditions = dict(table.filters)
        if table.scope:
            conditions[f"{table.scope}__code"] = self.plan_code
        rows = table.model._default_manager.filter(**conditions).order_by("pk")
        if table.has_field("continues"):
            return rows.select_related("continues__plan")
        return rows

    @cached_property
    def plan(self):
        """The plan as the file has changed it, once it is stored."""
        return Plan.objects.get(code=self.plan_code)

    def locked(self, row):
        """The row as it is stored now, which nobody else changes meanwhile."""
        manager = row._meta.model._default_manager
        return manager.select_for_update(of=["self"]).get(pk=row.pk)

    def key(self, table, row):
        """The key of a row, as ``Record.key`` writes it."""
        parts = (self.plain(row, attribute) for attribute in table.identity)
        return "/".join(str(part or "") for part in parts)

    def linked_table(self, field):
        return self.tables[TABLE_OF_MODEL[field.related_model].name]

    def plain(self, row, attribute):
        """The stored value in the plain form in which files are read."""
        field = row._meta.get_field(attribute)
        if field.many_to_many:
            keys = self.linked_table(field).key_of_pk
            # Sources of other plans are those plans' files' own affair.
            return sorted(keys[pk] for pk in self.linked_to(row, field) if pk in keys)
        if attribute == "continues":
            return before(row)
        value = getattr(row, field.attname)
        if field.is_relation:
            return value and self.linked_table(field).key_of_pk.get(value, f"#{value}")
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Decimal):
            return plain(value)
        return None if value == "" else value

    def unset(self, table, attribute):
        """What a field holds, in plain form, before anybody fills it."""
        if table.name not in self.blanks:
            self.blanks[table.name] = table.model()
        return self.plain(self.blanks[table.name], attribute)

    def linked_to(self, row, field):
        table = self.tables.get(TABLE_OF_MODEL[type(row)].name)
        if table and field.name in table.links and row.pk in table.row_of_pk:
            return table.links[field.name].get(row.pk, [])
        return [one.pk for one in getattr(row, field.name).all()] if row.pk else []

    def put_plain(self, row, attribute, value):
        field = row._meta.get_field(attribute)
        if value is None:
            value = None if field.null else field.get_default()
        elif attribute == "continues":
            value = self.earlier(TABLE_OF_MODEL[type(row)].name)[value]
        elif field.is_relation:
            value = self.linked_table(field).rows[value]
        elif isinstance(field, columns.DateField):
            value = date.fromisoformat(value)
        elif isinstance(field, columns.DecimalField):
            value = Decimal(value)
        setattr(row, attribute, value)

    def earlier(self, name):
        """The records of a table in other plans, by "plan/code"."""
        if name not in self.of_other_plans:
            rows = TABLES[name].model._default_manager.select_related("plan")
            self.of_other_plans[name] = {
                f"{row.plan.code}/{row.code}": row
                for row in rows.exclude(plan__code=self.plan_code)
            }
        return self.of_other_plans[name]

    def linked(self, field, codes):
        return [self.linked_table(field).rows[code] for code in codes]

    def keys(self, field, codes):
        """The primary keys of the rows that codes name."""
        return [row.pk for row in self.linked(field, codes)]

    def new_row(self, table):
        """An unsaved row, with its plan where it names one itself."""
        row = table.model()
        if table.owner:
            setattr(row, table.owner, self.plan)
        return row


class StoredObjects(Stored):
    """The same with the records that rows are linked to, for who asks for them."""

    def rows_of(self, table):
        return self.with_links(table)

    @property
    def plan(self):
        return self.tables["plans"].rows.get(self.plan_code)


def before(row):
    """What a row continues, as "plan/code"."""
    return row.continues and f"{row.continues.plan.code}/{row.continues.code}"


#: Under this name a memory keeps which row it is about; no field is called so.
ROW = "row"
#: What an activity says of the people whom it counts and reaches.
VICTIMS = ("counts_victims", "reaches_victims")


class Known:
    """What a file's records are held to: the portal's and its own, faulty or not."""

    def __init__(self, plan_file, stored):
        self.plan_file = plan_file
        self.stored = stored
        self.codes = {}

    def has(self, section, code):
        """Whether a reference leads somewhere; an unread section is not judged."""
        name = section.split()[0]
        if name in self.plan_file.unread:
            return True
        if section not in self.codes:
            table = "participations" if section == "agencies" else name
            entries = self.plan_file.entries[name]
            in_portal = self.stored.tables[table].key_of_pk.values()
            self.codes[section] = {*map(code_of, entries), *in_portal}
        return code in self.codes[section]

    @cached_property
    def source_kinds(self):
        rows = self.stored.tables["sources"].rows
        kinds = {key: row.kind for key, row in rows.items()}
        for entry in self.plan_file.entries["sources"]:
            key = entry.values.get("key") or entry.nodes["key"].value
            kinds[key] = entry.values.get("kind", "")
        return kinds

    def given_provenance(self, entry):
        sources = entry.values.get("sources", [])
        return provenance_of(self.source_kinds.get(key, "") for key in sources)

    @cached_property
    def continuing(self):
        rows = self.stored.tables["activities"].rows
        kinds = {code: row.kind for code, row in rows.items()}
        for entry in self.plan_file.entries["activities"]:
            if "kind" in entry.values and "code" in entry.values:
                kinds[entry.values["code"]] = entry.values["kind"]
        return {
            code for code, kind in kinds.items() if kind == Activity.Kind.CONTINUING
        }

    @cached_property
    def of_victims(self):
        """Codes of activities that count or reach victims, and of their commitments."""
        flags, above = {}, {}
        commitments = self.stored.tables["commitments"].key_of_pk
        for code, row in self.stored.tables["activities"].rows.items():
            flags[code] = {name: getattr(row, name) for name in VICTIMS}
            above[code] = commitments[row.commitment_id]
        for entry in self.plan_file.entries["activities"]:
            if code := entry.values.get("code"):
                said = flags.setdefault(code, dict.fromkeys(VICTIMS, True))
                said |= {n: entry.values[n] for n in VICTIMS if n in entry.values}
                above[code] = entry.values.get("commitment", above.get(code))
        found = {code for code, said in flags.items() if any(said.values())}
        return found | {above[code] for code in found}

    @cached_property
    def published_percents(self):
        """Activity and period of each published percent."""
        updates = ActivityUpdate.objects.filter(
            plan__code=self.stored.plan_code, status=Status.PUBLISHED
        ).exclude(percent=None)
        return set(updates.values_list("activity__code", "period__code"))

    @cached_property
    def in_other_plans(self):
        """By section, pairs of plan and code, with what each continues."""
        pairs = ("plan__code", "code", "continues__plan__code", "continues__code")
        found = {"commitments": {}, "activities": {}}
        for section, model in zip(found, (Commitment, Activity), strict=True):
            rows = model.objects.exclude(plan__code=self.stored.plan_code)
            for plan, code, *before in rows.values_list(*pairs):
                found[section][plan, code] = [tuple(before)] if before[0] else []
        return found

    def address_words(self, section, field):
        """Each address word in use, with the codes of its record."""
        table, codes = self.stored.tables[section], defaultdict(set)
        said = ImportedRecord.objects.filter(section=section)
        if not TABLES[section].is_shared:
            said = said.filter(plan__code=self.stored.plan_code)
        for key, values in said.values_list("key", "values"):
            codes[values.get(ROW)].add(key)
        return {
            word: {table.key_of_pk[pk], *codes[pk]}
            for pk, row in table.row_of_pk.items()
            if (word := getattr(row, field))
        }


def code_of(entry):
    key = entry.section.identity[0]
    node = entry.nodes.get(key)
    is_word = isinstance(node, ScalarNode)
    return entry.values.get(key) or (node.value if is_word else "")


class Memory:
    """
    What this plan's file last put here, field by field; other files too, if shared.

    If the stored value still is that one, the file may change it; if not, somebody
    edited it here, and the file leaves it alone.
    """

    def __init__(self, plan_code):
        own = ImportedRecord.objects.filter(plan__code=plan_code)
        self.records = {(each.section, each.key): each for each in own.iterator()}
        self.changed = {}
        self.others = defaultdict(list)
        shared = [table.name for table in TABLES.values() if table.is_shared]
        others = ImportedRecord.objects.filter(section__in=shared).order_by("pk")
        for record in others.exclude(plan__code=plan_code).select_related("plan"):
            place = (record.section, record.key)
            self.others[place].append((record.plan.code, record.values))

    def said(self, record):
        remembered = self.records.get((record.table.name, record.key))
        return remembered.values if remembered else {}

    def set_by(self, record, attribute):
        """
        Pairs of another plan's code and what its file set the field to.

        A file that is silent on a flag has left it as usual.
        """
        if not (found := self.others.get((record.table.name, record.key))):
            return []
        column = attribute != ROW and record.table.field(attribute)
        is_flag = isinstance(column, columns.BooleanField)
        usual = {attribute: column.get_default()} if is_flag else {}
        told = [(plan, usual | said) for plan, said in found]
        return [(plan, said[attribute]) for plan, said in told if attribute in said]

    def row(self, record):
        """The primary key of the row that a file put a record in, or None."""
        if ROW in (said := self.said(record)):
            return said[ROW]
        return next((pk for _, pk in self.set_by(record, ROW)), None)

    def remember(self, record, **values):
        place = (record.table.name, record.key)
        remembered = self.records.get(place)
        if remembered is None:
            section, key = place
            remembered = self.records[place] = ImportedRecord(section=section, key=key)
        if not values.items() <= remembered.values.items():
            remembered.values |= values
            self.changed[place] = remembered

    def save(self, plan):
        new = [each for each in self.changed.values() if each.pk is None]
        for each in new:
            each.plan = plan
        old = [each for each in self.changed.values() if each.pk is not None]
        ImportedRecord.objects.bulk_update(old, ["values"], batch_size=200)
        ImportedRecord.objects.bulk_create(new)
        self.changed = {}


class Revised:
    """What agencies revised: it stands now in place of a file's value."""

    def __init__(self, plan_code):
        self.plan_code = plan_code

    @cached_property
    def latest(self):
        """The last revision of each value that has any, by the value's key."""
        rows = Measurement.objects.filter(indicator__introduced_by__code=self.plan_code)
        revisions = rows.exclude(revises=None).order_by("pk")
        latest, first = {}, {}
        for row in revisions.prefetch_related("sources"):
            first[row.pk] = first.get(row.revises_id, row.revises_id)
            latest[first[row.pk]] = row
        return latest

    def instead_of(self, row):
        """What replaces a value or a part of one, or None."""
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
