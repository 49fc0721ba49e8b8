"""The forms of a report: what the agency writes, what the reviewer decides."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from strategic_areas.desk.attaching import whereabouts
from strategic_areas.desk.revisions import ACCOUNT, RevisionForm
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
)


class ActivityUpdateForm(RevisionForm):
    subject_model, subject = Activity, "activity"

    class Meta:
        model = ActivityUpdate
        fields = [
            "activity",
            "period",
            *ACCOUNT,
            "narrative_en",
            "obstacle_en",
            "next_step_en",
            "no_news_reason_en",
        ]
        widgets = {
            "percent": forms.NumberInput(attrs={"min": 0, "max": 100}),
            "people_reached": forms.NumberInput(attrs={"min": 0}),
            "places": forms.CheckboxSelectMultiple,
        }


class CommitmentUpdateForm(RevisionForm):
    subject_model, subject = Commitment, "commitment"

    class Meta:
        model = CommitmentUpdate
        fields = [
            "commitment",
            "period",
            "result_reached",
            "statement_es",
            "statement_en",
        ]


class StepForm(forms.Form):
    """A step that carries nothing but the version that was on screen."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    button, css_class = "", ""

    def __init__(self, *args, action, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_action = action
        self.helper.form_class = "step-form"
        self.helper.add_input(Submit("step", self.button, css_class=self.css_class))


class CorrectForm(StepForm):
    button = _("Write a correction")


class EvidenceField(forms.ModelMultipleChoiceField):
    """Items to tick, each beside what it is and where to open it."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, item):
        return format_html("{}: {}", item.title, whereabouts(item))


class PublishForm(StepForm):
    """Publish, and clear for the public the evidence that was read and is clean."""

    button, css_class = _("Publish"), "default"

    evidence = EvidenceField(
        queryset=None,
        required=False,
        label=_("Evidence that the public may open"),
        help_text=_("Only what you have read and found free of personal data."),
    )

    def __init__(self, *args, record, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["evidence"].queryset = record.evidences.all()
        if not record.evidences.exists():
            del self.fields["evidence"]


class ReturnForm(StepForm):
    button = _("Return to the agency")

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        label=_("Reason of the return"),
        help_text=_("The agency reads it. Say what to mend."),
    )


class WithdrawForm(StepForm):
    button, css_class = _("Withdraw"), "deletelink"

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        label=_("Public reason of the withdrawal"),
        help_text=_("It stays on the public page. Name no person."),
    )
