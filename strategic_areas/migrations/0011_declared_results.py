"""
A declaration states one of four results in place of a yes or no.

A yes is a result fulfilled. A no said "not reached yet", which none of the four says:
such a declaration keeps its old answer alone.
"""

from django.db import migrations, models

#: Declarations, and the stored history of them.
TABLES = ("commitmentupdate", "historicalcommitmentupdate")


def fill(apps, schema_editor):
    for name in TABLES:
        rows = apps.get_model("strategic_areas", name).objects
        rows = rows.using(schema_editor.connection.alias).order_by()
        rows.filter(result_reached=True).update(result="fulfilled")
    if schema_editor.connection.vendor == "postgresql":
        # A table whose foreign keys are still to be checked cannot be altered.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ("strategic_areas", "0010_reports_unchanged_since"),
    ]

    operations = [
        *(
            migrations.AddField(
                model_name=name,
                name="result",
                field=models.CharField(
                    choices=[
                        ("fulfilled", "Fulfilled"),
                        ("in_part", "Fulfilled in part"),
                        ("unfulfilled", "Not fulfilled"),
                        ("carried_over", "Passes to another plan"),
                    ],
                    db_default="",
                    default="",
                    max_length=15,
                    verbose_name="declared result",
                ),
            )
            for name in TABLES
        ),
        *(
            migrations.AlterField(
                model_name=name,
                name="result_reached",
                field=models.BooleanField(
                    editable=False,
                    null=True,
                    verbose_name="the expected result is reached",
                ),
            )
            for name in TABLES
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
