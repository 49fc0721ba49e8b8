"""
Saving what a preview announced: its rows are signed into the page that posts them.

Each row is checked again when it is saved.
"""

from dataclasses import dataclass, field

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from strategic_areas.desk.sheet import answers
from strategic_areas.desk.workbook.value_lines import save_value
from strategic_areas.evidence import RefusedFileError

SALT = "strategic_areas.desk.workbook"
#: How long a preview may be saved, in seconds.
MAX_AGE = 2 * 60 * 60
#: The longest signed text, in characters, that a page may post.
MAX_SIGNED_LENGTH = 2_000_000


class StaleError(Exception):
    """The signed rows are too old, were changed, or are of another sheet or person."""


def sign_rows(sheet, outcomes, *, by):
    """The rows that would be saved, as one signed text; empty where there is none."""
    rows = [
        [outcome.row.key, outcome.row.subject.code, outcome.data]
        for outcome in outcomes
        if outcome.data
    ]
    return sign(rows, _owner(sheet, by)) if rows else ""


def sign(rows, owner):
    """What was announced, signed for its ``owner``: who may save it, and where."""
    signed = signing.dumps([owner, rows], salt=SALT, compress=True)
    if len(signed) > MAX_SIGNED_LENGTH:
        raise RefusedFileError(
            "too_much",
            _("This workbook holds more text than is saved at once."),
            _("Upload it twice: first with one half of the rows filled, then all."),
        )
    return signed


def read_signed_rows(signed, sheet, *, by):
    """Activity id, its code and what is posted for it; or ``StaleError``."""
    return read_signed(signed, _owner(sheet, by))


def read_signed(signed, owner):
    """What was signed for this owner; or ``StaleError``."""
    try:
        signer, rows = signing.loads(signed, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature as error:
        raise StaleError from error
    if signer != owner:
        raise StaleError
    return rows


def _owner(sheet, user):
    return [user.pk, sheet.period.pk, sheet.agency.pk]


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


@dataclass
class Saved:
    """Codes by what became of them; ``refused`` with the reason."""

    saved: list[str] = field(default_factory=list)
    handed_in: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def save(sheet, rows, *, by):
    """
    Store each row by itself, as the sheet does; a value is handed in.

    What somebody saved in the meantime is left alone and told; a row that is stored
    already, because the press came twice, counts as saved.
    """
    result = Saved()
    for activity, code, data in rows:
        if isinstance(activity, str):
            if why_not := save_value(sheet, activity, data, by=by):
                result.refused.append((code, why_not))
            else:
                result.handed_in.append(code)
            continue
        row = sheet.row(activity)
        if row is None:
            result.refused.append(
                (code, _("It is no longer asked about in this round."))
            )
            continue
        form = answers.save_answer(row, data, by=by)
        if form.conflict:
            result.conflicts.append(code)
        elif form.errors:
            result.refused.append((code, _first(form.errors)))
        else:
            result.saved.append(code)
    return result


def _first(errors):
    return next(iter(errors.values()))[0]
