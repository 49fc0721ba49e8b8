"""
Previewed rows, signed into the page that saves them.

The server stores no copy, and a user can only save rows that were shown to them.
"""

from django import forms
from django.core import signing
from django.utils.translation import gettext as _

from agencies.access import RefusedError
from strategic_areas.desk.inputs import one_button_helper
from strategic_areas.evidence import RefusedFileError

#: Must not change: a preview that is open during a deployment is saved after it.
SALT = "strategic_areas.desk.workbook"
#: In seconds.
MAX_AGE = 2 * 60 * 60
#: In characters.
MAX_SIGNED_LENGTH = 2_000_000


class StalePreviewError(RefusedError):
    """The preview is too old, forged or for something else, or its records changed."""

    def __init__(self):
        super().__init__(
            _(
                "Nothing was saved: this preview is no longer valid. Upload the file "
                "again."
            )
        )


def sign(rows, signed_for):
    """Sign rows; ``signed_for`` holds the keys of the user and of the sheet or plan."""
    signed = signing.dumps([signed_for, rows], salt=SALT, compress=True)
    if len(signed) > MAX_SIGNED_LENGTH:
        raise RefusedFileError(
            "too_much",
            _("This workbook holds more text than is saved at once."),
            _("Upload it twice: first with one half of the rows filled, then all."),
        )
    return signed


def read_signed(signed, signed_for):
    """Return the rows, or raise ``StalePreviewError`` if signed for something else."""
    try:
        stored_for, rows = signing.loads(signed, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature as error:
        raise StalePreviewError from error
    if stored_for != signed_for:
        raise StalePreviewError
    return rows


class SavePreviewForm(forms.Form):
    signed_lines = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, action, label, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.helper = one_button_helper("step-form", "save", label, action=action)
