"""The page of a sheet: its rows, with forms for answers and evidence."""

from dataclasses import dataclass, field
from datetime import timedelta

from crispy_forms.layout import Hidden, Submit
from django import forms
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _

from strategic_areas import evidence, workflow
from strategic_areas.desk.inputs import (
    PLAIN_FORM_ATTRIBUTES,
    DocumentField,
    LongTextField,
    form_helper,
    one_button_helper,
)
from strategic_areas.desk.screens import render_screen
from strategic_areas.desk.sheet.forms import (
    CORRECTION_NOT_BEGUN,
    AnswerForm,
    NoNewsForm,
    SheetRowForm,
    row_form,
)
from strategic_areas.desk.sheet.rows import CORRECTION_PARAMETER, AnswerRow
from strategic_areas.models import AnswerKind, Evidence, Province, RoundReopening
from strategic_areas.progress import percent_rules
from strategic_areas.workflow import guard
from strategic_areas.workflow.questions import UPDATE_QUESTIONS

#: Number of rows sent with forms; the script loads others when needed.
ROWS_WITH_FORMS = 5


class UploadWorkbookForm(forms.Form):
    workbook = forms.FileField(
        label=_("Excel file (.xlsx)"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )

    def __init__(self, *args, action, **kwargs):
        kwargs["label_suffix"] = ""
        super().__init__(*args, **kwargs)
        press = Submit("upload", gettext("Upload and see what changes"))
        self.helper = form_helper("upload-form", press, action=action, novalidate="")


REOPENED_FOR = timedelta(days=5)


class RequestReopeningForm(forms.ModelForm):
    reason = LongTextField(
        label=_("Why it should be opened again"),
        help_text=_("The secretariat reads it. Name no person."),
    )

    class Meta:
        model = RoundReopening
        fields = ["until", "reason"]
        widgets = {"until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args, sheet, **kwargs):
        reopening = RoundReopening(period=sheet.period, agency=sheet.agency)
        reopening.until = timezone.localdate() + REOPENED_FOR
        super().__init__(*args, instance=reopening, label_suffix="", **kwargs)
        address = reverse("admin:sheet_reopen", args=sheet.keys)
        button_label = _("Ask to open it again")
        self.helper = one_button_helper(
            "step-form", "ask", button_label, action=address
        )

    def clean(self):
        guard.add_guard_errors(self, RoundReopening, reason="reason")
        return super().clean()


#: Kind of evidence → form fields that state it.
FIELDS_BY_KIND = {
    Evidence.Kind.FILE: ["upload"],
    Evidence.Kind.LINK: ["url"],
    Evidence.Kind.ARCHIVE: ["archive_office", "archive_number"],
}


def evidence_location(item):
    if item.kind == Evidence.Kind.FILE:
        return format_html(
            '<a href="{}">{}</a> ({})' if item.file else "{1}",
            item.file and reverse("staff_evidence", args=[item.token]),
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
    upload = DocumentField(label=_("file"), required=False)

    class Meta:
        labels = {"title_es": _("title")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.cleaned_file = None

    @property
    def has_stored_file(self):
        return bool(self.instance.pk) and self.instance.kind == Evidence.Kind.FILE

    def clean_upload(self):
        self.cleaned_file = self.cleaned_data["upload"]
        if self.cleaned_file:
            for reason in guard.blocking_messages(self.cleaned_file.name):
                self.add_error("upload", reason)
        return self.cleaned_file

    def clean(self):
        cleaned = super().clean()
        guard.add_blocking_errors(self, *Evidence.fields.columns(guarded=True))
        given_kinds = [
            kind
            for kind, names in FIELDS_BY_KIND.items()
            if any(cleaned.get(name) or name in self.errors for name in names)
        ]
        if self.has_stored_file and Evidence.Kind.FILE not in given_kinds:
            given_kinds.insert(0, Evidence.Kind.FILE)
        if not given_kinds and self.instance.kind == Evidence.Kind.REMOVED:
            return cleaned
        if not given_kinds:
            self.add_error("upload", gettext("Give a file, an address or an archive."))
        elif len(given_kinds) > 1:
            self.add_error(
                FIELDS_BY_KIND[given_kinds[1]][0],
                gettext("Give just one: a file, an address or an archive."),
            )
        else:
            self._must_be_complete(given_kinds[0], cleaned)
            self.instance.kind = given_kinds[0]
        return cleaned

    def _must_be_complete(self, kind, cleaned):
        if kind == Evidence.Kind.ARCHIVE:
            for name in FIELDS_BY_KIND[kind]:
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, gettext("An archive needs office and number."))

    def save(self, commit=True):
        if self.cleaned_file:
            evidence.attach_file(self.instance, self.cleaned_file)
        return super().save(commit)


class AttachEvidenceForm(EvidenceForm):
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
        self.helper = form_helper(
            "evidence-form", press, action=action, **PLAIN_FORM_ATTRIBUTES
        )

    def belong_to(self, record):
        self.record = record
        setattr(self.instance, record.link_field, record)

    def clean(self):
        cleaned = super().clean()
        # The practice sheet of ``desk/training.py`` stores neither report nor file.
        if self.cleaned_file and not self.record._state.adding:
            files = self.record.evidences.filter(kind=Evidence.Kind.FILE)
            try:
                evidence.check_space(
                    self.record.agency, files.count() + 1, [self.cleaned_file]
                )
                evidence.check_duplicate(self.cleaned_file, files)
            except evidence.RefusedFileError as error:
                self.add_error("upload", str(error))
        return cleaned


class SameAsBeforeForm(forms.Form):
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *, row):
        seen = {"seen_version": row.update.version if row.update else None}
        super().__init__(initial=seen, auto_id=f"{row.anchor}_same_%s")
        self.helper = form_helper(
            "row-form row-form--same_as_before",
            Hidden("answer", AnswerKind.SAME_AS_BEFORE),
            Submit("save", _("Same as the previous period")),
            action=row.url(),
        )


@dataclass(frozen=True)
class ShownEvidence:
    """
    The evidence of a row's report.

    ``form`` is None once the report was sent. ``items`` are triples of evidence, its
    location, and the URL that removes it or "".
    """

    row: AnswerRow
    items: tuple
    form: AttachEvidenceForm | None


@dataclass(frozen=True)
class ShownRow:
    """
    A row with its forms, if it can be edited.

    ``quick_forms`` answer it with one button. The page of a row that ``lacks_forms``
    was sent without them; its script loads them.
    """

    row: AnswerRow
    evidence: ShownEvidence | None = None
    form: object = None
    quick_forms: tuple = ()
    is_unfolded: bool = False
    is_correction: bool = False
    lacks_forms: bool = False

    @property
    def posted(self):
        """The form that was posted and refused, or None."""
        return next((f for f in (self.form, *self.quick_forms) if f and f.errors), None)


def render_sheet(request, sheet, *, unfolded=None, refused_form=None, **refused):
    """
    Render the whole sheet.

    ``unfolded`` is the anchor of the open row, ``refused_form`` a refused request to
    reopen the round, ``refused`` another refused form, by field of ``ShownRows``.
    """
    unfolded = unfolded or unfolded_row(request, sheet)
    correcting = unfolded if CORRECTION_PARAMETER in request.GET else None
    shown = ShownRows(unfolded=unfolded, correcting=correcting, **refused)
    return render_screen(
        request,
        "desk/sheet.html",
        status=422 if refused_form else shown.status,
        title=f"{sheet.agency.acronym} · {sheet.period}",
        sheet=sheet,
        sections=shown.sections(sheet, _anchors_with_forms(sheet, unfolded)),
        percent_rules=percent_rules(),
        upload=UploadWorkbookForm(action=sheet.workbook_url),
        reopening=sheet.has_closed
        and (refused_form or RequestReopeningForm(sheet=sheet)),
        pending_reopening=sheet.has_closed
        and workflow.waiting_change(
            RoundReopening(period=sheet.period, agency=sheet.agency)
        ),
    )


def _anchors_with_forms(sheet, unfolded):
    rows = sheet.all_rows
    anchors = [row.anchor for row in rows]
    start = anchors.index(unfolded) if unfolded in anchors else 0
    rows = [*rows[start:], *rows[:start]]
    rows.sort(key=lambda row: (row.anchor != unfolded, not row.needs_answer))
    return {row.anchor for row in rows[:ROWS_WITH_FORMS]}


def unfolded_row(request, sheet):
    """Return the anchor of the row in the query, or else of the next waiting row."""
    keys = (question.row_key for question in UPDATE_QUESTIONS)
    requested = {f"{key}-{request.GET.get(key)}" for key in keys}
    anchors = [row.anchor for row in sheet.all_rows if row.anchor in requested]
    anchors += [row.anchor for row in sheet.unanswered_reports]
    return next(iter(anchors), None)


def requested_subject(request):
    for question in UPDATE_QUESTIONS:
        key = request.GET.get(question.row_key, "")
        if key.isascii() and key.isdecimal():
            return {question.name: int(key)}
    return None


def province_choices():
    return [(place.pk, place.name) for place in Province.objects.order_by("name")]


@dataclass(frozen=True)
class ShownRows:
    """
    How rows are shown; ``unfolded`` is the anchor of the open row.

    A refused form replaces the empty one: ``posted`` is an answer, ``attaching`` a form
    for evidence. ``correcting`` is the anchor of a published row opened for correction.
    """

    provinces: list = field(default_factory=province_choices)
    unfolded: str | None = None
    posted: SheetRowForm | None = None
    attaching: AttachEvidenceForm | None = None
    correcting: str | None = None

    @property
    def status(self):
        """The HTTP status: 409 for a conflict, 422 for a refusal."""
        if self.posted and self.posted.conflict:
            return 409
        return 422 if self.posted or self.attaching else 200

    def sections(self, sheet, with_forms=None):
        """
        Return the rows of each question; ``with_forms`` are anchors, None for all rows.
        """
        return [
            (
                question,
                [
                    self.show(row)
                    if with_forms is None or row.anchor in with_forms
                    else ShownRow(row, lacks_forms=True)
                    for row in rows
                ],
            )
            for question, rows in sheet.sections.items()
        ]

    def show(self, row):
        is_unfolded = row.anchor == self.unfolded
        is_correction = row.anchor == self.correcting
        evidence = shown_evidence(row, self.attaching, corrects=is_correction)
        is_posted = self.posted and self.posted.row.anchor == row.anchor
        posted = self.posted if is_posted else None
        if row.may_be_corrected and (posted or evidence.form):
            form = posted or row_form(row, provinces=self.provinces)
            if not posted:
                # Saving this form begins a correction.
                form.initial["seen_version"] = CORRECTION_NOT_BEGUN
            form.button = _("Save the correction")
            return ShownRow(row, evidence, form, (), is_unfolded, is_correction=True)
        if not (row.is_open and row.is_in_time):
            return ShownRow(row, evidence, is_unfolded=is_unfolded)
        form, *quick = self._forms(row, posted)
        return ShownRow(row, evidence, form, tuple(quick), is_unfolded)

    def _forms(self, row, posted):
        row_forms = [row_form(row, provinces=self.provinces)]
        if row.question.allows_no_news:
            row_forms += [SameAsBeforeForm(row=row)] if row.own_last else []
            row_forms.append(row_form(row, base=NoNewsForm))
        if isinstance(posted, AnswerForm):
            posted.set_provinces(self.provinces)
        return [posted if type(each) is type(posted) else each for each in row_forms]


def shown_evidence(row, attaching=None, *, corrects=False):
    """Return the evidence of a row; ``attaching`` is a refused form of any row."""
    # A letter is itself the evidence of its transcription.
    may_attach = row.question.takes_evidence and not row.letter and row.is_in_time
    if row.is_empty:
        form = attach_form(row) if may_attach else None
        return ShownEvidence(row, (), form)
    form, is_refused = None, attaching and attaching.record == row.update
    is_correction = row.may_be_corrected and (corrects or is_refused)
    if may_attach and (row.update.is_editable or is_correction):
        form = attaching if is_refused else attach_form(row)
    may_remove = form and not is_correction
    items = [
        (
            item,
            evidence_location(item),
            row.url("_detach", item.pk) if may_remove else "",
        )
        for item in row.update.evidences.all()
    ]
    return ShownEvidence(row, tuple(items), form)


def attach_form(row, *posted):
    return AttachEvidenceForm(
        *posted,
        record=row.revision_to_edit,
        action=row.url("_attach"),
        auto_id=f"{row.anchor}-evidence-%s",
    )
