"""The act that changes an approved plan, and the forms of approved records."""

from django import forms
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from agencies.access import require_reviewer
from agencies.audit import record_download
from agencies.edit_conflicts import EditConflictForm
from strategic_areas import evidence, workflow
from strategic_areas.desk.inputs import DocumentField, limit_length
from strategic_areas.desk.screens import refusals_shown_on, text_with_change_link
from strategic_areas.models import Amendment
from strategic_areas.plan_document import records
from strategic_areas.views.files import as_attachment
from strategic_areas.workflow.guard import blocked_texts

CHANGE_WAITS = _("A change of this waits for approval; nothing of yours was kept.")
DATE_INPUT = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class GuardedModelForm(forms.ModelForm):
    """Refuses personal data in the fields that ``typed_names`` returns."""

    def clean(self):
        cleaned = super().clean()
        typed = {name: cleaned[name] for name in self.typed_names() if name in cleaned}
        for name, reason in blocked_texts(self._meta.model, typed).items():
            self.add_error(name, reason)
        return cleaned

    def typed_names(self):
        return set(self.changed_data) - {"seen_state"}


class ProposeAmendmentForm(GuardedModelForm):
    """Proposes changes of a plan's records, with the deciding act if one is needed."""

    upload = DocumentField(
        label=_("The act itself"),
        required=False,
        readers=_("Only the secretariat reads it."),
    )

    class Meta:
        model = Amendment
        # ``act`` is the kind of the deciding act, ``deciding_act`` its number.
        fields = [
            *("act", "deciding_act_es", "deciding_act_en", "decided_on"),
            *("reason_es", "reason_en"),
        ]
        widgets = {
            "decided_on": DATE_INPUT,
            "reason_es": forms.Textarea(attrs={"rows": 3}),
            "reason_en": forms.Textarea(attrs={"rows": 3, "lang": "en"}),
        }

    def __init__(self, *args, plan, records_to_save, **kwargs):
        super().__init__(
            *args, instance=Amendment(plan=plan), label_suffix="", **kwargs
        )
        self.records_to_save = records_to_save
        for name in ("act", "deciding_act_es", "reason_es"):
            self.fields[name].required = True
        limit_length(self.fields["reason_es"], self.fields["reason_en"])
        self.fields["reason_es"].help_text = _("The public reads it. Name no person.")
        if not records.needs_act(records_to_save):
            for name in (*self._meta.fields, "upload"):
                del self.fields[name]

    def typed_names(self):
        return self._meta.fields

    def validate_constraints(self):
        """Do nothing: the workflow validates, as it knows the amendment's kind."""

    def propose(self, *, by):
        """Propose the records; return the change, or None if the form has an error."""
        amendment = self.instance if "act" in self.fields else None
        with (
            refusals_shown_on(self, pending_text=CHANGE_WAITS),
            evidence.discard_files_on_rollback(),
        ):
            if upload := self.cleaned_data.get("upload"):
                evidence.write_file(amendment, upload)
            return records.propose_records(
                self.records_to_save, by=by, amendment=amendment
            )
        return None


class GuardedRecordForm(GuardedModelForm, EditConflictForm):
    """The form of a public record that one person may save, such as a round."""


class NeedsApprovalForm(GuardedRecordForm):
    """Also refuses a change while another change of the record waits for approval."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Initial values come from the record, not from hidden inputs.
        for field in self.fields.values():
            field.show_hidden_initial = False

    def clean(self):
        cleaned = super().clean()
        # ``EditConflictForm`` has locked the record, so no proposal comes in between.
        if self.instance.pk and (change := workflow.waiting_change(self.instance)):
            raise forms.ValidationError(
                text_with_change_link(change, CHANGE_WAITS), code="waits"
            )
        return cleaned


@require_safe
def act_file(request, pk):
    require_reviewer(request)
    amendment = get_object_or_404(Amendment.objects.exclude(file=""), pk=pk)
    if request.method == "GET":
        record_download(request, amendment, agency=None, kind="act")
    return as_attachment(amendment)
