import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0001_user'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='language',
            field=models.CharField(choices=[('es', 'Español'), ('en', 'English')], default='es', help_text='The language of the staff pages for this person.', max_length=2, verbose_name='language'),
        ),
        migrations.CreateModel(
            name='Agency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('acronym', models.CharField(max_length=20, unique=True, verbose_name='acronym')),
                ('slug', models.SlugField(max_length=40, unique=True, verbose_name='address word')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_es', models.CharField(max_length=200, null=True, verbose_name='name')),
                ('name_en', models.CharField(max_length=200, null=True, verbose_name='name')),
                ('kind', models.CharField(help_text='An open word, such as ministry, directorate or civil_society.', max_length=40, verbose_name='kind')),
                ('website', models.URLField(blank=True, verbose_name='website')),
                ('website_unverified', models.URLField(blank=True, help_text='An address that nobody has visited yet; it is not published.', verbose_name='website, not verified')),
                ('dissolved_on', models.DateField(blank=True, null=True, verbose_name='dissolved on')),
                ('dissolved_by', models.CharField(blank=True, help_text='The deciding act.', max_length=200, verbose_name='dissolved by')),
                ('succeeded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='predecessors', to='agencies.agency', verbose_name='succeeded by')),
            ],
            options={
                'verbose_name': 'agency',
                'verbose_name_plural': 'agencies',
                'ordering': ['name_es'],
            },
        ),
        migrations.CreateModel(
            name='AgencyName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('acronym', models.CharField(max_length=20, verbose_name='acronym')),
                ('slug', models.SlugField(max_length=40, verbose_name='address word')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_es', models.CharField(max_length=200, null=True, verbose_name='name')),
                ('name_en', models.CharField(max_length=200, null=True, verbose_name='name')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='former_names', to='agencies.agency', verbose_name='agency')),
            ],
            options={
                'verbose_name': 'former name',
                'verbose_name_plural': 'former names',
                'ordering': ['agency', '-ends_on'],
            },
        ),
        migrations.CreateModel(
            name='FocalPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('titular', 'Titular'), ('alternate', 'Alternate')], default='titular', max_length=10, verbose_name='kind')),
                ('starts_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('leave_cover', models.BooleanField(default=False, help_text='A dated mandate beside the one of the person on leave.', verbose_name='covers a leave')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='focal_points', to='agencies.agency', verbose_name='agency')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mandates', to=settings.AUTH_USER_MODEL, verbose_name='account')),
            ],
            options={
                'verbose_name': 'focal point',
                'verbose_name_plural': 'focal points',
                'ordering': ['agency', 'kind', '-starts_on'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalAgency',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('acronym', models.CharField(db_index=True, max_length=20, verbose_name='acronym')),
                ('slug', models.SlugField(max_length=40, verbose_name='address word')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_es', models.CharField(max_length=200, null=True, verbose_name='name')),
                ('name_en', models.CharField(max_length=200, null=True, verbose_name='name')),
                ('kind', models.CharField(help_text='An open word, such as ministry, directorate or civil_society.', max_length=40, verbose_name='kind')),
                ('website', models.URLField(blank=True, verbose_name='website')),
                ('website_unverified', models.URLField(blank=True, help_text='An address that nobody has visited yet; it is not published.', verbose_name='website, not verified')),
                ('dissolved_on', models.DateField(blank=True, null=True, verbose_name='dissolved on')),
                ('dissolved_by', models.CharField(blank=True, help_text='The deciding act.', max_length=200, verbose_name='dissolved by')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('succeeded_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='agencies.agency', verbose_name='succeeded by')),
            ],
            options={
                'verbose_name': 'historical agency',
                'verbose_name_plural': 'historical agencies',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalFocalPoint',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('kind', models.CharField(choices=[('titular', 'Titular'), ('alternate', 'Alternate')], default='titular', max_length=10, verbose_name='kind')),
                ('starts_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('leave_cover', models.BooleanField(default=False, help_text='A dated mandate beside the one of the person on leave.', verbose_name='covers a leave')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('agency', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='agencies.agency', verbose_name='agency')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='account')),
            ],
            options={
                'verbose_name': 'historical focal point',
                'verbose_name_plural': 'historical focal points',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddConstraint(
            model_name='agency',
            constraint=models.CheckConstraint(condition=models.Q(('name_es__isnull', False), models.Q(('name_es', ''), _negated=True)), name='agency_name_in_spanish', violation_error_message='The Spanish text is required.'),
        ),
        migrations.AddConstraint(
            model_name='agency',
            constraint=models.CheckConstraint(condition=models.Q(('succeeded_by__isnull', True), models.Q(('succeeded_by', models.F('id')), _negated=True), _connector='OR'), name='agency_is_not_its_own_successor', violation_error_message='An agency does not succeed itself.'),
        ),
        migrations.AddConstraint(
            model_name='agencyname',
            constraint=models.CheckConstraint(condition=models.Q(('name_es__isnull', False), models.Q(('name_es', ''), _negated=True)), name='agencyname_name_in_spanish', violation_error_message='The Spanish text is required.'),
        ),
        migrations.AddConstraint(
            model_name='agencyname',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on__isnull', True), ('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='agencyname_ends_on_not_before_starts_on', violation_error_message='The end is before the start.'),
        ),
        migrations.AddConstraint(
            model_name='focalpoint',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on__isnull', True), ('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='focalpoint_ends_on_not_before_starts_on', violation_error_message='The end is before the start.'),
        ),
        migrations.AddConstraint(
            model_name='focalpoint',
            constraint=models.UniqueConstraint(condition=models.Q(('ends_on__isnull', True)), fields=('agency', 'kind'), name='focalpoint_one_open_mandate_per_agency_and_kind', violation_error_message='This agency already has an open-ended mandate of this kind.'),
        ),
        migrations.AddConstraint(
            model_name='focalpoint',
            constraint=models.CheckConstraint(condition=models.Q(('leave_cover', False), ('ends_on__isnull', False), _connector='OR'), name='focalpoint_leave_cover_is_dated', violation_error_message='Cover for a leave needs a last day.'),
        ),
    ]
