from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('strategic_areas', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='draftline',
            name='said',
            field=models.JSONField(db_column='said', default=dict),
        ),
        migrations.RenameField(
            model_name='draftline',
            old_name='said',
            new_name='new_values',
        ),
        migrations.AlterField(
            model_name='draftline',
            name='seen',
            field=models.JSONField(db_column='seen', default=dict),
        ),
        migrations.RenameField(
            model_name='draftline',
            old_name='seen',
            new_name='values_before',
        ),
        migrations.AlterField(
            model_name='edition',
            name='is_moving',
            field=models.BooleanField(db_column='is_moving', default=False, editable=False),
        ),
        migrations.RenameField(
            model_name='edition',
            old_name='is_moving',
            new_name='is_withheld',
        ),
        migrations.AlterField(
            model_name='takedown',
            name='is_moving',
            field=models.BooleanField(db_column='is_moving', default=False, editable=False),
        ),
        migrations.RenameField(
            model_name='takedown',
            old_name='is_moving',
            new_name='is_changing_rows',
        ),
    ]
