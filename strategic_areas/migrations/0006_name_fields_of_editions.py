from django.db import migrations, models

import strategic_areas.models.publication


class Migration(migrations.Migration):

    dependencies = [
        ('strategic_areas', '0005_name_declaration_of_edition_rows'),
    ]

    operations = [
        migrations.AlterField(
            model_name='edition',
            name='named',
            field=models.JSONField(db_column='named', default=list, verbose_name='rows that it corrects'),
        ),
        migrations.RenameField(
            model_name='edition',
            old_name='named',
            new_name='corrected_rows',
        ),
        migrations.AlterField(
            model_name='edition',
            name='random',
            field=models.BinaryField(db_column='random', default=strategic_areas.models.publication.random_bits, max_length=16),
        ),
        migrations.RenameField(
            model_name='edition',
            old_name='random',
            new_name='nonce',
        ),
        migrations.RenameField(
            model_name='edition',
            old_name='is_withheld',
            new_name='is_locked',
        ),
    ]
