"""The admin of rounds, and of reports."""

from django import forms
from django.contrib import admin
from django.forms import modelform_factory
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _, gettext_lazy

from agencies import audit, numbers
from agencies.admin.base import ScopedAdmin, ScopedRowsMixin
from agencies.fields import FieldKind
from strategic_areas import evidence
from strategic_areas.admin.base import RevisionAdmin
from strategic_areas.admin.plan import (
    PLAN_FILTER,
    NeedsApprovalHistoryAdmin,
    SamePlanMixin,
)
from strategic_areas.desk.changes.amendment_forms import GuardedRecordForm
from strategic_areas.desk.inputs import add_protection_hint, widgets_for
from strategic_areas.desk.sheet.forms import RevisionForm
from strategic_areas.desk.sheet.sheet_page import EvidenceForm, evidence_location
from strategic_areas.models import (
    OPEN_STATUSES,
    Activity,
    ActivityUpdate,
    Evidence,
    ReportingPeriod,
    RevisionStatus,
    RoundReopening,
)
from strategic_areas.models.report_fields import FormSection
from strategic_areas.workflow.questions import QUESTION_BY_MODEL


@admin.register(ReportingPeriod)
class ReportingPeriodAdmin(SamePlanMixin, NeedsApprovalHistoryAdmin):
    """A second person approves a period before it becomes public or asks agencies."""

    list_display = [
        *("name", "plan", "mode", "opens_on", "due_on", "closes_on", "demonstration")
    ]
    list_filter = [PLAN_FILTER, "mode"]
    list_select_related = ["plan"]
    search_fields = ["code", "name_es", "name_en"]
    readonly_fields = ["is_demonstration"]
    exclude = ["is_scheduled"]
    change_form_template = "admin/strategic_areas/period_change_form.html"
    change_list_template = "admin/strategic_areas/periods_change_list.html"

    def name_in_pickers(self, period):
        return period.name_with_plan

    @admin.display(description=gettext_lazy("demonstration"), boolean=True)
    def demonstration(self, period):
        return period.is_demonstration

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj and self.has_change_permission(request, obj):
            context["takes_back"] = reverse("admin:round_take_back", args=[obj.pk])
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


@admin.register(RoundReopening)
class RoundReopeningAdmin(ScopedAdmin):
    form = GuardedRecordForm
    list_display = ["period", "agency", "until", "by", "at"]
    list_filter = [("agency", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["period", "agency", "by"]
    has_own_audit_entry = True
    readonly_fields = ["by", "at"]

    def get_fields(self, request, obj=None):
        stamps = ["by", "at"] if obj else []
        return ["period", "agency", "until", "reason", *stamps, "seen_state"]

    def save_model(self, request, obj, form, change):
        obj.by = request.user
        super().save_model(request, obj, form, change)
        audit.record_event(
            audit.Event.ROUND_REOPENED,
            request=request,
            obj=obj.period,
            agency=obj.agency,
            until=obj.until,
        )


def _spanish(*parts):
    return [
        name
        for part in parts
        for name in ActivityUpdate.fields.first_columns(part=part)
    ]


def _in_english(model):
    fields = model.fields.where(filled_in=True, bilingual=True)
    return gettext_lazy("In English, if you have it"), {
        "fields": [field.columns[1] for field in fields],
        "classes": ["collapse"],
    }


class EvidenceFormSet(forms.BaseInlineFormSet):
    def clean(self):
        super().clean()
        remaining = [form for form in self.forms if not form.cleaned_data.get("DELETE")]
        new = [form for form in remaining if form.cleaned_file]
        agency = getattr(self.instance, "agency", None)
        if not new or agency is None:
            return
        count = sum(
            bool(form.cleaned_file or form.has_stored_file) for form in remaining
        )
        try:
            evidence.check_space(agency, count, [form.cleaned_file for form in new])
        except evidence.RefusedFileError as error:
            new[-1].add_error("upload", str(error))
        others = [form.instance for form in remaining if form not in new]
        for form in new:
            try:
                evidence.check_duplicate(form.cleaned_file, others)
            except evidence.RefusedFileError as error:
                form.add_error("upload", str(error))
            others.append(form.cleaned_file)


class EvidenceInline(ScopedRowsMixin, admin.StackedInline):
    model = Evidence
    form = EvidenceForm
    formset = EvidenceFormSet
    readonly_fields = ["location", "is_public"]
    extra = 1

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and _is_writable(obj)

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and _is_writable(obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and _is_writable(obj)

    def get_fieldsets(self, request, obj=None):
        if not self.has_change_permission(request, obj):
            return [(None, {"fields": ["title_es", *self.readonly_fields]})]
        return [
            (
                None,
                {
                    "fields": [
                        "title_es",
                        "upload",
                        "url",
                        "archive_office",
                        "archive_number",
                        *self.readonly_fields,
                    ],
                    "description": gettext_lazy(
                        "One of three: a file, an address, or the place in your "
                        "archive. Do not upload lists of names or case files, and "
                        "nothing by which a victim could be recognised."
                    ),
                },
            )
        ]

    @admin.display(description=gettext_lazy("where it is"))
    def location(self, item):
        return evidence_location(item) if item.pk else "–"


def _is_writable(obj):
    return obj is None or obj.is_editable


class RevisionAdminForm(RevisionForm):
    def clean(self):
        cleaned = super().clean()
        subject = cleaned.get(self._meta.model.subject_field)
        if not self.instance.pk and subject and cleaned.get("period"):
            self._refuse_second(subject, cleaned["period"])
        return cleaned

    def _refuse_second(self, subject, period):
        type(subject).objects.select_for_update().get(pk=subject.pk)
        model = self._meta.model
        rows = model.objects.filter(**{model.subject_field: subject}, period=period)
        if rows.filter(status__in=OPEN_STATUSES).exists():
            raise forms.ValidationError(
                _(
                    "A report of this for the period is already being worked on. Open "
                    "it from the list instead of writing a second one."
                )
            )
        if rows.filter(status=RevisionStatus.PUBLISHED).exists():
            raise forms.ValidationError(
                _("A report of this is published for the period. Open it and correct.")
            )


class ActivityUpdateForm(RevisionAdminForm):
    class Meta:
        model = ActivityUpdate
        fields = ["activity", "period", *ActivityUpdate.fields.columns(filled_in=True)]
        widgets = widgets_for(ActivityUpdate.fields.where(filled_in=True))
        formfield_callback = numbers.formfield

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if {"execution", "percent"} <= set(self.fields):
            # A percent alone is enough, as on the sheet.
            self.fields["execution"].required = False
        if self.instance.activity_id:
            add_protection_hint(self.fields, self.instance.activity)


@admin.register(ActivityUpdate)
class ActivityUpdateAdmin(RevisionAdmin):
    form = ActivityUpdateForm
    inlines = [EvidenceInline]
    subject, answered_by = "activity", "agency"
    readonly_fields = ["answer", "no_news_reason_es"]
    list_display = ["activity", "status", "agency", "period", "execution", "advance"]
    list_select_related = ["activity", "agency", "period"]
    search_fields = ["activity__code", "activity__title_es", "activity__title_en"]
    fieldsets = [
        (None, {"fields": ["activity", "period", "seen_version"]}),
        (
            FormSection.FIGURES.label,
            {"fields": _spanish(FormSection.FIGURES, FormSection.TEXT)},
        ),
        (
            gettext_lazy("What holds it back"),
            {
                "fields": _spanish(FormSection.OBSTACLE),
                "description": gettext_lazy(
                    "Required when the activity is suspended, cancelled or late."
                ),
            },
        ),
        (
            gettext_lazy("More"),
            {"fields": _spanish(FormSection.REACH, FormSection.NOTE)},
        ),
        (
            gettext_lazy("No news, or reserved by law"),
            {
                "fields": [
                    "answer",
                    *_spanish(FormSection.NO_NEWS, FormSection.RESERVED),
                ]
            },
        ),
        _in_english(ActivityUpdate),
    ]

    def get_fieldsets(self, request, obj=None):
        """Leave out the percent of continuing work."""
        fieldsets = super().get_fieldsets(request, obj)
        if not _is_continuing(request, obj):
            return fieldsets
        return [
            (
                name,
                {**options, "fields": [f for f in options["fields"] if f != "percent"]},
            )
            for name, options in fieldsets
        ]

    @admin.display(description=gettext_lazy("progress"), ordering="percent")
    def advance(self, update):
        if update.percent is not None:
            return f"{update.percent} %"
        if update.quantity is None:
            return None
        quantity = number_format(format(update.quantity.normalize(), "f"))
        return f"{quantity} {update.activity.unit}"


def _is_continuing(request, update):
    if update:
        return update.activity.is_continuing
    chosen = request.POST.get("activity") or request.GET.get("activity") or ""
    return (
        chosen.isdecimal()
        and Activity.objects.filter(
            pk=int(chosen), kind=Activity.Kind.CONTINUING
        ).exists()
    )


class AnswerAdmin(RevisionAdmin):
    """
    The admin of a question's answers; form and lists follow from the model's fields.
    """

    inlines = [EvidenceInline]

    def __init__(self, model, site):
        question = QUESTION_BY_MODEL[model]
        fields, keys = model.fields, [question.name, "period"]
        self.subject, self.answered_by = question.name, question.answered_by
        choices = fields.names(filled_in=True, kind=FieldKind.CHOICE)
        self.list_display = [question.name, "agency", "period", "status", *choices]
        self.list_select_related = [question.name, "agency", "period"]
        self.search_fields = [f"{question.name}__code", f"{question.name}__title_es"]
        self.fieldsets = [
            (
                None,
                {
                    "fields": [
                        *keys,
                        *fields.first_columns(filled_in=True),
                        "seen_version",
                    ]
                },
            ),
            _in_english(model),
        ]
        self.form = modelform_factory(
            model,
            form=RevisionAdminForm,
            fields=[*keys, *fields.columns(filled_in=True)],
            formfield_callback=numbers.formfield,
        )
        super().__init__(model, site)


admin.site.register(
    [model for model in QUESTION_BY_MODEL if model is not ActivityUpdate], AnswerAdmin
)
