"""The forms of a report on its admin page, and of the steps once it is public."""

from django.utils.translation import gettext_lazy as _

from strategic_areas.desk.review.review_screen import StepForm
from strategic_areas.desk.sheet.inputs import widgets
from strategic_areas.desk.sheet.revisions import RevisionForm, settled_pair
from strategic_areas.desk.texts import LongText
from strategic_areas.desk.victims import tell_protection
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
)
from strategic_areas.workflow import guard


class ActivityUpdateForm(RevisionForm):
    subject_model, subject = Activity, "activity"

    class Meta:
        model = ActivityUpdate
        fields = ["activity", "period", *ActivityUpdate.fields.columns(filled_in=True)]
        widgets = widgets(ActivityUpdate.fields.where(filled_in=True))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if {"execution", "percent"} <= set(self.fields):
            # A percent alone is enough, as on the sheet.
            self.fields["execution"].required = False
        if self.instance.activity_id:
            tell_protection(self.fields, self.instance.activity)

    def clean(self):
        cleaned = self.cleaned_data
        if {"execution", "percent"} <= set(cleaned):
            changed = {"execution", "percent"} & set(self.changed_data)
            percent, execution = settled_pair(
                cleaned["percent"], cleaned["execution"], changed=changed
            )
            cleaned |= {"percent": percent, "execution": execution}
            if not execution:
                text = _("State the percent, or choose the execution.")
                self.add_error("execution", text)
        return super().clean()


class CommitmentUpdateForm(RevisionForm):
    subject_model, subject = Commitment, "commitment"

    class Meta:
        model = CommitmentUpdate
        fields = [
            "commitment",
            "period",
            *CommitmentUpdate.fields.columns(filled_in=True),
        ]


class CorrectForm(StepForm):
    button = _("Write a correction")


class WithdrawForm(StepForm):
    button, css_class = _("Withdraw"), "deletelink"

    reason = LongText(
        label=_("Public reason of the withdrawal"),
        help_text=_("It stays on the public page. Name no person."),
    )

    def clean(self):
        guard.judge(self, ActivityUpdate, reason="withdrawal_reason")
        return super().clean()
