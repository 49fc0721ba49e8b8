"""
An amendment is the act; what it changed is told in rows of its own.

Amendments of before have no proposed change of two people, and their act is a text.
"""

import django.db.models.deletion
import strategic_areas.models.trail
from django.conf import settings
from django.db import migrations, models

#: The kind of an amendment by the field that it changed; else it is a new wording.
KINDS = {
    **dict.fromkeys(("activity", "commitment"), "add"),
    **dict.fromkeys(("starts_on", "due_on", "ends_on", "launched_on"), "redate"),
    **dict.fromkeys(("lead", "agency", "supporting"), "move"),
    **dict.fromkeys(("quantity", "unit"), "retarget"),
}
VALUES = [
    f"{name}{language}"
    for name in ("old_value", "new_value")
    for language in ("", "_es", "_en")
]


def tell(apps, schema_editor):
    amendment_model = apps.get_model("strategic_areas", "Amendment")
    change_model = apps.get_model("strategic_areas", "PlanChange")
    database = schema_editor.connection.alias
    rows = amendment_model.objects.using(database).order_by("pk")
    for row in rows.select_related("plan", "commitment", "activity").iterator(500):
        kind = KINDS.get(row.field, "reword")
        rows.filter(pk=row.pk).update(kind=kind)
        if row.approved_at is None:
            continue
        about = row.activity or row.commitment or row.plan
        change_model.objects.using(database).create(
            plan=row.plan,
            amendment=row,
            model=about._meta.model_name,
            commitment=row.commitment,
            activity=row.activity,
            name=about.title,
            name_es=about.title_es,
            name_en=about.title_en,
            field=row.field,
            decided_on=row.decided_on,
            **{name: getattr(row, name) for name in VALUES},
        )
    if schema_editor.connection.vendor == "postgresql":
        # A table whose foreign keys are still to be checked cannot be altered.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0003_factor_resets_as_decisions'),
        ('strategic_areas', '0005_activity_proposals_as_decisions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PlanChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model', models.CharField(max_length=40, verbose_name='kind')),
                ('name', models.CharField(blank=True, max_length=500, verbose_name='record')),
                ('name_es', models.CharField(blank=True, max_length=500, null=True, verbose_name='record')),
                ('name_en', models.CharField(blank=True, max_length=500, null=True, verbose_name='record')),
                ('field', models.CharField(max_length=60, verbose_name='what changes')),
                ('old_value', models.TextField(blank=True, verbose_name='old value')),
                ('old_value_es', models.TextField(blank=True, null=True, verbose_name='old value')),
                ('old_value_en', models.TextField(blank=True, null=True, verbose_name='old value')),
                ('new_value', models.TextField(blank=True, verbose_name='new value')),
                ('new_value_es', models.TextField(blank=True, null=True, verbose_name='new value')),
                ('new_value_en', models.TextField(blank=True, null=True, verbose_name='new value')),
                ('old_plain', models.CharField(blank=True, default='', max_length=200)),
                ('decided_on', models.DateField(verbose_name='decided on')),
            ],
            options={
                'verbose_name': 'change of the plan',
                'verbose_name_plural': 'changes of the plan',
                'ordering': ['plan', '-decided_on', 'pk'],
                'default_permissions': [],
            },
        ),
        migrations.CreateModel(
            name='PlanFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name of the file')),
                ('sha256', models.CharField(max_length=64)),
                ('status', models.CharField(choices=[('applying', 'Being loaded'), ('loaded', 'Loaded')], default='applying', max_length=10, verbose_name='status')),
                ('loaded_at', models.DateTimeField(auto_now_add=True, verbose_name='loaded')),
                ('created', models.PositiveIntegerField(default=0, verbose_name='records created')),
                ('changed', models.PositiveIntegerField(default=0, verbose_name='records changed')),
                ('kept', models.PositiveIntegerField(default=0, verbose_name='values left as they stood')),
            ],
            options={
                'verbose_name': 'loaded plan file',
                'verbose_name_plural': 'loaded plan files',
                'ordering': ['-loaded_at', '-pk'],
                'default_permissions': [],
            },
        ),
        migrations.AlterModelOptions(
            name='amendment',
            options={'default_permissions': [], 'ordering': ['plan', '-decided_on', 'pk'], 'verbose_name': 'amendment', 'verbose_name_plural': 'amendments'},
        ),
        migrations.AddField(
            model_name='activity',
            name='resumes_on',
            field=models.DateField(blank=True, null=True, verbose_name='resumes on'),
        ),
        migrations.AddField(
            model_name='activity',
            name='stopped',
            field=models.CharField(blank=True, choices=[('suspended', 'Suspended'), ('cancelled', 'Cancelled')], db_default='', default='', max_length=10, verbose_name='stopped by an amendment'),
        ),
        migrations.AddField(
            model_name='activity',
            name='stopped_on',
            field=models.DateField(blank=True, null=True, verbose_name='stopped from'),
        ),
        migrations.AddField(
            model_name='amendment',
            name='act',
            field=models.CharField(blank=True, choices=[('session', 'Minutes of a session'), ('resolution', 'Resolution'), ('letter', 'Official letter'), ('decree', 'Decree'), ('law', 'Law'), ('signed_page', 'Page of the signed plan'), ('official_document', 'Official document')], max_length=20, verbose_name='deciding act'),
        ),
        migrations.AddField(
            model_name='amendment',
            name='change',
            field=models.OneToOneField(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='amendment', to='strategic_areas.pendingchange', verbose_name='change'),
        ),
        migrations.AddField(
            model_name='amendment',
            name='content_type',
            field=models.CharField(blank=True, editable=False, max_length=100),
        ),
        migrations.AddField(
            model_name='amendment',
            name='file',
            field=models.FileField(blank=True, db_index=True, editable=False, max_length=64, storage=strategic_areas.models.trail.evidence_storage, upload_to='', verbose_name='file'),
        ),
        migrations.AddField(
            model_name='amendment',
            name='kind',
            field=models.CharField(choices=[('add', 'Addition'), ('reword', 'New wording'), ('redate', 'New dates'), ('retarget', 'New target'), ('move', 'Change of agency'), ('split', 'Division'), ('merge', 'Merger'), ('suspend', 'Suspension'), ('cancel', 'Cancellation'), ('extend_plan', 'Extension of the plan'), ('correction', 'Correction of a clerical error'), ('official_matrix', 'Official matrix taken in')], default='add', editable=False, max_length=20, verbose_name='kind'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='amendment',
            name='original_name',
            field=models.CharField(blank=True, editable=False, max_length=150, verbose_name='name of the file'),
        ),
        migrations.AddField(
            model_name='amendment',
            name='sha256',
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='amendment',
            name='size',
            field=models.PositiveIntegerField(editable=False, null=True, verbose_name='size'),
        ),
        migrations.AddField(
            model_name='commitment',
            name='resumes_on',
            field=models.DateField(blank=True, null=True, verbose_name='resumes on'),
        ),
        migrations.AddField(
            model_name='commitment',
            name='stopped',
            field=models.CharField(blank=True, choices=[('suspended', 'Suspended'), ('cancelled', 'Cancelled')], db_default='', default='', max_length=10, verbose_name='stopped by an amendment'),
        ),
        migrations.AddField(
            model_name='commitment',
            name='stopped_on',
            field=models.DateField(blank=True, null=True, verbose_name='stopped from'),
        ),
        migrations.AddField(
            model_name='historicalactivity',
            name='resumes_on',
            field=models.DateField(blank=True, null=True, verbose_name='resumes on'),
        ),
        migrations.AddField(
            model_name='historicalactivity',
            name='stopped',
            field=models.CharField(blank=True, choices=[('suspended', 'Suspended'), ('cancelled', 'Cancelled')], db_default='', default='', max_length=10, verbose_name='stopped by an amendment'),
        ),
        migrations.AddField(
            model_name='historicalactivity',
            name='stopped_on',
            field=models.DateField(blank=True, null=True, verbose_name='stopped from'),
        ),
        migrations.AddField(
            model_name='historicalcommitment',
            name='resumes_on',
            field=models.DateField(blank=True, null=True, verbose_name='resumes on'),
        ),
        migrations.AddField(
            model_name='historicalcommitment',
            name='stopped',
            field=models.CharField(blank=True, choices=[('suspended', 'Suspended'), ('cancelled', 'Cancelled')], db_default='', default='', max_length=10, verbose_name='stopped by an amendment'),
        ),
        migrations.AddField(
            model_name='historicalcommitment',
            name='stopped_on',
            field=models.DateField(blank=True, null=True, verbose_name='stopped from'),
        ),
        migrations.AlterField(
            model_name='amendment',
            name='approved_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='approved'),
        ),
        migrations.AlterField(
            model_name='amendment',
            name='approved_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by'),
        ),
        migrations.AlterField(
            model_name='amendment',
            name='deciding_act',
            field=models.CharField(help_text='Or the page of the signed plan, or the document, that it cites.', max_length=300, verbose_name='number of the act'),
        ),
        migrations.AlterField(
            model_name='amendment',
            name='deciding_act_en',
            field=models.CharField(help_text='Or the page of the signed plan, or the document, that it cites.', max_length=300, null=True, verbose_name='number of the act'),
        ),
        migrations.AlterField(
            model_name='amendment',
            name='deciding_act_es',
            field=models.CharField(help_text='Or the page of the signed plan, or the document, that it cites.', max_length=300, null=True, verbose_name='number of the act'),
        ),
        migrations.AlterField(
            model_name='amendment',
            name='proposed_by',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposed by'),
        ),
        migrations.AddConstraint(
            model_name='activity',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('resumes_on__isnull', True), ('stopped', ''), ('stopped_on__isnull', True)), models.Q(models.Q(('stopped', ''), _negated=True), ('stopped_on__isnull', False), models.Q(('resumes_on__isnull', True), ('resumes_on__gt', models.F('stopped_on')), _connector='OR')), _connector='OR'), name='activity_stop_says_since_when', violation_error_message='What an amendment stops has the day from which it holds; what resumes, resumes later.'),
        ),
        migrations.AddConstraint(
            model_name='amendment',
            constraint=models.CheckConstraint(condition=models.Q(('change__isnull', True), models.Q(('act', 'signed_page'), ('kind', 'correction')), models.Q(('act', 'official_document'), ('kind', 'official_matrix')), models.Q(models.Q(('kind__in', ['correction', 'official_matrix']), _negated=True), ('act__in', ['session', 'resolution', 'letter', 'decree', 'law'])), _connector='OR'), name='amendment_rests_on_an_act', violation_error_message='An amendment names the act that decided it; a correction cites the signed page, the official matrix its document.'),
        ),
        migrations.AddConstraint(
            model_name='commitment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('resumes_on__isnull', True), ('stopped', ''), ('stopped_on__isnull', True)), models.Q(models.Q(('stopped', ''), _negated=True), ('stopped_on__isnull', False), models.Q(('resumes_on__isnull', True), ('resumes_on__gt', models.F('stopped_on')), _connector='OR')), _connector='OR'), name='commitment_stop_says_since_when', violation_error_message='What an amendment stops has the day from which it holds; what resumes, resumes later.'),
        ),
        migrations.AddField(
            model_name='planchange',
            name='activity',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='told', to='strategic_areas.activity', verbose_name='activity'),
        ),
        migrations.AddField(
            model_name='planchange',
            name='amendment',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='told', to='strategic_areas.amendment', verbose_name='amendment'),
        ),
        migrations.AddField(
            model_name='planchange',
            name='change',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='told', to='strategic_areas.pendingchange', verbose_name='change'),
        ),
        migrations.AddField(
            model_name='planchange',
            name='commitment',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='told', to='strategic_areas.commitment', verbose_name='commitment'),
        ),
        migrations.AddField(
            model_name='planchange',
            name='plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='told', to='strategic_areas.plan', verbose_name='plan'),
        ),
        migrations.AddField(
            model_name='planfile',
            name='plan',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='strategic_areas.plan', verbose_name='plan'),
        ),
        migrations.AddConstraint(
            model_name='planchange',
            constraint=models.CheckConstraint(condition=models.Q(('commitment__isnull', True), ('activity__isnull', True), _connector='OR'), name='planchange_is_about_one_record'),
        ),
        migrations.AddConstraint(
            model_name='planfile',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'applying'), ('plan__isnull', False), _connector='OR'), name='planfile_loaded_names_its_plan'),
        ),
        migrations.RunPython(tell),
        migrations.RemoveConstraint(
            model_name='amendment',
            name='amendment_is_about_one_record',
        ),
        migrations.RemoveField(
            model_name='amendment',
            name='activity',
        ),
        migrations.RemoveField(
            model_name='amendment',
            name='commitment',
        ),
        migrations.RemoveField(
            model_name='amendment',
            name='field',
        ),
        migrations.RemoveField(
            model_name='amendment',
            name='new_value',
        ),
        migrations.RemoveField(
            model_name='amendment',
            name='new_value_en',
        ),
        migrations.RemoveField(
            model_name='amendment',
            name='new_value_es',
        ),
        migrations.RemoveField(
            model_name='amendment',
            name='old_value',
        ),
        migrations.RemoveField(
            model_name='amendment',
            name='old_value_en',
        ),
        migrations.RemoveField(
            model_name='amendment',
            name='old_value_es',
        ),
    ]
