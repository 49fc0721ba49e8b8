"""
The forms of a report on its admin page, and of the steps once it is public.

Beside it stands its evidence: one row per file, address or place in an archive.
"""

from django import forms
from django.contrib import admin
from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext_lazy as _

from agencies.admin.scoping import ScopedRowsMixin
from strategic_areas import evidence
from strategic_areas.desk.inputs import LongText, tell_protection, widgets
from strategic_areas.desk.review.review_screen import StepForm
from strategic_areas.desk.sheet.attaching import EvidenceForm, whereabouts
from strategic_areas.desk.sheet.revisions import RevisionForm, settled_pair
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
    Evidence,
)
from strategic_areas.workflow import guard


class ActivityUpdateForm(RevisionForm):
    subject_model, subject = Activity, "activity"

    class Meta:
        model = ActivityUpdate
        fields = ["activity", "period", *ActivityUpdate.fields.columns(filled_in=True)]
        widgets = widgets(ActivityUpdate.fields.where(filled_in=True))

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


class CommitmentUpdateForm(RevisionForm):
    subject_model, subject = Commitment, "commitment"

    class Meta:
        model = CommitmentUpdate
        fields = [
            "commitment",
            "period",
            *CommitmentUpdate.fields.columns(filled_in=True),
        ]


class CorrectForm(StepForm):
    button = _("Write a correction")


class WithdrawForm(StepForm):
    button, css_class = _("Withdraw"), "deletelink"

    reason = LongText(
        label=_("Public reason of the withdrawal"),
        help_text=_("It stays on the public page. Name no person."),
    )

    def clean(self):
        guard.judge(self, ActivityUpdate, reason="withdrawal_reason")
        return super().clean()


class EvidenceFormSet(forms.BaseInlineFormSet):
    """All evidence of one report; checks their files, their number and the quota."""

    def clean(self):
        super().clean()
        kept = [form for form in self.forms if not self._should_delete_form(form)]
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
        """Tell each row whose file the report already has."""
        others = [form.instance for form in kept if form not in fresh]
        for form in fresh:
            try:
                evidence.must_differ(form.clean_file, others)
            except evidence.RefusedFileError as error:
                form.add_error("upload", str(error))
            others.append(form.clean_file)


def agency_of(record):
    """The agency of a report; None while its subject is not chosen."""
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
        """Fields to fill in for writers; what is stored for readers."""
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
