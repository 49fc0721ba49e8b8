"""
The stored records of a plan, and those that plans share, by the keys of documents.

Fields are compared in plain form.
"""

from datetime import date
from decimal import Decimal

from agencies.models import AgencyName
from strategic_areas.plan_document.tables import (
    EDITED_TABLES,
    OTHER_PLAN_LINKS,
    TABLE_OF_MODEL,
    TABLES,
)


def plain_number(number):
    """
    The canonical text of a decimal.

    >>> plain_number(Decimal("7.500"))
    '7.5'
    """
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


class StoredTable:
    """
    Rows by document key; rows and keys by primary key.

    ``links`` maps a many-to-many field to the linked primary keys by that of the row,
    for rows whose links have not changed since they were read.
    """

    def __init__(self):
        self.row_of_key, self.links = {}, {}
        self.row_of_pk = {}
        self.key_of_pk = {}

    def put(self, row, key):
        self.row_of_key[key] = row
        self.row_of_pk[row.pk] = row
        self.key_of_pk[row.pk] = key


class TablesOnDemand(dict):
    """Tables by name, each loaded at first use."""

    def __missing__(self, name):
        self.read(name)
        return self[name]


class StoredPlan:
    """The tables that a plan's file may change; of shared tables all rows."""

    def __init__(self, plan_code):
        self.plan_code = plan_code
        self.tables = TablesOnDemand()
        self.tables.read = self.read
        self.empty_rows, self.of_other_plans = {}, {}

    def read(self, name):
        table, found = TABLES[name], StoredTable()
        self.tables[name] = found
        for row in self.queryset_of(table):
            found.put(row, self.key(table, row))
        if name == "agencies":
            for former in AgencyName.objects.all():
                row = found.row_of_pk[former.agency_id]
                found.row_of_key.setdefault(former.acronym, row)
        self.read_links(table, found)

    def _conditions(self, table):
        of_plan = {f"{table.plan_path}__code": self.plan_code}
        return dict(table.filters) | (of_plan if table.plan_path else {})

    def read_links(self, table, found):
        # Prefetching would join the linked table: SQLite compares each activity with
        # each one that it may supersede.
        for many in table.model._meta.many_to_many if found.row_of_key else ():
            own, other = many.m2m_field_name(), many.m2m_reverse_field_name()
            rows = many.remote_field.through._default_manager.filter(
                **{f"{own}__{n}": v for n, v in self._conditions(table).items()}
            )
            links = found.links[many] = {pk: [] for pk in found.row_of_pk}
            for pk, linked in rows.values_list(f"{own}_id", f"{other}_id"):
                links.setdefault(pk, []).append(linked)

    def forget_links(self, row):
        for links in self.tables[TABLE_OF_MODEL[type(row)].name].links.values():
            links.pop(row.pk, None)

    def queryset_of(self, table):
        rows = table.model._default_manager.filter(**self._conditions(table))
        rows = rows.order_by("pk")
        is_continued = table.has_field("continues")
        return rows.select_related("continues__plan") if is_continued else rows

    @property
    def plan(self):
        return self.tables["plans"].row_of_key.get(self.plan_code)

    def relate(self):
        """Connect loaded records, so that following a link needs no query."""

    def lock_for_change(self, row):
        """Reload and lock a row."""
        manager = row._meta.model._default_manager
        return manager.select_for_update(of=["self"]).get(pk=row.pk)

    def key(self, table, row):
        return table.key_in({name: self.plain(row, name) for name in table.identity})

    def linked_table(self, field):
        return self.tables[TABLE_OF_MODEL[field.related_model].name]

    def plain(self, row, attribute):
        field = row._meta.get_field(attribute)
        if field.many_to_many:
            keys = self.linked_table(field).key_of_pk
            # Other plans' files handle their own sources.
            return sorted(keys[pk] for pk in self._linked(row, field) if pk in keys)
        if attribute == "continues":
            former = row.continues
            return former and f"{former.plan.code}/{former.code}"
        value = getattr(row, field.attname)
        if field.is_relation:
            return value and self.linked_table(field).key_of_pk.get(value, f"#{value}")
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Decimal):
            return plain_number(value)
        return None if value == "" else value

    def _linked(self, row, field):
        table = self.tables.get(TABLE_OF_MODEL[type(row)].name)
        links = table.links.get(field, {}) if table else {}
        if row.pk in links and table.row_of_pk.get(row.pk) is row:
            return links[row.pk]
        return [one.pk for one in getattr(row, field.name).all()] if row.pk else ()

    def default_value(self, table, attribute):
        if table.name not in self.empty_rows:
            self.empty_rows[table.name] = table.model()
        return self.plain(self.empty_rows[table.name], attribute)

    def put_plain(self, row, attribute, value):
        field = row._meta.get_field(attribute)
        if value is None:
            value = None if field.null else field.get_default()
        elif attribute == "continues":
            value = self.records_of_other_plans(TABLE_OF_MODEL[type(row)].name)[value]
        elif field.is_relation:
            value = self.linked_table(field).row_of_key[value]
        else:
            value = field.to_python(value)
        setattr(row, attribute, value)

    def records_of_other_plans(self, name):
        """Records of a table in other plans, by "plan/code"."""
        if name not in self.of_other_plans:
            rows = TABLES[name].model._default_manager.exclude(
                plan__code=self.plan_code
            )
            self.of_other_plans[name] = {
                f"{row.plan.code}/{row.code}": row
                for row in rows.select_related("plan", "continues__plan")
            }
        return self.of_other_plans[name]

    def linked(self, field, codes):
        return [self.linked_table(field).row_of_key[code] for code in codes]

    def new_row(self, table):
        row = table.model()
        if table.plan_field:
            setattr(row, table.plan_field, self.plan)
        return row


class StoredPlanObjects(StoredPlan):
    """Stored records that refer to one another; the caller locks them before saving."""

    def queryset_of(self, table):
        links = [many.name for many in table.model._meta.many_to_many]
        return super().queryset_of(table).prefetch_related(*links)

    def read_links(self, table, found):
        """Linked rows are prefetched: people see them."""

    def relate(self):
        for name, table in EDITED_TABLES.items():
            for field in table.model._meta.concrete_fields:
                other = TABLE_OF_MODEL.get(field.related_model)
                if other is None or field.name in OTHER_PLAN_LINKS:
                    continue
                known = self.tables[other.name].row_of_pk
                for row in self.tables[name].row_of_pk.values():
                    if linked := known.get(getattr(row, field.attname)):
                        field.set_cached_value(row, linked)

    def lock_for_change(self, row):
        return row
