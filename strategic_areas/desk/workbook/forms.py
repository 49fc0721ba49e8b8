"""The forms of the workbook: the file that is uploaded, and the button that saves."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _


class UploadForm(forms.Form):
    """The filled workbook; it is read, never kept."""

    workbook = forms.FileField(
        label=_("Filled workbook (.xlsx)"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )

    def __init__(self, *args, action, **kwargs):
        kwargs["label_suffix"] = ""
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_action = action
        self.helper.form_class = "upload-form"
        self.helper.attrs = {"novalidate": ""}
        self.helper.add_input(Submit("upload", gettext("Upload and see what changes")))


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
