"""What a preview announced, kept until it is saved: signed, in the person's page."""

from django.core import signing
from django.utils.translation import gettext as _

from strategic_areas.evidence import RefusedFileError

SALT = "strategic_areas.desk.workbook"
#: How long a preview may be saved, in seconds.
LASTS = 2 * 60 * 60
#: A page may post so much besides files.
LONGEST = 2_000_000


class StaleError(Exception):
    """The signed rows are too old, were changed, or are of another sheet or person."""


def stage(sheet, outcomes, *, by):
    """The rows that would be saved, as one signed text; empty where there is none."""
    rows = [
        [outcome.row.activity.pk, outcome.row.activity.code, outcome.data]
        for outcome in outcomes
        if outcome.data
    ]
    if not rows:
        return ""
    signed = signing.dumps([_owner(sheet, by), rows], salt=SALT, compress=True)
    if len(signed) > LONGEST:
        raise RefusedFileError(
            "too_much",
            _("This workbook holds more text than is saved at once."),
            _("Upload it twice: first with one half of the rows filled, then all."),
        )
    return signed


def unstage(signed, sheet, *, by):
    """Activity id, its code and what is posted for it; or ``StaleError``."""
    try:
        owner, rows = signing.loads(signed, salt=SALT, max_age=LASTS)
    except signing.BadSignature as error:
        raise StaleError from error
    if owner != _owner(sheet, by):
        raise StaleError
    return rows


def _owner(sheet, user):
    return [user.pk, sheet.period.pk, sheet.agency.pk]
