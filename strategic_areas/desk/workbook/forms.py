"""The button that saves what the preview of a workbook announced."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.translation import ngettext


class SaveForm(forms.Form):
    """Saves what the preview announced: ``count`` rows, signed."""

    staged = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, action, count=0, **kwargs):
        super().__init__(*args, **kwargs)
        label = ngettext("Save %(count)d row", "Save %(count)d rows", count)
        self.helper = FormHelper()
        self.helper.form_action = action
        self.helper.form_class = "send-form"
        self.helper.add_input(
            Submit("save", label % {"count": count}, css_class="default")
        )
