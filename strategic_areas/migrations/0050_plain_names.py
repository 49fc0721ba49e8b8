import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def rename_in_rows(apps, schema_editor):
    """Rename the model where rows name it: in permissions and in what purges blanked."""
    permissions = apps.get_model("auth", "Permission").objects
    for each in permissions.filter(codename__endswith="attributiondispute"):
        each.codename = each.codename.replace("attributiondispute", "recorddispute")
        each.name = each.name.replace("disputed attribution", "disputed record")
        each.save()
    texts = apps.get_model("strategic_areas", "PurgedText").objects
    for name in ("attributiondispute", "historicalattributiondispute"):
        new = name.replace("attributiondispute", "recorddispute")
        texts.filter(model=f"strategic_areas.{name}").update(
            model=f"strategic_areas.{new}"
        )


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0013_hears_of_returns'),
        ('strategic_areas', '0049_words_in_reports'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RenameModel(
            old_name='ToldForm',
            new_name='DisclosedForm',
        ),
        migrations.RenameField(
            model_name='disclosedform',
            old_name='told_at',
            new_name='disclosed_at',
        ),
        migrations.AlterModelOptions(
            name='disclosedform',
            options={'default_permissions': [], 'ordering': ['pk'], 'verbose_name': 'form once disclosed', 'verbose_name_plural': 'forms once disclosed'},
        ),
        migrations.RenameModel(
            old_name='HistoricalAttributionDispute',
            new_name='HistoricalRecordDispute',
        ),
        migrations.RenameModel(
            old_name='AttributionDispute',
            new_name='RecordDispute',
        ),
        migrations.AlterModelOptions(
            name='historicalrecorddispute',
            options={'get_latest_by': ('history_date', 'history_id'), 'ordering': ('-history_date', '-history_id'), 'verbose_name': 'historical disputed record', 'verbose_name_plural': 'historical disputed records'},
        ),
        migrations.AlterModelOptions(
            name='recorddispute',
            options={'default_permissions': ['view', 'change'], 'ordering': ['-written_at', '-pk'], 'verbose_name': 'disputed record', 'verbose_name_plural': 'disputed records'},
        ),
        migrations.RemoveConstraint(
            model_name='publishedfigure',
            name='publishedfigure_one_stands_per_span',
        ),
        migrations.RemoveConstraint(
            model_name='recorddispute',
            name='attributiondispute_text_in_spanish',
        ),
        migrations.RemoveConstraint(
            model_name='recorddispute',
            name='attributiondispute_is_resolved_as_a_whole',
        ),
        migrations.RemoveConstraint(
            model_name='recorddispute',
            name='attributiondispute_is_about_one_record',
        ),
        migrations.RenameField(
            model_name='publishedfigure',
            old_name='is_standing',
            new_name='is_latest',
        ),
        migrations.RenameField(
            model_name='reportedspan',
            old_name='handed_in_on',
            new_name='submitted_on',
        ),
        migrations.AlterField(
            model_name='planchange',
            name='activity',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='plan_changes', to='strategic_areas.activity', verbose_name='activity'),
        ),
        migrations.AlterField(
            model_name='planchange',
            name='amendment',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='plan_changes', to='strategic_areas.amendment', verbose_name='amendment'),
        ),
        migrations.AlterField(
            model_name='planchange',
            name='change',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='plan_changes', to='strategic_areas.pendingchange', verbose_name='change'),
        ),
        migrations.AlterField(
            model_name='planchange',
            name='commitment',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='plan_changes', to='strategic_areas.commitment', verbose_name='commitment'),
        ),
        migrations.AlterField(
            model_name='planchange',
            name='plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plan_changes', to='strategic_areas.plan', verbose_name='plan'),
        ),
        migrations.AddConstraint(
            model_name='publishedfigure',
            constraint=models.UniqueConstraint(condition=models.Q(('is_latest', True)), fields=('indicator', 'starts_on', 'ends_on', 'counted_by'), name='publishedfigure_one_latest_per_span'),
        ),
        migrations.AddConstraint(
            model_name='recorddispute',
            constraint=models.CheckConstraint(condition=models.Q(('text_es__isnull', False), models.Q(('text_es', ''), _negated=True)), name='recorddispute_text_in_spanish', violation_error_message='The Spanish text is required.'),
        ),
        migrations.AddConstraint(
            model_name='recorddispute',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('activity__isnull', True), ('activity_update__isnull', True), ('commitment__isnull', False), ('published_figure__isnull', True)), models.Q(('activity__isnull', False), ('activity_update__isnull', True), ('commitment__isnull', True), ('published_figure__isnull', True)), models.Q(('activity__isnull', True), ('activity_update__isnull', False), ('commitment__isnull', True), ('published_figure__isnull', True)), models.Q(('activity__isnull', True), ('activity_update__isnull', True), ('commitment__isnull', True), ('published_figure__isnull', False)), _connector='OR'), name='recorddispute_is_about_one_record'),
        ),
        migrations.AddConstraint(
            model_name='recorddispute',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('outcome', ''), _negated=True), ('resolution_es__isnull', False), ('resolved_on__isnull', False), models.Q(('resolution_es', ''), _negated=True)), models.Q(('outcome', ''), ('resolved_on__isnull', True), models.Q(('resolution_es', ''), ('resolution_es__isnull', True), _connector='OR')), _connector='OR'), name='recorddispute_is_resolved_as_a_whole', violation_error_message='Outcome, date and decision are stated together, or none of them.'),
        ),
        migrations.RunPython(rename_in_rows),
    ]
