from django.db import migrations

FORMER, NAME = 'reportwords', 'secretariattexts'
LABEL = 'texts of the secretariat in a report'


def rename_permissions(apps, schema_editor):
    permissions = apps.get_model('auth', 'Permission').objects.filter(
        content_type__app_label='strategic_areas'
    )
    for action in ('add', 'change'):
        permissions.filter(codename=f'{action}_{FORMER}').update(
            codename=f'{action}_{NAME}', name=f'Can {action} {LABEL}'
        )


def rename_in_takedowns_and_purges(apps, schema_editor):
    """The audit record, which never changes, and lists of purges keep the former name."""
    former, name = f'strategic_areas.{FORMER}', f'strategic_areas.{NAME}'
    places = apps.get_model('strategic_areas', 'PurgedText').objects
    places.filter(model=former).update(model=name)
    takedowns = apps.get_model('strategic_areas', 'Takedown').objects
    for takedown in takedowns.all():
        rows = {
            key.replace(f'{former}:', f'{name}:'): row
            for key, row in takedown.rows.items()
        }
        takedowns.filter(pk=takedown.pk).update(rows=rows)


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('strategic_areas', '0003_name_figure_status'),
    ]

    operations = [
        migrations.AlterModelTable(
            name='reportwords',
            table='strategic_areas_reportwords',
        ),
        migrations.RenameModel(
            old_name='ReportWords',
            new_name='SecretariatTexts',
        ),
        migrations.AlterModelOptions(
            name='secretariattexts',
            options={'default_permissions': ['add', 'change'], 'ordering': ['period', 'since'], 'verbose_name': 'texts of the secretariat in a report', 'verbose_name_plural': 'texts of the secretariat'},
        ),
        migrations.RunPython(rename_permissions),
        migrations.RunPython(rename_in_takedowns_and_purges),
    ]
