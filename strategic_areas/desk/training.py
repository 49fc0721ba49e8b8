"""
Guides for newcomers, one page for each role, and a practice sheet.

The practice sheet is about an invented plan and lives in the session only. It uses the
rows, forms and checks of real sheets. Each request rebuilds its records from posted
data; none is ever saved, so none can become public.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from agencies.models import Agency
from strategic_areas.desk.screens import render_screen
from strategic_areas.desk.sheet import contents, forms, rows, sheet_page, views
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    AnswerKind,
    Evidence,
    Plan,
    Province,
    ReportingPeriod,
    RevisionStatus,
    Transition,
)
from strategic_areas.workflow import questions, steps

SESSION_KEY = "practice"
#: Above the id of any stored record.
UNSAVED_ID = 10**15
#: Code, last percent, title, unit of continuing work, last report.
PRACTICE_ACTIVITIES = (
    ("P.1.a", 30, _("Reading rooms in three districts"), "", _("One room is open.")),
    ("P.1.b", 40, _("Catalogue on the internet"), "", _("It has 900 titles.")),
    ("P.1.c", None, _("Story hours for children"), _("story hours"), ""),
)
#: Title and explanation of each step.
PRACTICE_STEPS = (
    (
        _("Answer a row"),
        _("Open P.1.a, write what was done and how far it is, and save."),
    ),
    (
        _("Say that there is no news"),
        _("Open P.1.b, write why, and press “No news, for this reason”."),
    ),
    (
        _("Send all"),
        _("Press “Check and send all”, read, and send."),
    ),
    (
        _("Correct what is returned"),
        _("One row is returned with a reason: correct it, save and send it again."),
    ),
)


@require_safe
def guide(request, role):
    if role not in {"punto-focal", "coordinacion", "administracion"}:
        raise Http404
    return render(request, f"guides/{role}.html")


class PracticeRow(rows.AnswerRow):
    sheet_url = property(lambda row: reverse("admin:practice"))
    key = property(lambda row: row.subject.pk - UNSAVED_ID)

    def url(self, action="", *evidence_key):
        """Return "" for the removal of evidence: a practice does not offer it."""
        return (
            ""
            if evidence_key
            else reverse(f"admin:practice_row{action}", args=[self.key])
        )


@dataclass(frozen=True)
class PracticeSheet(contents.ReportingSheet):
    answers: tuple = ()

    # Empty, since a practice sheet has none of these.
    keys = submissions = proposals = values = workbook_url = may_recall = ()
    url, check_url = (
        contents.sheet_url("practice"),
        contents.sheet_url("practice_check"),
    )
    sections = property(lambda sheet: {questions.REPORT: sheet.answers})

    @property
    def steps(self):
        """Triples of the title of a step, how to do it, and whether it is done."""
        answers = {row.update.answer for row in self.asked_rows if row.update}
        # The first sending returns a row.
        returned_rows = [row for row in self.asked_rows if row.return_step]
        done = (
            answers - {AnswerKind.NO_NEWS},
            AnswerKind.NO_NEWS in answers,
            returned_rows,
            any(row.is_sent for row in returned_rows),
        )
        return [
            (*step, bool(each)) for step, each in zip(PRACTICE_STEPS, done, strict=True)
        ]


def _sheet(request):
    today, plan = timezone.localdate(), Plan(pk=UNSAVED_ID, code=str(_("Libraries")))
    period = ReportingPeriod(
        pk=UNSAVED_ID,
        plan=plan,
        code="P",
        opens_on=today,
        due_on=today + timedelta(10),
        closes_on=today + timedelta(20),
        name_es=str(_("Practice")),
        name_en=str(_("Practice")),
    )
    agency = Agency(
        pk=UNSAVED_ID,
        acronym="BIB",
        name_es=str(_("A library that does not exist")),
        name_en=str(_("A library that does not exist")),
    )
    answers = []
    for number, (code, percent, *texts) in enumerate(PRACTICE_ACTIVITIES, 1):
        title, unit, text = map(str, texts)
        subject = Activity(
            pk=UNSAVED_ID + number,
            plan=plan,
            agency=agency,
            code=code,
            kind=Activity.Kind.CONTINUING if unit else Activity.Kind.ONE_OFF,
            counts_victims=False,
            reaches_victims=False,
            title_es=title,
            title_en=title,
            unit_es=unit,
            unit_en=unit,
        )
        last = percent and ActivityUpdate(
            activity=subject,
            period=ReportingPeriod(name_es=str(_("Before")), name_en=str(_("Before"))),
            agency=agency,
            execution="in_progress",
            percent=percent,
            narrative_es=text,
            narrative_en=text,
        )
        row = PracticeRow(questions.REPORT, subject, period, last=last, own_last=last)
        answers.append(_with_answer(row, _stored_row(request, number)))
    return PracticeSheet(period, agency, may_submit=True, answers=tuple(answers))


def _with_answer(row, stored):
    form = forms.answer_form(row, row.blank_revision(), QueryDict(stored["posted"]))
    if not (stored["posted"] and form.is_valid()):
        return row
    update = form.instance
    update.pk, update.status = row.subject.pk, stored["status"]
    update.changed_at = datetime.fromisoformat(stored["at"])
    update._prefetched_objects_cache = {
        "places": form.cleaned_data.get("places", Province.objects.none()),
        "evidences": [Evidence(pk=pk, **e) for pk, e in enumerate(stored["evidence"])],
    }
    return_step = Transition(
        at=datetime.fromisoformat(stored["returned"] or stored["at"]),
        reason=_(
            "Say it so that it is understood by somebody who was never in the library: "
            "how much, where and since when."
        ),
    )
    return replace(
        row, update=update, return_step=return_step if stored["returned"] else None
    )


def _stored_row(request, number):
    empty = {
        "posted": "",
        "evidence": [],
        "returned": None,
        "status": RevisionStatus.DRAFT,
    }
    return empty | request.session.get(SESSION_KEY, {}).get(str(number), {})


def _store_row(request, number, **values):
    row = _stored_row(request, number) | {"at": timezone.now().isoformat()} | values
    request.session[SESSION_KEY] = request.session.get(SESSION_KEY, {}) | {
        str(number): row
    }


def _row(request, number):
    row = _sheet(request).row(questions.REPORT.name, number)
    if row is None or not row.is_open:
        raise Http404
    return row


@require_safe
def practice(request):
    return sheet_page.render_sheet(request, _sheet(request))


@require_POST
def save_practice_row(request, number):
    row = _row(request, number)
    form = forms.answer_form(row, row.revision_to_edit, request.POST)
    if form.is_valid():
        data, cleaned = request.POST.copy(), form.cleaned_data
        # Validation may have adjusted one of the two to the other.
        for name in {"percent", "execution"} & cleaned.keys():
            data[name] = "" if cleaned[name] is None else cleaned[name]
        _store_row(request, number, posted=data.urlencode())
    sheet = _sheet(request)
    if views.ROW_ONLY_HEADER in request.headers:
        return views.render_row(
            request, sheet.row(row.question_name, number), form, sheet
        )
    if form.errors:
        return sheet_page.render_sheet(request, sheet, unfolded=row.anchor, posted=form)
    return redirect(
        "admin:practice" if sheet.unanswered_reports else "admin:practice_check"
    )


@require_POST
def attach_practice_evidence(request, number):
    """Check a piece of evidence as on a real sheet, without storing the file."""
    row = _row(request, number)
    form = sheet_page.attach_form(row, request.POST, request.FILES)
    if form.is_valid():
        item = {
            **{name: form.cleaned_data[name] for name in form.Meta.fields},
            "kind": form.instance.kind,
            "original_name": getattr(form.cleaned_file, "name", ""),
        }
        _store_row(
            request, number, evidence=[*_stored_row(request, number)["evidence"], item]
        )
    return views.evidence_response(
        request, row, _("It is attached."), form, sheet=_sheet(request)
    )


def check_practice(request):
    """
    Show the page from which the sheet is sent, then the receipt.

    The first sending marks one row as returned by the secretariat, to be corrected.
    """
    sheet = _sheet(request)
    form = views.SendSheetForm(request.POST or None, sheet=sheet)
    if not (sheet.sendable and form.is_valid()):
        return render_screen(
            request,
            "desk/check.html",
            title=_("Check your answers"),
            sheet=sheet,
            form=form,
        )
    receipt = steps.build_receipt(
        sheet.period,
        sheet.agency,
        1,
        [row.update for row in sheet.sendable],
        request.user,
        form.cleaned_data["note"],
    )
    for row in sheet.sendable:
        _store_row(request, row.key, status=RevisionStatus.SUBMITTED)
    if not any(row.return_step for row in sheet.asked_rows):
        first = min(
            sheet.sendable, key=lambda row: row.update.answer == AnswerKind.NO_NEWS
        )
        at = timezone.now().isoformat()
        _store_row(
            request, first.key, status=RevisionStatus.RETURNED, returned=at, at=at
        )
    return views.render_receipt(request, receipt, _sheet(request))


@require_POST
def delete_practice(request):
    request.session.pop(SESSION_KEY, None)
    messages.success(request, _("Your practice is deleted."))
    return redirect("admin:index")
