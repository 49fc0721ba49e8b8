"""
A request to remove an account's factors is a decision like every other.

What waits and what was decided is carried over: done is approved; refused is declined,
or taken back by whoever had asked.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


def carry_over(apps, schema_editor):
    model = apps.get_model("agencies", "FactorReset")
    rows = model.objects.using(schema_editor.connection.alias)
    rows.exclude(done_at=None).update(status="approved", decided_at=F("done_at"))
    refused = rows.filter(done_at=None).exclude(refused_at=None)
    refused.filter(decided_by=None).update(decided_by=F("proposed_by"))
    refused.update(status="declined", decided_at=F("refused_at"))
    refused.filter(decided_by=F("proposed_by")).update(status="taken_back")
    if schema_editor.connection.vendor == "postgresql":
        # A table whose foreign keys are still to be checked cannot be altered.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0002_one_list_of_roles'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='factorreset',
            name='factorreset_one_open_per_account',
        ),
        migrations.RemoveConstraint(
            model_name='factorreset',
            name='factorreset_takes_two_others',
        ),
        migrations.RenameField('factorreset', 'asked_by', 'proposed_by'),
        migrations.RenameField('factorreset', 'asked_at', 'proposed_at'),
        migrations.AlterModelOptions(
            name='factorreset',
            options={'ordering': ['-proposed_at', '-pk'], 'verbose_name': 'recovery of a second factor', 'verbose_name_plural': 'recoveries of second factors'},
        ),
        migrations.AddField(
            model_name='factorreset',
            name='status',
            field=models.CharField(choices=[('pending', 'Waiting'), ('applying', 'Being carried out'), ('approved', 'Done'), ('declined', 'Refused'), ('taken_back', 'Taken back'), ('outdated', 'Overtaken by another change')], default='pending', max_length=10, verbose_name='status'),
        ),
        migrations.AddField(
            model_name='factorreset',
            name='decided_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='decided'),
        ),
        migrations.AddField(
            model_name='factorreset',
            name='reason',
            field=models.TextField(blank=True, verbose_name='reason'),
        ),
        migrations.RunPython(carry_over),
        migrations.RemoveField(
            model_name='factorreset',
            name='done_at',
        ),
        migrations.RemoveField(
            model_name='factorreset',
            name='refused_at',
        ),
        migrations.AlterField(
            model_name='factorreset',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposed by'),
        ),
        migrations.AlterField(
            model_name='factorreset',
            name='proposed_at',
            field=models.DateTimeField(verbose_name='proposed'),
        ),
        migrations.AddConstraint(
            model_name='factorreset',
            constraint=models.CheckConstraint(condition=Q(('status__in', ['pending', 'outdated']), Q(('decided_by', F('proposed_by')), ('status', 'taken_back')), Q(('status__in', ['applying', 'approved', 'declined']), Q(('decided_by', F('proposed_by')), _negated=True)), _connector='OR'), name='factorreset_decided_by_another_person', violation_error_message='Nobody decides what they proposed.'),
        ),
        migrations.AddConstraint(
            model_name='factorreset',
            constraint=models.CheckConstraint(condition=Q(Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('status', 'pending')), Q(Q(('status', 'pending'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='factorreset_decision_names_who_and_when'),
        ),
        migrations.AddConstraint(
            model_name='factorreset',
            constraint=models.UniqueConstraint(condition=Q(('status', 'pending')), fields=('user',), name='factorreset_one_waits_per_account', violation_error_message='This was asked for already.'),
        ),
        migrations.AddConstraint(
            model_name='factorreset',
            constraint=models.CheckConstraint(condition=Q(Q(('proposed_by', F('user')), _negated=True), Q(Q(('status__in', ['applying', 'approved']), _negated=True), Q(('decided_by', F('user')), _negated=True), _connector='OR')), name='factorreset_takes_two_others', violation_error_message='It takes two administrators, neither of them the person herself.'),
        ),
    ]
