"""The rows that are stored, by the names a file has for them, as plain values."""

from datetime import date
from decimal import Decimal

from django.db import models as fields

from agencies.models import AgencyName
from strategic_areas.importing.kinds import plain
from strategic_areas.importing.tables import REVISED, TABLE_OF_MODEL, TABLES
from strategic_areas.models import Plan, Source


class Shelf:
    """One table: ``rows`` by key, ``names`` the other way round, by primary key."""

    def __init__(self, table):
        self.table = table
        self.rows = {}
        self.names = {}
        self.stored = {}

    def put(self, row, key):
        self.rows[key] = row
        self.names[row.pk] = key
        self.stored[row.pk] = row


class Shelves:
    """
    Every table that the file of one plan may touch.

    Shared tables are there as a whole, the others as far as they are the plan's.
    """

    def __init__(self, plan_code):
        self.plan_code = plan_code
        self.of = {}
        for name, table in TABLES.items():
            if name not in REVISED:
                self.of[name] = Shelf(table)
                for row in self.stored(table):
                    self.of[name].put(row, self.key(table, row))
        agencies = self.of["agencies"]
        for former in AgencyName.objects.select_related("agency"):
            row = agencies.stored[former.agency_id]
            agencies.rows.setdefault(former.acronym, row)

    def stored(self, table):
        rows = table.model._default_manager.filter(**dict(table.filters))
        if table.scope:
            rows = rows.filter(**{f"{table.scope}__code": self.plan_code})
        many = [field.name for field in table.model._meta.many_to_many]
        if any(field.name == "continues" for field in table.model._meta.fields):
            rows = rows.select_related("continues__plan")
        return rows.order_by("pk").prefetch_related(*many)

    @property
    def plan(self):
        return self.of["plans"].rows.get(self.plan_code)

    def key(self, table, row):
        """The name of a row, as ``Record.key`` writes it."""
        parts = (self.plain(row, attribute) for attribute in table.identity)
        return "/".join(str(part or "") for part in parts)

    def shelf(self, field):
        """The shelf that a link leads to."""
        return self.of[TABLE_OF_MODEL[field.related_model].name]

    def plain(self, row, attribute):
        """The stored value in the plain form in which files are read."""
        field = row._meta.get_field(attribute)
        if field.many_to_many:
            names = self.shelf(field).names
            linked = getattr(row, attribute).all() if row.pk else []
            # Sources of other plans are those plans' files' own affair.
            return sorted(names[one.pk] for one in linked if one.pk in names)
        if attribute == "continues":
            before = row.continues
            return before and f"{before.plan.code}/{before.code}"
        value = getattr(row, field.attname)
        if field.is_relation:
            return value and self.shelf(field).names.get(value, f"#{value}")
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Decimal):
            return plain(value)
        return None if value == "" else value

    def put_plain(self, row, attribute, value):
        """Set a field, other than a list of links, from its plain form."""
        field = row._meta.get_field(attribute)
        if value is None:
            value = None if field.null else field.get_default()
        elif attribute == "continues":
            plan, _, code = value.partition("/")
            value = row._meta.model.objects.get(plan__code=plan, code=code)
        elif field.is_relation:
            value = self.shelf(field).rows[value]
        elif isinstance(field, fields.DateField):
            value = date.fromisoformat(value)
        elif isinstance(field, fields.DecimalField):
            value = Decimal(value)
        setattr(row, attribute, value)

    def linked(self, field, codes):
        """The rows that a list of codes names."""
        rows = self.shelf(field).rows
        return [rows[code] for code in codes]

    def fresh(self, table):
        """An unsaved row of a table, with its plan where the row names one itself."""
        row = table.model()
        if table.owner:
            setattr(row, table.owner, self.plan)
        return row


def is_local(field):
    """True for links to sources: those of each plan's file stand side by side."""
    return field.related_model is Source


def is_own_plan(row, plan_code):
    """True for the row of the very plan that the file describes."""
    return isinstance(row, Plan) and row.code == plan_code
