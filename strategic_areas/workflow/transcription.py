"""
A report that came by letter or mail: transcribed, then confirmed by its agency.

The secretariat writes it in the agency's name; the agency's word publishes it, or a
second reviewer does. Whoever wrote any part of it does neither.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from strategic_areas.models import OPEN, Provenance, Status
from strategic_areas.workflow.authority import (
    must_confirm,
    must_say_why,
    must_transcribe,
    within_agency,
)
from strategic_areas.workflow.moves import Conflict, TransitionError, move
from strategic_areas.workflow.steps import (
    must_be_askable,
    must_be_editable,
    must_say_something_new,
    put_out,
    store_draft,
    store_save,
)


@transaction.atomic
def transcribe(update, letter, *, by, seen_version=None):
    """
    Store what the letter says of one activity, new or changed, and return the revision.

    A revision that the agency itself wrote is never touched.
    """
    must_transcribe(by, letter, update)
    if update.pk is None:
        must_be_askable(update)
        update.letter = letter
        return store_draft(update, by, Provenance.TRANSCRIBED)
    stored = type(update).objects.select_for_update().get(pk=update.pk)
    if stored.letter_id != letter.pk:
        raise TransitionError(
            _("%(record)s: the agency writes its own report.") % {"record": update}
        )
    must_be_editable(stored)
    if stored.version != seen_version:
        raise Conflict(stored)
    return store_save(update, stored, by)


@transaction.atomic
def submit_letter(letter, seen, *, by):
    """
    Hand over what was transcribed of the letter, all or none, to be confirmed.

    ``seen`` maps the id of each revision to the version that was on the screen.
    """
    for update in _chosen(letter, seen):
        must_transcribe(by, letter, update)
        must_say_something_new(update)
        move(
            update,
            to=Status.SUBMITTED,
            allowed=[Status.DRAFT, Status.RETURNED],
            by=by,
            seen_version=seen[update.pk],
            contributes=True,
            submitted_at=timezone.now(),
        )


@transaction.atomic
def confirm_letter(letter, seen, *, by):
    """Publish what was transcribed: the agency says that it is what it reported."""
    for update in _chosen(letter, seen):
        must_confirm(by, update)
        put_out(
            update,
            by=by,
            seen_version=seen[update.pk],
            confirmed_at=timezone.now(),
            is_reviewed_within_agency=bool(within_agency(letter.recorded_by, [update])),
        )


@transaction.atomic
def contest_letter(letter, seen, *, by, reason):
    """It is not what the agency said: back to the secretariat, with the reason."""
    for update in _chosen(letter, seen):
        must_confirm(by, update)
        must_say_why(update, reason)
        move(
            update,
            to=Status.RETURNED,
            allowed=[Status.SUBMITTED],
            by=by,
            reason=reason,
            seen_version=seen[update.pk],
        )


def _chosen(letter, seen):
    """Just these revisions of the letter, while somebody still works on them."""
    rows = letter.updates.filter(pk__in=seen, status__in=OPEN)
    found = list(
        rows.select_related("activity__agency", "period").order_by(
            "activity__sort_code", "pk"
        )
    )
    if not found or len(found) != len(seen):
        raise TransitionError(
            _("Something changed in the meantime: look at the page again.")
        )
    return found
