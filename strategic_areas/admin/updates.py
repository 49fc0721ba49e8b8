"""Reports in the admin: updates of activities and declarations on commitments."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ObjectDoesNotExist
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from agencies import numbers
from agencies.admin.scoping import ScopedRowsMixin
from strategic_areas import evidence
from strategic_areas.admin.reviewed import ReviewedAdmin
from strategic_areas.desk.inputs import tell_protection, widgets
from strategic_areas.desk.sheet.forms import EvidenceForm, whereabouts
from strategic_areas.desk.sheet.revisions import RevisionForm, settled_pair
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
    Evidence,
)
from strategic_areas.models.report_fields import Part


def _spanish(*parts):
    return [name for part in parts for name in ActivityUpdate.fields.spanish(part=part)]


def _in_english(model):
    """The fields that may be filled in in English too, folded away."""
    fields = model.fields.where(filled_in=True, bilingual=True)
    names = [field.columns[1] for field in fields]
    return _("In English, if you have it"), {"fields": names, "classes": ["collapse"]}


class EvidenceFormSet(forms.BaseInlineFormSet):
    def clean(self):
        super().clean()
        kept = [form for form in self.forms if not form.cleaned_data.get("DELETE")]
        fresh = [form for form in kept if form.clean_file]
        agency = agency_of(self.instance)
        if not fresh or agency is None:
            return
        count = sum(bool(form.clean_file or form.has_stored_file) for form in kept)
        try:
            evidence.must_fit(agency, count, [form.clean_file for form in fresh])
        except evidence.RefusedFileError as error:
            fresh[-1].add_error("upload", str(error))
        self._must_differ(kept, fresh)

    def _must_differ(self, kept, fresh):
        others = [form.instance for form in kept if form not in fresh]
        for form in fresh:
            try:
                evidence.must_differ(form.clean_file, others)
            except evidence.RefusedFileError as error:
                form.add_error("upload", str(error))
            others.append(form.clean_file)


def agency_of(record):
    try:
        return record.agency
    except ObjectDoesNotExist:
        return None


class EvidenceInline(ScopedRowsMixin, admin.StackedInline):
    model = Evidence
    form = EvidenceForm
    formset = EvidenceFormSet
    readonly_fields = ["whereabouts", "is_public"]
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
                    "description": _(
                        "One of three: a file, an address, or the place in your "
                        "archive. Do not upload lists of names or case files, and "
                        "nothing by which a victim could be recognised."
                    ),
                },
            )
        ]

    @admin.display(description=_("where it is"))
    def whereabouts(self, item):
        return whereabouts(item) if item.pk else "–"


def _is_writable(obj):
    return obj is None or obj.is_editable


class ActivityUpdateForm(RevisionForm):
    subject_model, subject = Activity, "activity"

    class Meta:
        model = ActivityUpdate
        fields = ["activity", "period", *ActivityUpdate.fields.columns(filled_in=True)]
        widgets = widgets(ActivityUpdate.fields.where(filled_in=True))
        formfield_callback = numbers.formfield

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if {"execution", "percent"} <= set(self.fields):
            # A percent alone is enough, as on the sheet.
            self.fields["execution"].required = False
        if self.instance.activity_id:
            tell_protection(self.fields, self.instance.activity)

    def clean(self):
        cleaned = self.cleaned_data
        if {"execution", "percent"} <= set(cleaned):
            changed = {"execution", "percent"} & set(self.changed_data)
            percent, execution = settled_pair(
                cleaned["percent"], cleaned["execution"], changed=changed
            )
            cleaned |= {"percent": percent, "execution": execution}
            if not execution:
                text = _("State the percent, or choose the execution.")
                self.add_error("execution", text)
        return super().clean()


@admin.register(ActivityUpdate)
class ActivityUpdateAdmin(ReviewedAdmin):
    form = ActivityUpdateForm
    inlines = [EvidenceInline]
    subject, answering = "activity", "agency"
    readonly_fields = ["answer", "no_news_reason_es"]
    list_display = ["activity", "status", "agency", "period", "execution", "advance"]
    list_filter = [
        "status",
        ("period", admin.RelatedOnlyFieldListFilter),
        ("agency", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["activity", "agency", "period"]
    search_fields = ["activity__code", "activity__title_es", "activity__title_en"]
    fieldsets = [
        (None, {"fields": ["activity", "period", "seen_version"]}),
        (
            Part.FIGURES.label,
            {"fields": _spanish(Part.FIGURES, Part.TEXT)},
        ),
        (
            _("What holds it back"),
            {
                "fields": _spanish(Part.HELD_BACK),
                "description": _(
                    "Required when the activity is suspended, cancelled or late."
                ),
            },
        ),
        (_("More"), {"fields": _spanish(Part.REACH, Part.NOTE)}),
        (
            _("No news, or reserved by law"),
            {"fields": ["answer", *_spanish(Part.NO_NEWS, Part.RESERVED)]},
        ),
        _in_english(ActivityUpdate),
    ]

    def get_fieldsets(self, request, obj=None):
        """Continuing work reports no percent, so it is not asked for one."""
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

    @admin.display(description=_("progress"), ordering="percent")
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


class CommitmentUpdateForm(RevisionForm):
    subject_model, subject = Commitment, "commitment"

    class Meta:
        model = CommitmentUpdate
        fields = [
            "commitment",
            "period",
            *CommitmentUpdate.fields.columns(filled_in=True),
        ]


@admin.register(CommitmentUpdate)
class CommitmentUpdateAdmin(ReviewedAdmin):
    form = CommitmentUpdateForm
    inlines = [EvidenceInline]
    subject, answering = "commitment", "lead"
    list_display = ["commitment", "agency", "period", "status", "result"]
    list_filter = [
        "status",
        ("period", admin.RelatedOnlyFieldListFilter),
        ("agency", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["commitment", "agency", "period"]
    search_fields = ["commitment__code", "commitment__title_es"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    *("commitment", "period"),
                    *CommitmentUpdate.fields.spanish(filled_in=True),
                    "seen_version",
                ]
            },
        ),
        _in_english(CommitmentUpdate),
    ]
