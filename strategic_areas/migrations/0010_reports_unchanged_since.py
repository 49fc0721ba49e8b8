from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('strategic_areas', '0009_reports_keep_their_agency'),
    ]

    operations = [
        migrations.AddField(
            model_name='activityupdate',
            name='unchanged_since',
            field=models.DateField(editable=False, null=True, verbose_name='unchanged since'),
        ),
        migrations.AddField(
            model_name='commitmentupdate',
            name='unchanged_since',
            field=models.DateField(editable=False, null=True, verbose_name='unchanged since'),
        ),
        migrations.AddField(
            model_name='historicalactivityupdate',
            name='unchanged_since',
            field=models.DateField(editable=False, null=True, verbose_name='unchanged since'),
        ),
        migrations.AddField(
            model_name='historicalcommitmentupdate',
            name='unchanged_since',
            field=models.DateField(editable=False, null=True, verbose_name='unchanged since'),
        ),
    ]
