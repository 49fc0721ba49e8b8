"""The context of the page of a sheet: its rows, with the forms that answer them."""

from dataclasses import dataclass, field

from crispy_forms.layout import Submit
from django import forms
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from strategic_areas.desk.inputs import LongText, helper_of, one_button
from strategic_areas.desk.screens import screen
from strategic_areas.desk.sheet.answers import NOT_BEGUN
from strategic_areas.desk.sheet.evidence import AttachForm, whereabouts
from strategic_areas.desk.sheet.forms import (
    AnswerForm,
    RowForm,
    SameForm,
    answer_form,
    no_news_form,
    percent_rules,
)
from strategic_areas.desk.sheet.rows import CORRECTING, AnswerRow
from strategic_areas.models import Province, RoundReopening
from strategic_areas.workflow import guard
from strategic_areas.workflow.questions import UPDATES

#: How many rows a page has with their forms; the script reads the others when needed.
WHOLE = 5


class UploadForm(forms.Form):
    """Takes a filled workbook, which is read and never stored."""

    workbook = forms.FileField(
        label=_("Filled workbook (.xlsx)"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )

    def __init__(self, *args, action, **kwargs):
        kwargs["label_suffix"] = ""
        super().__init__(*args, **kwargs)
        press = Submit("upload", gettext("Upload and see what changes"))
        self.helper = helper_of("upload-form", press, action=action, novalidate="")


class AskForm(forms.Form):
    reason = LongText(
        label=_("Why it should be opened again"),
        help_text=_("The secretariat reads it. Name no person."),
    )

    def __init__(self, *args, sheet, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        address = reverse("admin:sheet_reopen", args=sheet.keys)
        text = _("Ask to open it again")
        self.helper = one_button("step-form", "ask", text, action=address)

    def clean(self):
        guard.judge(self, RoundReopening, reason="reason")
        return super().clean()


@dataclass(frozen=True)
class ShownEvidence:
    """
    The evidence of a row's report.

    ``form`` is None once it was sent. ``items`` are (evidence, where it is, address
    that removes it); the address is "" where nothing may be changed.
    """

    row: AnswerRow
    items: tuple
    form: AttachForm | None


@dataclass(frozen=True)
class ShownRow:
    """
    A row with its forms; there are none where it can no longer be edited.

    Of a row that ``is_closed`` the page has the heading and a link that opens it.
    """

    row: AnswerRow
    evidence: ShownEvidence | None = None
    form: object = None
    quick: tuple = ()
    is_unfolded: bool = False
    is_correction: bool = False
    is_closed: bool = False

    @property
    def posted(self):
        return next((f for f in (self.form, *self.quick) if f and f.errors), None)


def page(request, sheet, *, unfolded=None, **refused):
    """The whole sheet; what was ``refused`` is as in ``ShownRows``."""
    unfolded = unfolded or unfolded_row(request, sheet)
    correcting = unfolded if CORRECTING in request.GET else None
    shown = ShownRows(unfolded=unfolded, correcting=correcting, **refused)
    return screen(
        request,
        "desk/sheet.html",
        status=shown.status,
        title=f"{sheet.agency.acronym} · {sheet.period}",
        sheet=sheet,
        sections=shown.sections(sheet, _whole_rows(sheet, unfolded)),
        percent_rules=percent_rules(),
        upload=UploadForm(action=sheet.workbook_url),
        reopening=AskForm(sheet=sheet) if sheet.was_closed else None,
    )


def _whole_rows(sheet, unfolded):
    """The anchors of the unfolded row and of those that are answered after it."""
    rows = sheet.updates
    anchors = [row.anchor for row in rows]
    start = anchors.index(unfolded) if unfolded in anchors else 0
    rows = [*rows[start:], *rows[:start]]
    rows.sort(key=lambda row: (row.anchor != unfolded, not row.waits))
    return {row.anchor for row in rows[:WHOLE]}


def unfolded_row(request, sheet):
    """The anchor of the row that the query asks for, or else of the next that waits."""
    asked = (f"{each.word}-{request.GET.get(each.word)}" for each in UPDATES)
    anchors = {row.anchor for row in sheet.updates}
    waiting = (row.anchor for row in sheet.waiting)
    return next(filter(anchors.__contains__, asked), None) or next(waiting, None)


def requested_subject(request):
    """The id of the subject whose row the query asks for, by the question's name."""
    for question in UPDATES:
        key = request.GET.get(question.word, "")
        if key.isascii() and key.isdecimal():
            return {question.name: int(key)}
    return None


def province_choices():
    return [(place.pk, place.name) for place in Province.objects.order_by("name")]


@dataclass(frozen=True)
class ShownRows:
    """
    How rows are shown: which is ``unfolded``, and what of them was refused.

    A refused form, ``posted`` or ``attaching``, is shown instead of an empty one of its
    kind. ``correcting`` is the anchor of a published row opened to be corrected.
    """

    provinces: list = field(default_factory=province_choices)
    unfolded: str | None = None
    posted: RowForm | None = None
    attaching: AttachForm | None = None
    correcting: str | None = None

    @property
    def status(self):
        """That of the answer which shows them."""
        if self.posted and self.posted.conflict:
            return 409
        return 422 if self.posted or self.attaching else 200

    def sections(self, sheet, whole=None):
        """The rows of each question; those not among the ``whole`` ones stay closed."""
        return [
            (
                question,
                [
                    self.of(row)
                    if whole is None or row.anchor in whole
                    else ShownRow(row, is_closed=True)
                    for row in rows
                ],
            )
            for question, rows in sheet.sections.items()
        ]

    def of(self, row):
        is_unfolded = row.anchor == self.unfolded
        corrects = row.anchor == self.correcting
        evidence = evidence_of(row, self.attaching, corrects=corrects)
        posted = self.posted
        if posted and posted.row.anchor != row.anchor:
            posted = None
        if row.may_be_corrected and (posted or evidence.form):
            form = posted or answer_form(row, provinces=self.provinces)
            if not posted:
                # Only saving it begins a correction.
                form.initial["seen_version"] = NOT_BEGUN
            form.button = _("Save the correction")
            return ShownRow(row, evidence, form, (), is_unfolded, is_correction=True)
        if not (row.is_open and row.is_in_time):
            return ShownRow(row, evidence, is_unfolded=is_unfolded)
        form, *quick = self._forms(row, posted)
        return ShownRow(row, evidence, form, tuple(quick), is_unfolded)

    def _forms(self, row, posted):
        """The full form, and those of one press where the question takes no news."""
        asked = [answer_form(row, provinces=self.provinces)]
        if row.question.takes_no_news:
            asked += [SameForm(row=row)] if row.own else []
            asked.append(no_news_form(row))
        if isinstance(posted, AnswerForm):
            posted.take_provinces(self.provinces)
        return [posted if type(each) is type(posted) else each for each in asked]


def evidence_of(row, attaching=None, *, corrects=False):
    """The evidence of a row; ``attaching`` is a form that was refused."""
    takes = row.takes_evidence and row.is_in_time
    if row.is_empty:
        form = attach_form(row) if takes else None
        return ShownEvidence(row, (), form)
    form, is_mine = None, attaching and attaching.record == row.update
    is_begun = row.may_be_corrected and (corrects or is_mine)
    if takes and (row.update.is_editable or is_begun):
        form = attaching if is_mine else attach_form(row)
    removes = form and not is_begun
    items = [
        (item, whereabouts(item), row.url("_detach", item.pk) if removes else "")
        for item in row.update.evidences.all()
    ]
    return ShownEvidence(row, tuple(items), form)


def attach_form(row, *posted):
    return AttachForm(
        *posted,
        record=row.to_write,
        action=row.url("_attach"),
        auto_id=f"{row.anchor}-evidence-%s",
    )
