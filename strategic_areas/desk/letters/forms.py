"""The forms of a letter: recording, handing over, confirming and contesting it."""

from operator import attrgetter

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from strategic_areas import evidence
from strategic_areas.desk.inputs import DocumentField, LongText
from strategic_areas.desk.sheet.sending import VersionsForm
from strategic_areas.models import (
    CommitmentUpdate,
    Letter,
    ReportingPeriod,
    Transition,
)
from strategic_areas.workflow import guard


def posting(css_class, action=""):
    helper = FormHelper()
    helper.form_class = css_class
    helper.form_action = action
    return helper


class LetterForm(forms.ModelForm):
    """A letter as it came, with its file."""

    upload = DocumentField(
        label=_("The letter itself"),
        readers=_("Only the secretariat and the agency read it."),
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
        rounds = ReportingPeriod.objects.visible_to(user).filter(mode="round")
        rounds = rounds.select_related("plan").order_by("-ends_on", "-pk")
        self.fields["period"].queryset = rounds
        self.fields["period"].label_from_instance = attrgetter("with_plan")
        self.fields["agency"].queryset = Agency.objects.order_by("acronym")
        self.clean_file = None
        self.helper = posting("step-form")
        self.helper.add_input(Submit("save", _("Record it"), css_class="default"))

    def clean_reference(self):
        for reason in guard.refusals(self.cleaned_data["reference"]):
            raise ValidationError(reason)
        return self.cleaned_data["reference"]

    def clean_upload(self):
        upload = self.cleaned_data["upload"]
        self.clean_file = evidence.clean(upload)
        return upload


class SeenForm(VersionsForm):
    """Carries the versions of the rows that are on the screen."""

    def __init__(self, *args, rows, action, **kwargs):
        shown = {"seen": [], "declared": []}
        for row in rows:
            is_declared = isinstance(row, CommitmentUpdate)
            place = "declared" if is_declared else "seen"
            shown[place].append(f"{row.pk}:{row.version}")
        initial = {name: ",".join(pairs) for name, pairs in shown.items()}
        kwargs |= {"initial": initial, "label_suffix": ""}
        super().__init__(*args, **kwargs)
        self.helper = posting("step-form", action)


class SendLetterForm(SeenForm):
    """Hands the transcription over; a checkbox confirms that warnings were read."""

    warnings_read = forms.BooleanField(label=_("I have read these warnings"))

    def __init__(self, *args, has_warnings, **kwargs):
        super().__init__(*args, **kwargs)
        if not has_warnings:
            del self.fields["warnings_read"]
        text = _("Hand over and ask the agency to confirm")
        self.helper.add_input(Submit("send", text, css_class="default"))


class ConfirmForm(SeenForm):
    def __init__(self, *args, **kwargs):
        kwargs.setdefault("auto_id", "confirm_%s")
        super().__init__(*args, **kwargs)
        text = _("Yes, this is what we reported: publish it")
        self.helper.add_input(Submit("confirm", text, css_class="default"))


class ContestForm(SeenForm):
    reason = LongText(
        label=_("What is not as you reported it"),
        help_text=_("The secretariat reads it. Name no person."),
    )

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("auto_id", "contest_%s")
        super().__init__(*args, **kwargs)
        text = _("This is not what we said: send it back")
        self.helper.add_input(Submit("contest", text))

    def clean(self):
        guard.judge(self, Transition, reason="reason")
        return super().clean()
