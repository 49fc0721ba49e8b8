"""The forms of the steps that a person takes on a record."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from strategic_areas.desk.attaching import whereabouts


class StepForm(forms.Form):
    """A step that carries nothing but the version that was on screen."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    button, css_class = "", ""

    def __init__(self, *args, action, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.helper = FormHelper()
        self.helper.form_action = action
        self.helper.form_class = "step-form"
        self.helper.add_input(Submit("step", self.button, css_class=self.css_class))


class EvidenceField(forms.ModelMultipleChoiceField):
    """Items to tick, each beside what it is and where to open it."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, item):
        return format_html("{}: {}", item.title, whereabouts(item))


class PublishForm(StepForm):
    """
    Publish, and clear for the public the evidence that was read and is clean.

    She says that she went through the checklist and, where the guard warns, read what
    it found. The evidence of a reserved record is never cleared.
    """

    button, css_class = _("Publish"), "default"

    evidence = EvidenceField(
        queryset=None,
        required=False,
        label=_("Evidence that the public may open"),
        help_text=_("Only what you have read and found free of personal data."),
    )
    checked = forms.BooleanField(label=_("I have checked these four points"))
    warnings_read = forms.BooleanField(label=_("I have read these warnings"))

    def __init__(self, *args, record, has_warnings, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["evidence"].queryset = record.evidences.all()
        if getattr(record, "is_reserved", False) or not record.evidences.all():
            del self.fields["evidence"]
        if not has_warnings:
            del self.fields["warnings_read"]


class PublishManyForm(forms.Form):
    """
    The records that are shown, each in the version that is shown, to be published.

    ``tokens`` are all that were ticked, ``items`` those of them that may be published.
    """

    checked = forms.BooleanField(label=_("I have checked these four points"))

    def __init__(self, *args, action, tokens, items, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["pick"] = forms.MultipleChoiceField(
            choices=[(token, token) for token in tokens],
            widget=forms.MultipleHiddenInput,
        )
        self.initial["pick"] = [item.token for item in items]
        self.helper = FormHelper()
        self.helper.form_action = action
        self.helper.form_class = "step-form"
        self.helper.add_input(Submit("step", _("Publish all"), css_class="default"))


class ReturnForm(StepForm):
    """Return with a reason, and if wished a note that the agency never reads."""

    button = _("Return to the agency")

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        label=_("Reason of the return"),
        help_text=_("The agency reads it. Say what to mend."),
    )
    private_note = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=_("Private note"),
        help_text=_("Only the secretariat reads it; the agency never does."),
    )
