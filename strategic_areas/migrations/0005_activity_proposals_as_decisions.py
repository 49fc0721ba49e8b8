"""
A proposed activity is a decision like every other: what was accepted is approved.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


def carry_over(apps, schema_editor):
    model = apps.get_model("strategic_areas", "ActivityProposal")
    rows = model.objects.using(schema_editor.connection.alias)
    rows.filter(status="accepted").update(status="approved")
    if schema_editor.connection.vendor == "postgresql":
        # A table whose foreign keys are still to be checked cannot be altered.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ('strategic_areas', '0004_purges_as_decisions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *(
            migrations.RemoveConstraint(model_name='activityproposal', name=name)
            for name in (
                'activityproposal_decided_by_another_person',
                'activityproposal_decision_names_who_and_when',
                'activityproposal_accepted_is_an_activity',
            )
        ),
        migrations.RunPython(carry_over),
        migrations.RenameField('activityproposal', 'decision_reason', 'reason'),
        migrations.AlterField(
            model_name='activityproposal',
            name='reason',
            field=models.TextField(blank=True, verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='activityproposal',
            name='decided_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='decided'),
        ),
        migrations.AlterField(
            model_name='activityproposal',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by'),
        ),
        migrations.AlterField(
            model_name='activityproposal',
            name='status',
            field=models.CharField(choices=[('pending', 'Waits for a decision'), ('applying', 'Being carried out'), ('approved', 'Accepted'), ('declined', 'Declined'), ('taken_back', 'Taken back'), ('outdated', 'Overtaken by another change')], default='pending', max_length=10, verbose_name='status'),
        ),
        migrations.AddConstraint(
            model_name='activityproposal',
            constraint=models.CheckConstraint(condition=Q(('status__in', ['pending', 'outdated']), Q(('decided_by', F('proposed_by')), ('status', 'taken_back')), Q(('status__in', ['applying', 'approved', 'declined']), Q(('decided_by', F('proposed_by')), _negated=True)), _connector='OR'), name='activityproposal_decided_by_another_person', violation_error_message='Nobody decides what they proposed.'),
        ),
        migrations.AddConstraint(
            model_name='activityproposal',
            constraint=models.CheckConstraint(condition=Q(Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('status', 'pending')), Q(Q(('status', 'pending'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='activityproposal_decision_names_who_and_when'),
        ),
        migrations.AddConstraint(
            model_name='activityproposal',
            constraint=models.CheckConstraint(condition=Q(('status', 'applying'), Q(('activity__isnull', False), ('status', 'approved')), Q(Q(('status__in', ['applying', 'approved']), _negated=True), ('activity__isnull', True)), _connector='OR'), name='activityproposal_approved_is_an_activity'),
        ),
    ]
