"""
What each plan's file last said, field by field, and what follows from it.

A field is remembered with the value that the file last put here, or found here in
agreement. If the stored value still is that one, the file may change it; if not,
somebody edited it here, and the file leaves it alone.
"""

from collections import defaultdict

from strategic_areas.importing.tables import TABLES
from strategic_areas.models import ImportedRecord

#: Under this name a memory keeps which row it is about; no field is called so.
ROW = "row"


class Memory:
    """
    The memories of one plan's file, and for shared tables those of other files.

    ``rows`` lead from (table, key) to an ``ImportedRecord``.
    """

    def __init__(self, plan_code):
        own = ImportedRecord.objects.filter(plan__code=plan_code)
        self.rows = {(row.section, row.key): row for row in own}
        self.changed = {}
        self.others = defaultdict(list)
        shared = [table.name for table in TABLES.values() if table.is_shared]
        for row in (
            ImportedRecord.objects.filter(section__in=shared)
            .exclude(plan__code=plan_code)
            .select_related("plan")
            .order_by("pk")
        ):
            self.others[row.section, row.key].append((row.plan.code, row.values))

    def said(self, record):
        """What the file last said of a record: plain values by field; or {}."""
        row = self.rows.get((record.table.name, record.key))
        return row.values if row else {}

    def set_by(self, record, attribute):
        """Pairs of another plan's code and what its file set the field to."""
        found = self.others.get((record.table.name, record.key), [])
        return [(plan, said[attribute]) for plan, said in found if attribute in said]

    def row(self, record):
        """The primary key of the row that a file put a record in, or None."""
        if ROW in (said := self.said(record)):
            return said[ROW]
        return next((pk for _, pk in self.set_by(record, ROW)), None)

    def remember(self, record, **values):
        place = (record.table.name, record.key)
        row = self.rows.get(place)
        if row is None:
            row = ImportedRecord(section=place[0], key=place[1], values={})
            self.rows[place] = row
        for attribute, value in values.items():
            if attribute not in row.values or row.values[attribute] != value:
                row.values[attribute] = value
                self.changed[place] = row

    def save(self, plan):
        """Write what changed, in two statements."""
        changed = self.changed.values()
        new = [row for row in changed if row.pk is None]
        old = [row for row in changed if row.pk is not None]
        for row in new:
            row.plan = plan
        ImportedRecord.objects.bulk_create(new, batch_size=500)
        ImportedRecord.objects.bulk_update(old, ["values"], batch_size=200)
        self.changed = {}
