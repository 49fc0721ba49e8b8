from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('strategic_areas', '0002_name_drafted_values'),
    ]

    operations = [
        migrations.AlterField(
            model_name='reportedvalue',
            name='certainty',
            field=models.CharField(choices=[('provisional', 'Provisional'), ('confirmed', 'Confirmed')], db_column='certainty', default='provisional', max_length=12, verbose_name='provisional or confirmed'),
        ),
        migrations.RenameField(
            model_name='reportedvalue',
            old_name='certainty',
            new_name='figure_status',
        ),
    ]
