from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='user',
            name='reminders',
            field=models.CharField(choices=[('steps', 'Each time a due date is near or past'), ('weekly', 'Once a week, on Mondays'), ('never', 'Only when something is late or came back')], default='steps', help_text='How often the portal writes about what is due or waits.', max_length=10, verbose_name='reminders by mail'),
        ),
    ]
