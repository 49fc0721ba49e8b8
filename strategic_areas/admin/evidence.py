"""Evidence beside a report: one row per file, address or place in an archive."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.scoping import ScopedRowsMixin
from strategic_areas import evidence
from strategic_areas.models import Evidence

#: The fields of the form that make a row of each kind.
KINDS = {
    Evidence.Kind.FILE: ["upload"],
    Evidence.Kind.LINK: ["url"],
    Evidence.Kind.ARCHIVE: ["archive_office", "archive_number"],
}


def whereabouts(item):
    """Where staff find it: a link to follow, a file to save, or words."""
    if item.kind == Evidence.Kind.FILE:
        return format_html(
            '<a href="{}">{}</a> ({})',
            reverse("staff_evidence", args=[item.token]),
            item.original_name,
            filesizeformat(item.size),
        )
    if item.kind == Evidence.Kind.LINK:
        return format_html('<a href="{0}" rel="noreferrer">{0}</a>', item.url)
    return gettext("Archive of %(office)s, file %(number)s") % {
        "office": item.archive_office,
        "number": item.archive_number,
    }


class EvidenceForm(forms.ModelForm):
    """One row. What is filled in says of which kind it is."""

    upload = forms.FileField(
        label=_("file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(
            attrs={"accept": ",".join(f".{name}" for name in evidence.EXTENSIONS)}
        ),
        help_text=_("PDF, JPG, PNG, XLSX, DOCX or CSV, of 10 MB at most."),
    )

    class Meta:
        labels = {"title_es": _("title")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.clean_file = None

    @property
    def has_stored_file(self):
        return bool(self.instance.pk) and self.instance.kind == Evidence.Kind.FILE

    def clean_upload(self):
        upload = self.cleaned_data["upload"]
        if upload:
            try:
                self.clean_file = evidence.clean(upload)
            except evidence.RefusedFileError as error:
                raise ValidationError(str(error), code="refused") from None
        return upload

    def clean(self):
        cleaned = super().clean()
        given = [
            kind
            for kind, names in KINDS.items()
            if any(cleaned.get(name) or name in self.errors for name in names)
        ]
        if self.has_stored_file and Evidence.Kind.FILE not in given:
            given.insert(0, Evidence.Kind.FILE)
        if not given:
            self.add_error("upload", gettext("Give a file, an address or an archive."))
        elif len(given) > 1:
            text = gettext("Give just one: a file, an address or an archive.")
            self.add_error(KINDS[given[1]][0], text)
        else:
            self._must_be_complete(given[0], cleaned)
            self.instance.kind = given[0]
        return cleaned

    def _must_be_complete(self, kind, cleaned):
        if kind == Evidence.Kind.ARCHIVE:
            for name in KINDS[kind]:
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, gettext("An archive needs office and number."))

    def save(self, commit=True):
        if self.clean_file:
            evidence.attach(self.instance, self.clean_file)
        return super().save(commit)


class EvidenceFormSet(forms.BaseInlineFormSet):
    """All evidence of one report: how many files, and the room of the agency."""

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


def agency_of(record):
    """The agency that answers; None while nothing says what is reported on."""
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
        """Fields to fill in for who writes; what there is for who reads."""
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
