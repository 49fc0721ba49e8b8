"""Views of the sheet, which is saved row by row, then checked and sent."""

from datetime import date

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from agencies import audit
from agencies.audit import record_download
from agencies.models import Agency, FocalPoint
from strategic_areas import workflow
from strategic_areas.desk.inputs import LongTextField, one_button_helper
from strategic_areas.desk.screens import render_screen, take_step, take_valid_step
from strategic_areas.desk.sheet import sheet_page
from strategic_areas.desk.sheet.contents import ReportingSheet, sheet_or_404
from strategic_areas.desk.sheet.forms import save_answer
from strategic_areas.desk.sheet.rows import (
    VALUE_STATUS_WORDS,
    next_waiting_row,
    reload_row,
    row_or_404,
)
from strategic_areas.desk.sheet.sheet_page import RequestReopeningForm
from strategic_areas.evidence import clean_ahead, discard_files_on_rollback
from strategic_areas.figures.submission import receipt_values
from strategic_areas.models import Evidence, Submission, Transition
from strategic_areas.models.measurements import ReportedValue
from strategic_areas.models.report_fields import in_words
from strategic_areas.views.files import as_attachment
from strategic_areas.views.parameters import found_or_404
from strategic_areas.workflow import guard
from strategic_areas.workflow.questions import (
    QUESTION_BY_MODEL,
    parse_tokens,
    revision_tokens,
    seen_in_receipt,
)

#: Header with which the sheet's script requests one row.
ROW_ONLY_HEADER = "X-Row-Only"


def reporting_sheet(request, period, agency):
    """Show the sheet with the next waiting row open; for the script a single row."""
    if ROW_ONLY_HEADER not in request.headers:
        sheet = sheet_or_404(request.user, period, agency)
        return sheet_page.render_sheet(request, sheet)
    subject = found_or_404(sheet_page.requested_subject(request))
    return render_row(request, row_or_404(request.user, period, agency, **subject))


@require_POST
def save_sheet_row(request, period, agency, **subject):
    row = row_or_404(request.user, period, agency, **subject)
    form = save_answer(row, request.POST, by=request.user)
    if ROW_ONLY_HEADER in request.headers:
        return render_row(request, reload_row(row), form)
    if form.errors:
        found = sheet_or_404(request.user, period, agency)
        return sheet_page.render_sheet(request, found, unfolded=row.anchor, posted=form)
    messages.success(request, _("%(code)s is saved.") % {"code": row.subject.code})
    return redirect(_next_address(row))


def render_row(request, row, form=None, sheet=None):
    posted = form if form and form.errors else None
    rows = sheet_page.ShownRows(unfolded=row.anchor if posted else None, posted=posted)
    sheet = sheet or {"may_recall": _may_recall(request.user, row)}
    context = {"shown": rows.show(row), "sheet": sheet}
    return render(request, "desk/_row_only.html", context, status=rows.status)


def _may_recall(user, row):
    if not row.may_be_recalled:
        return False
    return workflow.may_submit(user, row.agency) and row.period.accepts(row.agency)


def _next_address(row):
    if not row.question.is_owed:
        return row.page_url
    if next_row := next_waiting_row(row):
        return next_row.page_url
    return reverse("admin:sheet_check", args=[row.period.pk, row.agency.slug])


@require_safe
def download_evidence(request, token):
    if not admin.site.has_permission(request):
        raise Http404
    rows = Evidence.objects.visible_to(request.user)
    rows = rows.filter(kind=Evidence.Kind.FILE, file=token)
    item = found_or_404(rows.order_by("pk").last())
    if request.method == "GET":
        opened = audit.Event.EVIDENCE_OPENED
        record_download(request, item, agency=item.record.agency, event=opened)
    return as_attachment(item)


@require_POST
def attach_evidence(request, **keys):
    """Attach a piece of evidence; to a published report by beginning a correction."""
    row = row_or_404(request.user, **keys)
    if row.is_empty:
        messages.error(request, _("Save the row first; then attach its evidence."))
        return redirect(row.page_url)
    clean_ahead(request.FILES)
    with discard_files_on_rollback(), transaction.atomic():
        Agency.objects.select_for_update().get(pk=row.update.agency.pk)
        type(row.subject).objects.select_for_update().get(pk=row.subject.pk)
        row = reload_row(row)
        form = sheet_page.attach_form(row, request.POST, request.FILES)
        _save(form, request.user, begins_correction=row.may_be_corrected)
    is_correction = row.may_be_corrected and not form.errors
    return evidence_response(
        request,
        row,
        (
            _("%(title)s is attached to a correction: send it with the sheet.")
            if is_correction
            else _("%(title)s is attached.")
        )
        % {"title": form.instance.title},
        form,
        is_correction,
    )


def _save(form, user, *, begins_correction):
    if not form.is_valid():
        return
    try:
        if begins_correction:
            form.belong_to(workflow.begin_correction(form.record, by=user))
        else:
            workflow.open_for_evidence(form.record, by=user)
    except workflow.TransitionError as error:
        form.add_error(None, str(error))
    else:
        form.save()


@require_POST
def remove_evidence(request, item, **keys):
    row = _row_with_update(request, **keys)
    evidence = get_object_or_404(row.update.evidences, pk=item)
    try:
        with transaction.atomic():
            workflow.open_for_evidence(row.update, by=request.user)
            evidence.delete()
    except workflow.TransitionError as error:
        messages.error(request, str(error))
        return redirect(row.page_url)
    return evidence_response(
        request, row, _("%(title)s is removed.") % {"title": evidence}
    )


def _row_with_update(request, **keys):
    row = row_or_404(request.user, **keys)
    found_or_404(row.update)
    return row


def evidence_response(request, row, done, form=None, is_correction=False, sheet=None):
    refused = form if form and form.errors else None
    status = 422 if refused else 200
    if ROW_ONLY_HEADER in request.headers:
        row = sheet.row(row.question_name, row.key) if sheet else reload_row(row)
        context = {
            "evidence": sheet_page.shown_evidence(row, refused),
            "done": "" if refused else done,
            "begun": is_correction,
        }
        return render(request, "desk/_evidence.html", context, status=status)
    if refused:
        sheet = sheet or sheet_or_404(request.user, row.period.pk, row.agency.slug)
        return sheet_page.render_sheet(
            request, sheet, unfolded=row.anchor, attaching=refused
        )
    messages.success(request, done)
    return redirect(row.page_url)


@require_POST
def request_reopening(request, period, agency):
    sheet = sheet_or_404(request.user, period, agency)
    form = RequestReopeningForm(request.POST, sheet=sheet)
    if sheet.accepted_until:
        messages.info(request, _("The round takes your reports."))
    elif not take_valid_step(
        form, workflow.request_reopening, form.instance, by=request.user
    ):
        return sheet_page.render_sheet(request, sheet, refused_form=form)
    else:
        messages.success(request, _("The secretariat was asked to open it again."))
    return redirect(sheet.url)


class SeenRevisionsForm(forms.Form):
    """
    The form of a step on several revisions.

    ``seen`` names the revisions, with the versions that the screen showed.
    """

    step, button, css_class = "", "", "default"

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, action, updates=(), form_class="step-form", **kwargs):
        initial = {"seen": revision_tokens(updates)}
        kwargs |= {"initial": initial, "auto_id": f"{self.step}_%s"}
        super().__init__(*args, label_suffix="", **kwargs)
        self.helper = one_button_helper(
            form_class, self.step, self.button, css_class=self.css_class, action=action
        )

    def clean_seen(self):
        try:
            return parse_tokens(self.cleaned_data["seen"])
        except ValueError as error:
            raise forms.ValidationError(_("There is nothing to send.")) from error


class SendSheetForm(SeenRevisionsForm):
    step, button = "send", gettext_lazy("Send all for review")

    note = LongTextField(
        rows=2,
        label=gettext_lazy("Note for the secretariat, if you have one"),
        help_text=gettext_lazy(
            "The secretariat reads it next to what you send. The public never does."
        ),
        required=False,
    )
    warnings_read = forms.BooleanField(label=gettext_lazy("I have read these warnings"))

    def __init__(self, *args, sheet):
        updates = [row.update for row in sheet.sendable]
        super().__init__(
            *args, action=sheet.check_url, updates=updates, form_class="send-form"
        )
        if not sheet.rows_with_warnings:
            del self.fields["warnings_read"]

    def clean(self):
        cleaned = super().clean()
        guard.add_guard_errors(self, Transition, note="reason")
        if not self.errors and not cleaned["seen"]:
            raise forms.ValidationError(_("There is nothing to send."))
        return cleaned


def check_sheet(request, period, agency):
    sheet = sheet_or_404(request.user, period, agency)
    form = SendSheetForm(
        request.POST if request.method == "POST" else None, sheet=sheet
    )
    if form.is_valid():
        try:
            return redirect("admin:receipt", pk=_send(request.user, sheet, form).pk)
        except workflow.TransitionError as error:
            messages.error(request, str(error))
            return redirect(sheet.check_url)
    return render_screen(
        request,
        "desk/check.html",
        title=_("Check your answers"),
        sheet=sheet,
        form=form,
    )


def _send(user, sheet, form):
    seen, note = form.cleaned_data["seen"], form.cleaned_data["note"]
    for submission in sheet.submissions:
        if seen == seen_in_receipt(submission.content):
            return submission
    values = receipt_values(row.value for row in sheet.values)
    return workflow.submit_all(
        sheet.period, sheet.agency, seen, by=user, note=note, values=values
    )


@require_POST
def recall_update(request, **keys):
    row = _row_with_update(request, **keys)
    take_step(
        request,
        workflow.recall,
        row.update,
        done=_(
            "%(code)s is yours again. Its receipt stays; nothing counts as sent "
            "until you send it again."
        )
        % {"code": row.subject.code},
    )
    return redirect(row.page_url)


def receipt_detail(request, pk):
    rows = Submission.objects.filter(
        agency__in=FocalPoint.objects.agencies_of(request.user)
    )
    receipt = get_object_or_404(
        rows.select_related("agency", "period__plan", "by"), pk=pk
    )
    sheet = ReportingSheet(receipt.period, receipt.agency)
    return render_receipt(request, receipt, sheet)


def render_receipt(request, receipt, sheet):
    return render_screen(
        request,
        "desk/receipt.html",
        title=" ".join([_("Receipt"), receipt.reference]),
        sheet=sheet,
        receipt=receipt,
        answers_by_question=[
            (question, _submitted_answers(receipt, question))
            for question in QUESTION_BY_MODEL.values()
        ],
        values=_submitted_values(receipt, request.user),
    )


def _submitted_values(receipt, user):
    values = receipt.content.get("values", [])
    keys = {each["value"] for each in values if "value" in each}
    numbers = ReportedValue.objects.visible_to(user).in_bulk(keys)
    return [
        {
            "code": each["indicator"],
            "title": each["title"],
            "word": VALUE_STATUS_WORDS[each["standing"]],
            "day": date.fromisoformat(day) if (day := each["handed_in_on"]) else None,
            "reported": numbers.get(each.get("value")),
            "sha256": each.get("sha256"),
        }
        for each in values
    ]


def _submitted_answers(receipt, question):
    fields = question.model.fields.where(receipt=True)
    return [
        {
            "code": answer[question.name],
            "title": answer["title"],
            "answers": in_words(fields, answer),
            "evidence": answer["evidence"],
        }
        for answer in receipt.content.get(question.receipt_key, [])
    ]
