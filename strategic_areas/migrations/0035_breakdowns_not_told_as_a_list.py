from django.db import migrations


def without_reasons(apps, schema_editor):
    """Keep of breakdowns that are not told which they are; the reasons go."""
    figure = apps.get_model("strategic_areas", "PublishedFigure")
    for row in figure.objects.exclude(withheld=[]).only("pk", "withheld"):
        if isinstance(row.withheld, dict):
            told = sorted(row.withheld)
            figure.objects.filter(pk=row.pk).update(withheld=told)


class Migration(migrations.Migration):

    dependencies = [
        ('strategic_areas', '0034_makers_of_plan_files'),
    ]

    operations = [
        migrations.RunPython(without_reasons, migrations.RunPython.noop),
    ]
