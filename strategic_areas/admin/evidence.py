"""Evidence beside a report: one row per file, address or place in an archive."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext_lazy as _

from agencies.admin.scoping import ScopedRowsMixin
from strategic_areas import evidence
from strategic_areas.desk.sheet.attaching import EvidenceForm, whereabouts
from strategic_areas.models import Evidence


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
