"""
What the portal holds before a load: rows, what files last said of them, and codes.

Rows go by the keys that files have for them, and their fields by the plain values.
"""

from collections import defaultdict
from copy import copy
from datetime import date
from decimal import Decimal
from sys import intern

from django.db import models as columns
from django.db.models.base import ModelState

from agencies.models import AgencyName
from strategic_areas.importing.tables import REVISED, TABLE_OF_MODEL, TABLES
from strategic_areas.importing.values import plain

#: How many rows of a table are read at once.
AT_ONCE = 200


def kept_once(value):
    """The value; a text is the same object wherever it stands."""
    return intern(value) if type(value) is str else value


class StoredRow:
    """
    A row as its columns and the keys of what it is linked to.

    A file of ten thousand records is compared with these: objects of the model would
    take ten times the memory. A new row has only its primary key.
    """

    __slots__ = ("columns", "values")

    def __init__(self, columns, *values):
        self.columns = columns
        self.values = values

    def __getattr__(self, name):
        try:
            return self.values[self.columns.places[name]]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def _meta(self):
        return self.columns.model._meta

    def linked(self, attribute):
        return self.columns.links[attribute].get(self.pk, ())


class Columns:
    """The columns of a table that a file may touch, and the links of its rows."""

    def __init__(self, table):
        self.model = table.model
        # Of a text in two languages there is a third column, which repeats one of them.
        repeated = table.model.fields.names(bilingual=True)
        columns = self.model._meta.concrete_fields
        self.names = [each.attname for each in columns if each.name not in repeated]
        self.names.remove(self.model._meta.pk.attname)
        self.names.insert(0, "pk")
        if table.has_field("continues"):
            self.names += ["continues__plan__code", "continues__code"]
        self.places = {name: place for place, name in enumerate(self.names)}
        self.links = {each.name: {} for each in self.model._meta.many_to_many}

    def read_links(self, rows):
        """Read which keys each of these rows is linked to."""
        for many in self.model._meta.many_to_many:
            through = many.remote_field.through._default_manager
            own, other = many.m2m_field_name(), many.m2m_reverse_field_name()
            found = through.filter(**{f"{own}__in": rows.order_by().values("pk")})
            self.links[many.name] = linked = defaultdict(list)
            for pk, key in found.values_list(f"{own}_id", f"{other}_id").iterator(
                AT_ONCE
            ):
                linked[pk].append(key)


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
        self.tables, self.columns, self.own = {}, {}, None
        for name, table in TABLES.items():
            if name not in REVISED:
                self.tables[name] = StoredTable()
                for row in self.rows_of(table):
                    self.tables[name].put(row, self.key(table, row))
        agencies = self.tables["agencies"]
        for former in AgencyName.objects.all():
            row = agencies.row_of_pk[former.agency_id]
            agencies.rows.setdefault(former.acronym, row)
        self.of_other_plans, self.blanks = {}, {}

    def read(self, table):
        """The plan's rows of a table, with their links."""
        rows = self.own_rows(table, table.model._default_manager.order_by("pk"))
        if table.has_field("continues"):
            rows = rows.select_related("continues__plan")
        return rows.prefetch_related(*[m.name for m in table.model._meta.many_to_many])

    def own_rows(self, table, rows):
        """Those of a table's rows that a file of the plan can name."""
        conditions = dict(table.filters)
        if table.scope:
            conditions[f"{table.scope}__code"] = self.plan_code
        return rows.filter(**conditions)

    def rows_of(self, table):
        found, row = Columns(table), None
        self.columns[table.name] = found
        if table.scope and self.plan_code not in self.tables["plans"].rows:
            return  # a new plan has no rows
        # It names the columns of both languages: none has to be chosen.
        rows = self.own_rows(table, columns.QuerySet(table.model)).order_by("pk")
        for row in rows.values_list(*found.names).iterator(AT_ONCE):
            yield StoredRow(found, *map(kept_once, row))
        if row:
            found.read_links(rows)

    @property
    def plan(self):
        """The plan as an object, once it is stored."""
        row = self.tables["plans"].rows.get(self.plan_code)
        if self.own is None and row:
            self.own = self.instance(row)
        return self.own

    def instance(self, row):
        """The object of a row, as it is stored now."""
        return row._meta.model._default_manager.get(pk=row.pk)

    def instances(self, rows):
        """
        The objects of several rows of one table by primary key, to be written anew.

        They are locked: all their columns are written later, and what somebody saved
        meanwhile would be lost.
        """
        manager = rows[0]._meta.model._default_manager
        locked = manager.select_for_update(of=["self"])
        return locked.in_bulk([row.pk for row in rows])

    def new(self, table, pk):
        """A row that was just stored."""
        return StoredRow(self.columns[table.name], pk)

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
            # Sources of other plans are those plans' files' own affair.
            return sorted(keys[pk] for pk in linked_to(row, attribute) if pk in keys)
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
        """What a field holds, in plain form, when nobody has filled it."""
        return self.plain(self.blank(table).row, attribute)

    def put_plain(self, row, attribute, value):
        """Set a field, other than a list of links, from its plain form."""
        field = row._meta.get_field(attribute)
        if value is None:
            value = None if field.null else field.get_default()
        elif attribute == "continues":
            value = self.earlier(TABLE_OF_MODEL[type(row)].name)[value]
        elif field.is_relation:
            value = self.linked_table(field).rows[value]
            if isinstance(value, StoredRow):
                value, attribute = value.pk, field.attname
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
        return [self.linked_table(field).rows[code] for code in codes]

    def keys(self, field, codes):
        """The primary keys of the rows that a list of codes names."""
        return [row.pk for row in self.linked(field, codes)]

    def new_row(self, table):
        """An unsaved row of a table, with its plan where the row names one itself."""
        row = self.blank(table).copy()
        if table.owner:
            setattr(row, table.owner, self.plan)
        return row

    def blank(self, table):
        if table.name not in self.blanks:
            self.blanks[table.name] = Blank(table.model)
        return self.blanks[table.name]


class StoredObjects(Stored):
    """The same with an object of the model for each row, which others may save."""

    def rows_of(self, table):
        return self.read(table)

    @property
    def plan(self):
        return self.tables["plans"].rows.get(self.plan_code)


class Blank:
    """Makes new rows of a model, ten times as fast as calling the model does."""

    def __init__(self, model):
        self.row = model()
        columns = model._meta.concrete_fields
        self.made = [each for each in columns if callable_default(each)]

    def copy(self):
        row = copy(self.row)
        row._state = ModelState()
        for each in self.made:
            setattr(row, each.attname, each.get_default())
        return row


def callable_default(column):
    """True for a default that is made anew for each row, such as an empty list."""
    return column.has_default() and callable(column.default)


def linked_to(row, attribute):
    """The primary keys of what a row is linked to."""
    if isinstance(row, StoredRow):
        return row.linked(attribute)
    return [one.pk for one in getattr(row, attribute).all()] if row.pk else []


def before(row):
    """The record of another plan that a row continues, as "plan/code"."""
    if isinstance(row, StoredRow):
        plan, code = row.continues__plan__code, row.continues__code
    elif row.continues:
        plan, code = row.continues.plan.code, row.continues.code
    else:
        return None
    return code and f"{plan}/{code}"
