"""
A purge is a decision like every other.

What waits and what was decided is carried over: done is approved; cancelled is
declined, or taken back by whoever had asked.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


def carry_over(apps, schema_editor):
    model = apps.get_model("strategic_areas", "Purge")
    rows = model.objects.using(schema_editor.connection.alias)
    rows.filter(status="requested").update(status="pending")
    rows.filter(status="done").update(status="approved")
    own = rows.filter(status="cancelled", decided_by=F("proposed_by"))
    own.update(status="taken_back")
    rows.filter(status="cancelled").update(status="declined")
    if schema_editor.connection.vendor == "postgresql":
        # A table whose foreign keys are still to be checked cannot be altered.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ('strategic_areas', '0003_count_takedowns'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *(
            migrations.RemoveConstraint(model_name='purge', name=name)
            for name in (
                'purge_by_two_people',
                'purge_decision_names_who_and_when',
                'purge_forgets_its_words',
                'purge_asks_for_something',
            )
        ),
        migrations.RenameField('purge', 'requested_by', 'proposed_by'),
        migrations.RenameField('purge', 'requested_at', 'proposed_at'),
        migrations.RenameField('purge', 'state', 'status'),
        migrations.RunPython(carry_over),
        migrations.AlterModelOptions(
            name='purge',
            options={'ordering': ['-proposed_at', '-pk'], 'verbose_name': 'purge', 'verbose_name_plural': 'purges'},
        ),
        migrations.AlterField(
            model_name='purge',
            name='status',
            field=models.CharField(choices=[('pending', 'Waits for a second person'), ('applying', 'Being carried out'), ('approved', 'Done'), ('declined', 'Cancelled'), ('taken_back', 'Taken back'), ('outdated', 'Overtaken by another change')], default='pending', max_length=10, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='purge',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposed by'),
        ),
        migrations.AlterField(
            model_name='purge',
            name='proposed_at',
            field=models.DateTimeField(verbose_name='proposed'),
        ),
        migrations.AlterField(
            model_name='purge',
            name='decided_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='decided'),
        ),
        migrations.AlterField(
            model_name='purge',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by'),
        ),
        migrations.AddField(
            model_name='purge',
            name='reason',
            field=models.TextField(blank=True, verbose_name='reason'),
        ),
        migrations.AddConstraint(
            model_name='purge',
            constraint=models.CheckConstraint(condition=Q(('status__in', ['pending', 'outdated']), Q(('decided_by', F('proposed_by')), ('status', 'taken_back')), Q(('status__in', ['applying', 'approved', 'declined']), Q(('decided_by', F('proposed_by')), _negated=True)), _connector='OR'), name='purge_decided_by_another_person', violation_error_message='Nobody decides what they proposed.'),
        ),
        migrations.AddConstraint(
            model_name='purge',
            constraint=models.CheckConstraint(condition=Q(Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('status', 'pending')), Q(Q(('status', 'pending'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='purge_decision_names_who_and_when'),
        ),
        migrations.AddConstraint(
            model_name='purge',
            constraint=models.CheckConstraint(condition=Q(('status__in', ['pending', 'applying']), Q(('files', ''), ('phrases', '')), _connector='OR'), name='purge_forgets_its_words'),
        ),
        migrations.AddConstraint(
            model_name='purge',
            constraint=models.CheckConstraint(condition=Q(Q(('status', 'pending'), _negated=True), Q(('phrases', ''), _negated=True), Q(('files', ''), _negated=True), _connector='OR'), name='purge_asks_for_something'),
        ),
    ]
