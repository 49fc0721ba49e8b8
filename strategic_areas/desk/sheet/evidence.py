"""Evidence: where it is, and the forms by which it is attached to an answer."""

from crispy_forms.layout import Submit
from django import forms
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from strategic_areas import evidence
from strategic_areas.desk.inputs import PLAIN, DocumentField, helper_of
from strategic_areas.models import Evidence
from strategic_areas.workflow import guard

#: The fields of the form that make a row of each kind.
KINDS = {
    Evidence.Kind.FILE: ["upload"],
    Evidence.Kind.LINK: ["url"],
    Evidence.Kind.ARCHIVE: ["archive_office", "archive_number"],
}


def whereabouts(item):
    if item.kind == Evidence.Kind.FILE:
        return format_html(
            '<a href="{}">{}</a> ({})',
            reverse("staff_evidence", args=[item.token]),
            item.original_name,
            filesizeformat(item.size),
        )
    if item.kind == Evidence.Kind.LINK:
        return format_html('<a href="{0}" rel="noreferrer">{0}</a>', item.url)
    if item.kind == Evidence.Kind.REMOVED:
        return item.get_kind_display()
    return gettext("Archive of %(office)s, file %(number)s") % {
        "office": item.archive_office,
        "number": item.archive_number,
    }


class EvidenceForm(forms.ModelForm):
    """One piece of evidence; its kind follows from the fields that are filled in."""

    upload = DocumentField(label=_("file"), required=False)

    class Meta:
        labels = {"title_es": _("title")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.clean_file = None

    @property
    def has_stored_file(self):
        return bool(self.instance.pk) and self.instance.kind == Evidence.Kind.FILE

    def clean_upload(self):
        self.clean_file = self.cleaned_data["upload"]
        if self.clean_file:
            for reason in guard.refusals(self.clean_file.name):
                self.add_error("upload", reason)
        return self.clean_file

    def clean(self):
        cleaned = super().clean()
        guard.refuse(self, *Evidence.fields.columns(guarded=True))
        given = [
            kind
            for kind, names in KINDS.items()
            if any(cleaned.get(name) or name in self.errors for name in names)
        ]
        if self.has_stored_file and Evidence.Kind.FILE not in given:
            given.insert(0, Evidence.Kind.FILE)
        if not given and self.instance.kind == Evidence.Kind.REMOVED:
            return cleaned
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


class AttachForm(EvidenceForm):
    """Attaches one more piece of evidence to a report of the sheet."""

    url = Evidence._meta.get_field("url").formfield(assume_scheme="https")

    class Meta(EvidenceForm.Meta):
        model = Evidence
        fields = ["title_es", "url", "archive_office", "archive_number"]

    field_order = ["title_es", "upload", "url", "archive_office", "archive_number"]

    def __init__(self, *args, record, action, **kwargs):
        self.record = record
        kwargs["instance"] = Evidence(**{record.link_field: record})
        kwargs["label_suffix"] = ""
        super().__init__(*args, **kwargs)
        press = Submit("attach", _("Attach"))
        self.helper = helper_of("evidence-form", press, action=action, **PLAIN)

    def belong_to(self, record):
        self.record = record
        setattr(self.instance, record.link_field, record)

    def clean(self):
        cleaned = super().clean()
        if self.clean_file:
            files = self.record.evidences.filter(kind=Evidence.Kind.FILE)
            try:
                evidence.must_fit(
                    self.record.agency, files.count() + 1, [self.clean_file]
                )
                evidence.must_differ(self.clean_file, files)
            except evidence.RefusedFileError as error:
                self.add_error("upload", str(error))
        return cleaned
