"""Forms on the desk's own pages that propose a change for approval."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.access import RefusedError
from agencies.fields import field_of
from strategic_areas import workflow
from strategic_areas.desk.inputs import limit
from strategic_areas.models.comments import LONGEST
from strategic_areas.workflow import guard
from strategic_areas.workflow.guard import blocked_texts


class ChangeForm(forms.ModelForm):
    """
    Refuses personal data; ``propose`` stores the change for approval.

    ``warnings`` are the guard's findings that the writer must tick as read.
    """

    warnings_read = forms.BooleanField(
        label=gettext_lazy("I have read these warnings"),
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.warnings = []
        self.helper = FormHelper()
        self.helper.form_class = "step-form"
        self.helper.add_input(
            Submit("propose", gettext_lazy("Send for approval"), css_class="default")
        )

    def clean(self):
        cleaned = super().clean()
        texts = {name: cleaned[name] for name in self._meta.fields if name in cleaned}
        for name, reason in blocked_texts(self._meta.model, texts).items():
            self.add_error(name, reason)
        self._ask_about_warnings(texts)
        return cleaned

    def _ask_about_warnings(self, texts):
        self.warnings = guard.found_warnings(self._meta.model, texts)
        if not self.warnings:
            return
        self.fields["warnings_read"].widget = forms.CheckboxInput()
        if not self.cleaned_data.get("warnings_read"):
            reason = _("Read the warnings, then change the text or tick this.")
            self.add_error("warnings_read", reason)

    def propose(self, *, by):
        """Store the change and return it; None where the form's errors say why not."""
        try:
            return workflow.propose(self.instance, by=by)
        except workflow.AlreadyWaiting as error:
            text = _(
                "Another proposal for this waits for approval. Your text is still here."
            )
            self.add_error(None, with_link_to_change(error.current, text))
        except RefusedError as error:
            self.add_error(None, str(error))
        return None


class OwnWordsForm(ChangeForm):
    """A text by an agency: in Spanish, and optionally in English."""

    class Meta:
        fields = ["text_es", "text_en"]
        widgets = {
            "text_es": forms.Textarea(attrs={"rows": 6}),
            "text_en": forms.Textarea(attrs={"rows": 6, "lang": "en"}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self._meta.fields:
            self.fields[name].label = field_of(self._meta.model, name).label_of(name)
        self.fields["text_en"].required = False
        limit(self.fields["text_es"], self.fields["text_en"], most=LONGEST)


def with_link_to_change(change, text):
    """The text, followed by a link to the change that waits for approval."""
    address = reverse("admin:approval", args=[change.pk])
    name = _("See the change that waits")
    return format_html('{} <a href="{}">{}</a>', text, address, name)
