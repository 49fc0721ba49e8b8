"""The forms of a report: what the agency writes, what the reviewer decides."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from strategic_areas.admin.evidence import whereabouts
from strategic_areas.models import (
    OPEN,
    Activity,
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
    Status,
)


class RevisionForm(forms.ModelForm):
    """
    A draft or returned revision of a report.

    ``seen_version`` is what stood on the person's screen. When somebody saved in the
    meantime the form is not saved: it keeps her text, shows the other's in
    ``conflict``, and takes her next press as an answer to both.
    """

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    #: The model and field of what is reported on.
    subject_model, subject = None, ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.conflict = None
        self._name_languages()
        if self.instance.pk:
            self.initial["seen_version"] = self.instance.version

    def _name_languages(self):
        """Spanish is the form's own language; only English needs to be named."""
        for name, field in self.fields.items():
            base, _underscore, language = name.rpartition("_")
            if language not in {"es", "en"}:
                continue
            label = capfirst(self._meta.model._meta.get_field(base).verbose_name)
            field.label = (
                label
                if language == "es"
                else _now("%(label)s, in English") % {"label": label}
            )

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk:
            self._refuse_stale()
        elif cleaned.get(self.subject) and cleaned.get("period"):
            self._refuse_second(cleaned[self.subject], cleaned["period"])
        return cleaned

    def _refuse_stale(self):
        """Lock the row until the end of the request and compare versions."""
        rows = type(self.instance).objects.select_for_update()
        stored = rows.get(pk=self.instance.pk)
        if stored.version == self.cleaned_data.get("seen_version"):
            return
        self.conflict = stored
        self.data = self.data.copy()
        self.data[self.add_prefix("seen_version")] = stored.version
        raise forms.ValidationError(
            _(
                "Somebody saved this report while you were writing. Nothing of yours "
                "is lost: it is below, and what stands saved now is beside it. Put "
                "together what belongs in, and save again."
            ),
            code="conflict",
        )

    def _refuse_second(self, subject, period):
        """One open revision per subject and period; locked against a second save."""
        self.subject_model.objects.select_for_update().get(pk=subject.pk)
        rows = type(self.instance).objects.filter(
            **{self.subject: subject}, period=period
        )
        if rows.filter(status__in=OPEN).exists():
            raise forms.ValidationError(
                _(
                    "A report of this for the period is already being worked on. Open "
                    "it from the list instead of writing a second one."
                )
            )
        if rows.filter(status=Status.PUBLISHED).exists():
            raise forms.ValidationError(
                _("A report of this is published for the period. Open it and correct.")
            )


class ActivityUpdateForm(RevisionForm):
    subject_model, subject = Activity, "activity"

    class Meta:
        model = ActivityUpdate
        fields = [
            "activity",
            "period",
            "execution",
            "percent",
            "quantity",
            "narrative_es",
            "obstacle_es",
            "next_step_es",
            "people_reached",
            "narrative_en",
            "obstacle_en",
            "next_step_en",
        ]
        widgets = {
            "percent": forms.NumberInput(attrs={"min": 0, "max": 100}),
            "people_reached": forms.NumberInput(attrs={"min": 0}),
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
