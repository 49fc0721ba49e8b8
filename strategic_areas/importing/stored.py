"""
What the portal holds before a load: rows, what files last said of them, and codes.

Rows go by the keys that files have for them, and their fields by the plain values.
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.db import models as columns

from agencies.models import AgencyName
from strategic_areas.importing.tables import REVISED, TABLE_OF_MODEL, TABLES
from strategic_areas.importing.values import plain
from strategic_areas.models import (
    ImportedRecord,
)

#: Under this name a memory keeps which row it is about; no field is called so.
ROW = "row"


class StoredTable:
    """``rows`` by the key that files have for them; by primary key, rows and keys."""

    def __init__(self):
        self.rows = {}
        self.row_of_pk = {}
        self.key_of_pk = {}

    def put(self, row, key):
        self.rows[key] = row
        self.row_of_pk[row.pk] = row
        self.key_of_pk[row.pk] = key


class Stored:
    """
    Every table that the file of one plan may touch, in ``tables`` by name.

    Shared tables are there as a whole, the others as far as they are the plan's.
    """

    def __init__(self, plan_code):
        self.plan_code = plan_code
        self.tables = {}
        for name, table in TABLES.items():
            if name not in REVISED:
                self.tables[name] = StoredTable()
                for row in self.read(table):
                    self.tables[name].put(row, self.key(table, row))
        agencies = self.tables["agencies"]
        for former in AgencyName.objects.all():
            row = agencies.row_of_pk[former.agency_id]
            agencies.rows.setdefault(former.acronym, row)
        self.of_other_plans = {}
        self.empty = {name: table.model() for name, table in TABLES.items()}

    def read(self, table):
        """The plan's rows of a table, with their links."""
        rows = table.model._default_manager.filter(**dict(table.filters))
        if table.scope:
            rows = rows.filter(**{f"{table.scope}__code": self.plan_code})
        if table.has_field("continues"):
            rows = rows.select_related("continues__plan")
        links = [field.name for field in table.model._meta.many_to_many]
        return rows.order_by("pk").prefetch_related(*links)

    @property
    def plan(self):
        return self.tables["plans"].rows.get(self.plan_code)

    def key(self, table, row):
        """The key of a row, as ``Record.key`` writes it."""
        parts = (self.plain(row, attribute) for attribute in table.identity)
        return "/".join(str(part or "") for part in parts)

    def linked_table(self, field):
        """The stored table that a link leads to."""
        return self.tables[TABLE_OF_MODEL[field.related_model].name]

    def plain(self, row, attribute):
        """The stored value in the plain form in which files are read."""
        field = row._meta.get_field(attribute)
        if field.many_to_many:
            keys = self.linked_table(field).key_of_pk
            linked = getattr(row, attribute).all() if row.pk else []
            # Sources of other plans are those plans' files' own affair.
            return sorted(keys[one.pk] for one in linked if one.pk in keys)
        if attribute == "continues":
            before = row.continues
            return before and f"{before.plan.code}/{before.code}"
        value = getattr(row, field.attname)
        if field.is_relation:
            return value and self.linked_table(field).key_of_pk.get(value, f"#{value}")
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Decimal):
            return plain(value)
        return None if value == "" else value

    def unset(self, table, attribute):
        """What a field holds, in plain form, when nobody has filled it."""
        return self.plain(self.empty[table.name], attribute)

    def put_plain(self, row, attribute, value):
        """Set a field, other than a list of links, from its plain form."""
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
        """The records of a table that other plans have, by "plan/code"."""
        if name not in self.of_other_plans:
            rows = TABLES[name].model._default_manager.select_related("plan")
            self.of_other_plans[name] = {
                f"{row.plan.code}/{row.code}": row
                for row in rows.exclude(plan__code=self.plan_code)
            }
        return self.of_other_plans[name]

    def linked(self, field, codes):
        """The rows that a list of codes names."""
        rows = self.linked_table(field).rows
        return [rows[code] for code in codes]

    def new_row(self, table):
        """An unsaved row of a table, with its plan where the row names one itself."""
        row = table.model()
        if table.owner:
            setattr(row, table.owner, self.plan)
        return row


class Memory:
    """
    What this plan's file last said field by field; for shared tables, other files too.

    A field is remembered with the value that the file last put here, or found here in
    agreement. If the stored value still is that one, the file may change it; if not,
    somebody edited it here, and the file leaves it alone.
    """

    def __init__(self, plan_code):
        own = ImportedRecord.objects.filter(plan__code=plan_code)
        self.records = {(record.section, record.key): record for record in own}
        self.changed = {}
        self.others = defaultdict(list)
        shared = [table.name for table in TABLES.values() if table.is_shared]
        others = ImportedRecord.objects.filter(section__in=shared).order_by("pk")
        for record in others.exclude(plan__code=plan_code).select_related("plan"):
            place = (record.section, record.key)
            self.others[place].append((record.plan.code, record.values))

    def said(self, record):
        """What the file last said of a record: plain values by field; or {}."""
        remembered = self.records.get((record.table.name, record.key))
        return remembered.values if remembered else {}

    def set_by(self, record, attribute):
        """
        Pairs of another plan's code and what its file set the field to.

        A flag is never empty: a file that is silent on it has left it as it usually is.
        """
        column = attribute != ROW and record.table.field(attribute)
        is_flag = isinstance(column, columns.BooleanField)
        usual = {attribute: column.get_default()} if is_flag else {}
        found = self.others.get((record.table.name, record.key), [])
        told = [(plan, usual | said) for plan, said in found]
        return [(plan, said[attribute]) for plan, said in told if attribute in said]

    def row(self, record):
        """The primary key of the row that a file put a record in, or None."""
        if ROW in (said := self.said(record)):
            return said[ROW]
        return next((pk for _, pk in self.set_by(record, ROW)), None)

    def keys_of(self, section):
        """Every key by which files know a row, as sets by primary key."""
        keys = defaultdict(set)
        said = [(place, record.values) for place, record in self.records.items()]
        for place, others in self.others.items():
            said += [(place, values) for _, values in others]
        for (name, key), values in said:
            if name == section:
                keys[values.get(ROW)].add(key)
        return keys

    def remember(self, record, **values):
        place = (record.table.name, record.key)
        remembered = self.records.get(place)
        if remembered is None:
            remembered = ImportedRecord(section=place[0], key=place[1], values={})
            self.records[place] = remembered
        for attribute, value in values.items():
            if attribute not in remembered.values or (
                remembered.values[attribute] != value
            ):
                remembered.values[attribute] = value
                self.changed[place] = remembered

    def save(self, plan):
        """Write what changed, in two statements."""
        changed = self.changed.values()
        new = [record for record in changed if record.pk is None]
        old = [record for record in changed if record.pk is not None]
        for record in new:
            record.plan = plan
        ImportedRecord.objects.bulk_create(new, batch_size=500)
        ImportedRecord.objects.bulk_update(old, ["values"], batch_size=200)
        self.changed = {}
