"""What is already handed in of an indicator is told of its days, without numbers."""

from django.db import migrations
from django.utils import timezone

#: What the status of the last value is called of its days; every other was returned.
STANDS = {"pending": "submitted", "approved": "published"}


def fill(apps, schema_editor):
    database = schema_editor.connection.alias
    found = {}
    values = apps.get_model("strategic_areas", "ReportedValue").objects.using(database)
    rows = values.exclude(status="taken_back").order_by("proposed_at", "pk")
    for row in rows.iterator(chunk_size=500):
        key = (row.indicator_id, row.agency_id, row.starts_on, row.ends_on)
        day = timezone.localdate(row.proposed_at) if row.source_id is None else None
        first = found[key][0] if key in found else None
        found[key] = (first or day, STANDS.get(row.status, "returned"))
    model = apps.get_model("strategic_areas", "ReportedSpan")
    model.objects.using(database).bulk_create(
        [
            model(
                indicator_id=indicator,
                agency_id=agency,
                starts_on=starts_on,
                ends_on=ends_on,
                handed_in_on=day,
                status=status,
            )
            for (indicator, agency, starts_on, ends_on), (day, status) in found.items()
        ],
        batch_size=500,
    )


class Migration(migrations.Migration):

    dependencies = [
        ("strategic_areas", "0023_values_that_rounds_ask_for"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
