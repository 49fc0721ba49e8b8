"""Checking all answers of a sheet, sending them, the receipt, and taking one back."""

from datetime import date

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from agencies.models import FocalPoint
from strategic_areas import workflow
from strategic_areas.desk.inputs import LongText, one_button
from strategic_areas.desk.screens import screen, take_step
from strategic_areas.desk.sheet.pages import row_or_404, sheet_or_404
from strategic_areas.desk.sheet.rows import WORDS
from strategic_areas.models import (
    ActivityUpdate,
    CommitmentUpdate,
    Submission,
    Transition,
)
from strategic_areas.models.report_fields import in_words
from strategic_areas.workflow import guard


class VersionsForm(forms.Form):
    """Carries the versions that were on the screen, each as id:version."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    declared = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_seen(self):
        return versions(self.cleaned_data["seen"])

    def clean_declared(self):
        return versions(self.cleaned_data["declared"])


class SendForm(VersionsForm):
    note = LongText(
        rows=2,
        label=_("Note for the secretariat, if you have one"),
        help_text=_("It reads it beside what you send. The public never does."),
        required=False,
    )
    warnings_read = forms.BooleanField(label=_("I have read these warnings"))

    def __init__(self, *args, action, has_warnings, **kwargs):
        kwargs["label_suffix"] = ""
        super().__init__(*args, **kwargs)
        if not has_warnings:
            del self.fields["warnings_read"]
        self.helper = one_button(
            "send-form", "send", _("Send all for review"), action=action
        )

    def clean(self):
        cleaned = super().clean()
        guard.judge(self, Transition, note="reason")
        if not self.errors and not (cleaned["seen"] or cleaned["declared"]):
            raise forms.ValidationError(_("There is nothing to send."))
        return cleaned


def versions(text):
    """A dict of id → version; ``ValidationError`` for a text of another form."""
    try:
        pairs = (pair.split(":") for pair in text.split(",") if text)
        return {int(pk): int(version) for pk, version in pairs}
    except ValueError as error:
        raise forms.ValidationError(_("There is nothing to send.")) from error


def check(request, period, agency):
    found = sheet_or_404(request, period, agency)
    form = _send_form(found, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            return redirect("admin:receipt", pk=_send(request.user, found, form).pk)
        except workflow.TransitionError as error:
            messages.error(request, str(error))
            return redirect(found.check_url)
    return screen(
        request,
        "desk/check.html",
        sheet=found,
        form=form,
    )


def _send_form(found, data):
    return SendForm(
        data,
        action=found.check_url,
        has_warnings=bool(found.warned),
        initial={
            "seen": _shown_versions(found.ready),
            "declared": _shown_versions(found.declared),
        },
    )


def _shown_versions(rows):
    return ",".join(f"{row.update.pk}:{row.update.version}" for row in rows)


def _send(user, found, form):
    """Send, and return the receipt; the same one where the form is posted twice."""
    seen, declared = form.cleaned_data["seen"], form.cleaned_data["declared"]
    for submission in found.submissions:
        if (seen, declared) == (
            _sent_versions(submission, "reports", "update"),
            _sent_versions(submission, "declarations", "declaration"),
        ):
            return submission
    return workflow.submit_all(
        found.period,
        found.agency,
        seen,
        declared=declared,
        by=user,
        note=form.cleaned_data["note"],
    )


def _sent_versions(submission, part, name):
    """Id → version of a receipt's contents; older receipts hold no declarations."""
    return {sent[name]: sent["version"] for sent in submission.content.get(part, [])}


@require_POST
def recall(request, period, agency, **subject):
    row = row_or_404(request, period, agency, **subject)
    if row.update is None:
        raise Http404
    done = gettext(
        "%(code)s is yours again. Its receipt stays; nothing counts as sent until "
        "you send it anew."
    )
    done %= {"code": row.subject.code}
    take_step(request, workflow.recall, row.update, done=done)
    return redirect(row.page_url)


def receipt(request, pk):
    agencies = FocalPoint.objects.agencies_of(request.user)
    kept = get_object_or_404(
        Submission.objects.filter(agency__in=agencies).select_related(
            "agency", "period__plan", "by"
        ),
        pk=pk,
    )
    return screen(
        request,
        "desk/receipt.html",
        kept=kept,
        reports=_as_sent(kept, "reports", ActivityUpdate),
        declarations=_as_sent(kept, "declarations", CommitmentUpdate),
        values=_values(kept),
    )


def _values(submission):
    return [
        {
            "code": told["indicator"],
            "title": told["title"],
            "word": WORDS[told["standing"]],
            "day": date.fromisoformat(day) if (day := told["handed_in_on"]) else None,
        }
        for told in submission.content.get("values", [])
    ]


def _as_sent(submission, part, model):
    fields = model.fields.where(receipt=True)
    return [
        {
            "code": sent[model.subject_field],
            "title": sent["title"],
            "said": in_words(fields, sent),
            "evidence": sent["evidence"],
        }
        for sent in submission.content.get(part, [])
    ]
