"""
One proposed change may hold several records, each in a row of its own.

What waits and what was decided is carried over. Of the proposers' own refusals, which
the pages never offered, it is said that they were taken back.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

HELD = ("content_type_id", "object_id", "label", "before", "after")


def move_records(apps, schema_editor):
    change_model = apps.get_model("strategic_areas", "PendingChange")
    record_model = apps.get_model("strategic_areas", "RecordChange")
    database = schema_editor.connection.alias
    changes = change_model.objects.using(database).order_by("pk")
    record_model.objects.using(database).bulk_create(
        (
            record_model(
                change=change,
                slot=change.slot if change.status == "pending" else None,
                **{name: getattr(change, name) for name in HELD},
            )
            for change in changes.iterator(chunk_size=500)
        ),
        batch_size=500,
    )
    own = changes.filter(status="declined", decided_by=F("proposed_by"))
    own.update(status="taken_back")
    if schema_editor.connection.vendor == "postgresql":
        # A table whose foreign keys are still to be checked cannot be altered.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ('contenttypes', '0002_remove_content_type_name'),
        ('strategic_areas', '0001_plan_reporting_and_review'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RecordChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('change', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='records', to='strategic_areas.pendingchange')),
                ('place', models.PositiveSmallIntegerField(default=0)),
                ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype', verbose_name='kind')),
                ('object_id', models.PositiveBigIntegerField(null=True)),
                ('slot', models.CharField(max_length=120, null=True)),
                ('label', models.CharField(max_length=300, verbose_name='what changes')),
                ('before', models.JSONField(blank=True, default=dict, verbose_name='stood before')),
                ('after', models.JSONField(default=dict, verbose_name='stands afterwards')),
            ],
            options={
                'verbose_name': 'change of one record',
                'verbose_name_plural': 'changes of one record each',
                'ordering': ['change_id', 'place'],
                'default_permissions': [],
                'indexes': [models.Index(fields=['content_type', 'object_id'], name='recordchange_record')],
                'constraints': [
                    models.UniqueConstraint(fields=('change', 'place'), name='recordchange_has_its_place'),
                    models.UniqueConstraint(fields=('slot',), name='recordchange_one_waits_per_record', violation_error_message='A change of this waits already.'),
                ],
            },
        ),
        migrations.RunPython(move_records),
        migrations.RemoveConstraint(
            model_name='pendingchange',
            name='pendingchange_one_waits_per_record',
        ),
        migrations.RemoveConstraint(
            model_name='pendingchange',
            name='pendingchange_approved_by_another_person',
        ),
        migrations.RemoveConstraint(
            model_name='pendingchange',
            name='pendingchange_decision_names_who_and_when',
        ),
        *(
            migrations.RemoveField(model_name='pendingchange', name=name)
            for name in ('after', 'before', 'content_type', 'label', 'object_id', 'slot')
        ),
        migrations.AlterField(
            model_name='pendingchange',
            name='decided_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='decided'),
        ),
        migrations.AlterField(
            model_name='pendingchange',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by'),
        ),
        migrations.AlterField(
            model_name='pendingchange',
            name='status',
            field=models.CharField(choices=[('pending', 'Waits for approval'), ('applying', 'Being carried out'), ('approved', 'Approved'), ('declined', 'Declined'), ('taken_back', 'Taken back'), ('outdated', 'Overtaken by another change')], default='pending', max_length=10, verbose_name='status'),
        ),
        migrations.AddConstraint(
            model_name='pendingchange',
            constraint=models.CheckConstraint(condition=Q(('status__in', ['pending', 'outdated']), Q(('decided_by', F('proposed_by')), ('status', 'taken_back')), Q(('status__in', ['applying', 'approved', 'declined']), Q(('decided_by', F('proposed_by')), _negated=True)), _connector='OR'), name='pendingchange_decided_by_another_person', violation_error_message='Nobody decides what they proposed.'),
        ),
        migrations.AddConstraint(
            model_name='pendingchange',
            constraint=models.CheckConstraint(condition=Q(Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('status', 'pending')), Q(Q(('status', 'pending'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='pendingchange_decision_names_who_and_when'),
        ),
    ]
