from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('strategic_areas', '0004_name_secretariat_texts'),
    ]

    operations = [
        migrations.AlterField(
            model_name='editionrows',
            name='columns',
            field=models.JSONField(db_column='columns'),
        ),
        migrations.RenameField(
            model_name='editionrows',
            old_name='columns',
            new_name='declaration',
        ),
    ]
