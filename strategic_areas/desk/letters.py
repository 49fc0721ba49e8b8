"""Letters of agencies: their list, transcription, and the agency's confirmation."""

from dataclasses import dataclass, replace
from operator import attrgetter

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from agencies import audit
from agencies.access import require_reviewer
from agencies.audit import record_download
from agencies.mail import focal_points_of, mail_person
from agencies.models import Agency
from strategic_areas import evidence, workflow
from strategic_areas.desk.inputs import (
    PRINTED_LABEL,
    AnonymityField,
    DocumentField,
    LongTextField,
    PrintedByField,
    one_button_helper,
)
from strategic_areas.desk.review.review_queue import queue_item
from strategic_areas.desk.screens import render_screen, take_step
from strategic_areas.desk.sheet import sheet_page
from strategic_areas.desk.sheet.contents import ReportingSheet
from strategic_areas.desk.sheet.forms import save_answer
from strategic_areas.desk.sheet.rows import read_rows, return_steps_of
from strategic_areas.desk.sheet.views import SeenRevisionsForm
from strategic_areas.models import (
    Letter,
    ReportingPeriod,
    RevisionStatus,
    Transition,
)
from strategic_areas.views.files import as_attachment
from strategic_areas.views.parameters import found_or_404
from strategic_areas.workflow import guard
from strategic_areas.workflow.questions import QUESTION_BY_MODEL, UPDATE_QUESTIONS


class LetterForm(forms.ModelForm):
    upload = DocumentField(
        label=gettext_lazy("The letter itself"),
        readers=gettext_lazy("Only the secretariat and the agency read it."),
    )

    class Meta:
        model = Letter
        fields = ["agency", "period", "kind", "reference", "dated_on", "received_on"]
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            for name in ("dated_on", "received_on")
        }

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        rounds = (
            ReportingPeriod.objects.visible_to(user)
            .filter(mode="round")
            .select_related("plan")
            .order_by("-ends_on", "-pk")
        )
        self.fields["period"].queryset = rounds
        self.fields["period"].label_from_instance = attrgetter("name_with_plan")
        self.fields["agency"].queryset = Agency.objects.order_by("acronym")
        self.cleaned_file = None
        self.helper = one_button_helper("step-form", "save", gettext_lazy("Record it"))

    def clean_reference(self):
        for reason in guard.blocking_messages(self.cleaned_data["reference"]):
            raise ValidationError(reason)
        return self.cleaned_data["reference"]

    def clean_upload(self):
        self.cleaned_file = self.cleaned_data["upload"]
        return self.cleaned_file


class SendLetterForm(SeenRevisionsForm):
    step, button = "send", gettext_lazy("Hand over and ask the agency to confirm")

    warnings_read = forms.BooleanField(label=gettext_lazy("I have read these warnings"))
    is_printed = forms.BooleanField(label=PRINTED_LABEL)
    printed_by = PrintedByField()

    def __init__(self, *args, warnings, **kwargs):
        super().__init__(*args, **kwargs)
        counts = [each for each in warnings if each.is_count]
        if len(counts) == len(warnings):
            del self.fields["warnings_read"]
        PrintedByField.remove_unless_needed(self, counts)


class ConfirmTranscriptionForm(SeenRevisionsForm):
    step, button = "confirm", gettext_lazy("Yes, this is what we reported: publish it")

    checked = AnonymityField()

    def __init__(self, *args, examined, **kwargs):
        super().__init__(*args, **kwargs)
        AnonymityField.remove_unless_needed(self, examined)


class ContestTranscriptionForm(SeenRevisionsForm):
    step, button = "contest", gettext_lazy("This is not what we said: send it back")
    css_class = ""

    reason = LongTextField(
        label=gettext_lazy("What is not as you reported it"),
        help_text=gettext_lazy("The secretariat reads it. Name no person."),
    )

    def clean(self):
        guard.add_guard_errors(self, Transition, reason="reason")
        return super().clean()


LETTERS_SHOWN = 100
#: Query parameter for a letter's picture within a page; also the session's key for the
#: letters shown so.
INLINE_PARAMETER = "mostrada"


def _letter_or_404(request, pk):
    require_reviewer(request)
    rows = Letter.objects.select_related("agency", "period__plan", "recorded_by")
    return get_object_or_404(rows, pk=pk)


@require_safe
def letter_list(request):
    require_reviewer(request)
    letters = Letter.objects.with_counts().select_related("agency", "period")
    return render_screen(
        request,
        "desk/letters.html",
        title=_("Letters of agencies"),
        letters=letters[:LETTERS_SHOWN],
    )


def letter_new(request):
    require_reviewer(request)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = LetterForm(*posted, user=request.user, initial=request.GET.dict())
    if form.is_valid():
        letter = form.save(commit=False)
        letter.recorded_by = request.user
        with evidence.discard_files_on_rollback(), transaction.atomic():
            evidence.write_file(letter, form.cleaned_file)
            letter.save()
            audit.record_event(
                audit.Event.LETTER_RECORDED,
                request=request,
                obj=letter,
                agency=letter.agency,
            )
        return redirect("admin:letter", pk=letter.pk)
    return render_screen(
        request,
        "desk/letter_new.html",
        title=_("Record a letter"),
        form=form,
    )


@require_safe
def letter_sheet(request, pk):
    return _page(request, _letter_or_404(request, pk))


def _page(request, letter, unfolded=None, posted=None, refused_form=None):
    sheet = read_letter_sheet(letter)
    unfolded = unfolded or sheet_page.unfolded_row(request, sheet)
    shown = sheet_page.ShownRows(unfolded=unfolded, posted=posted)
    return render_screen(
        request,
        "desk/letter.html",
        status=422 if refused_form else shown.status,
        title=str(letter),
        letter=letter,
        sheet=sheet,
        sections=shown.sections(sheet),
        form=refused_form or _send_form(sheet),
        contested=_contested(letter),
    )


def _send_form(sheet, *posted):
    return SendLetterForm(
        *posted,
        updates=[row.update for row in sheet.sendable],
        action=reverse("admin:letter_send", args=[sheet.letter.pk]),
        warnings=[each for row in sheet.rows_with_warnings for each in row.warnings],
    )


def _contested(letter):
    contested = []
    for question in QUESTION_BY_MODEL.values():
        returned = question.model.objects.filter(
            letter=letter, status=RevisionStatus.RETURNED
        )
        returned = {row.pk: row for row in returned.select_related(question.name)}
        steps = return_steps_of(returned)
        contested += [(row.subject.code, steps[pk]) for pk, row in returned.items()]
    return contested


@require_POST
def save_letter_row(request, pk, **subject):
    letter = _letter_or_404(request, pk)
    sheet = read_letter_sheet(letter)
    ((name, key),) = subject.items()
    row = found_or_404(sheet.row(name, key))
    form = save_answer(row, request.POST, by=request.user)
    if form.errors:
        return _page(request, letter, row.anchor, posted=form)
    messages.success(request, _("%(code)s is saved.") % {"code": row.subject.code})
    following = sheet.next_waiting_row(row)
    return redirect(following.page_url if following else f"{sheet.url}#send")


@require_POST
def send_letter(request, pk):
    letter = _letter_or_404(request, pk)
    form = _send_form(read_letter_sheet(letter), request.POST)
    if not form.is_valid():
        return _page(request, letter, refused_form=form)
    try:
        with transaction.atomic():
            names = form.cleaned_data.keys() & {"seen", "printed_by"}
            cleaned = {name: form.cleaned_data[name] for name in names}
            workflow.submit_letter(letter, **cleaned, by=request.user)
            notify_agency(letter, by=request.user)
    except workflow.TransitionError as error:
        messages.error(request, str(error))
        return redirect("admin:letter", pk=letter.pk)
    messages.success(request, _("Handed over. The agency is asked to confirm it."))
    return redirect("admin:letters")


def notify_agency(letter, *, by):
    path = reverse("admin:letter_confirm", args=[letter.pk])
    for person in focal_points_of(letter.agency).exclude(pk=by.pk):
        mail_person(
            person,
            "letter",
            gettext_lazy("Please confirm what was transcribed from your letter"),
            letter=letter,
            person=person,
            address=f"{settings.SITE_URL}{path}",
        )


@require_safe
def download_letter(request, pk):
    letter = get_object_or_404(
        Letter.objects.visible_to(request.user).exclude(file=""), pk=pk
    )
    if request.method == "GET" and not _was_shown(request, letter):
        record_download(request, letter, agency=letter.agency, kind="letter")
        _remember_shown(request, letter)
    return as_attachment(letter)


def _was_shown(request, letter):
    """
    Whether a page of this session has shown the picture before, which is audited once.
    """
    return INLINE_PARAMETER in request.GET and letter.pk in request.session.get(
        INLINE_PARAMETER, []
    )


def _remember_shown(request, letter):
    shown = request.session.get(INLINE_PARAMETER, [])
    request.session[INLINE_PARAMETER] = sorted({*shown, letter.pk})


@dataclass(frozen=True)
class LetterSheet(ReportingSheet):
    """
    The rows that can be transcribed from a letter.

    The agency itself writes on the subjects ``written_by_agency``.
    """

    letter: Letter | None = None
    #: A transcription can be submitted at any time.
    is_closed = False

    @cached_property
    def _rows(self):
        return {
            question: read_rows(
                question, self.period, self.agency, with_transcribed=True
            )
            for question in UPDATE_QUESTIONS
            if question.letter_instruction
        }

    @cached_property
    def sections(self):
        return {
            question: [
                replace(row, letter=self.letter)
                for row in rows
                if may_be_transcribed(row.update, self.letter)
            ]
            for question, rows in self._rows.items()
        }

    @property
    def written_by_agency(self):
        return [
            row.subject
            for rows in self._rows.values()
            for row in rows
            if not may_be_transcribed(row.update, self.letter)
        ]

    @property
    def url(self):
        return reverse("admin:letter", args=[self.letter.pk])

    def next_waiting_row(self, row):
        """Return the next owed row without an answer, or None; wraps around."""
        if not row.question.is_owed:
            return None
        index = self.asked_rows.index(row)
        after = [*self.asked_rows[index + 1 :], *self.asked_rows[:index]]
        return next((row for row in after if row.needs_answer), None)


def read_letter_sheet(letter):
    return LetterSheet(letter.period, letter.agency, letter=letter)


def may_be_transcribed(update, letter):
    """Whether the current report, if there is one, was transcribed from this letter."""
    return (
        update is None
        or update.status == RevisionStatus.WITHDRAWN
        or update.letter_id == letter.pk
    )


def letters_to_confirm(user):
    letters = Letter.objects.of_agencies(user).to_confirm()
    return list(letters.select_related("agency", "period"))


def _own_letter_or_404(request, pk):
    letters = Letter.objects.of_agencies(request.user)
    return get_object_or_404(letters.select_related("agency", "period__plan"), pk=pk)


def _waiting_items(letter, user):
    known = guard.known_words()
    return [
        queue_item(user, row, known)
        for question in QUESTION_BY_MODEL.values()
        for row in question.model.objects.filter(
            letter=letter, status=RevisionStatus.SUBMITTED
        )
        .select_related(question.name, "period")
        .order_by(f"{question.name}__sort_code", "pk")
    ]


@require_safe
def confirm_letter_page(request, pk):
    return _show_confirmation(request, _own_letter_or_404(request, pk))


def _show_confirmation(request, letter, *, confirm=None, contest=None, status=200):
    items = _waiting_items(letter, request.user)
    rows = [item.record for item in items]
    examined = guard.merge_examinations(item.examined for item in items)
    has_part = any(item.needs_another_person for item in items)
    return render_screen(
        request,
        "desk/letter_confirm.html",
        status=status,
        title=_("Confirm what was transcribed"),
        letter=letter,
        items=items,
        wrote=has_part,
        may_confirm=workflow.may_submit(request.user, letter.agency) and not has_part,
        confirm=None
        if examined.blocks
        else confirm
        or _step_form(
            ConfirmTranscriptionForm,
            "letter_confirmed",
            letter,
            rows,
            examined=examined,
        ),
        contest=contest
        or _step_form(ContestTranscriptionForm, "letter_contested", letter, rows),
    )


def _step_form(form_class, name, letter, rows, *posted, **kwargs):
    return form_class(
        *posted,
        updates=rows,
        action=reverse(f"admin:{name}", args=[letter.pk]),
        **kwargs,
    )


@require_POST
def confirm_letter(request, pk):
    letter = _own_letter_or_404(request, pk)
    items = _waiting_items(letter, request.user)
    examined = guard.merge_examinations(item.examined for item in items)
    form = _step_form(
        ConfirmTranscriptionForm,
        "letter_confirmed",
        letter,
        (),
        request.POST,
        examined=examined,
    )
    if examined.blocks or "checked" in form.errors:
        return _show_confirmation(request, letter, confirm=form, status=422)
    return _decide(
        request,
        letter,
        form,
        workflow.confirm_letter,
        _("Confirmed and published. Thank you."),
    )


@require_POST
def contest_letter(request, pk):
    letter = _own_letter_or_404(request, pk)
    form = _step_form(
        ContestTranscriptionForm, "letter_contested", letter, (), request.POST
    )
    if "reason" in form.errors:
        return _show_confirmation(request, letter, contest=form, status=422)
    return _decide(
        request,
        letter,
        form,
        workflow.contest_letter,
        _("Sent back to the secretariat. You may write your own report too."),
    )


def _decide(request, letter, form, step, done):
    # An unreadable ``seen`` names no revisions, which the workflow refuses.
    form.full_clean()
    cleaned = {name: x for name, x in form.cleaned_data.items() if name != "checked"}
    if take_step(request, step, letter, done=done, **{"seen": {}, **cleaned}):
        return redirect("admin:index")
    return redirect("admin:letter_confirm", pk=letter.pk)
