"""
What came by letter or mail: transcribed, then confirmed by its agency.

The secretariat writes reports, and a lead's declarations, in the agency's name; the
agency's word publishes them, or a second reviewer does. Whoever wrote any part of one
does neither. ``seen`` maps the id of each report to the version that was on the screen,
``declared`` that of each declaration.
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
    make_public,
    must_accept_reports,
    must_be_editable,
    must_say_something_new,
    store_draft,
    store_save,
)


@transaction.atomic
def transcribe(update, letter, *, by, seen_version=None):
    """
    Store what the letter says of one activity, or of one commitment's result, new or
    changed, and return the revision.

    A revision that the agency itself wrote is never touched.
    """
    must_transcribe(by, letter, update)
    if update.pk is None:
        must_accept_reports(update)
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
def submit_letter(letter, seen, *, by, declared=None):
    """Hand over what was transcribed of the letter, all or none, to be confirmed."""
    for update, version in _chosen(letter, seen, declared):
        must_transcribe(by, letter, update)
        must_say_something_new(update)
        move(
            update,
            to=Status.SUBMITTED,
            allowed=[Status.DRAFT, Status.RETURNED],
            by=by,
            seen_version=version,
            contributes=True,
            submitted_at=timezone.now(),
        )


@transaction.atomic
def confirm_letter(letter, seen, *, by, declared=None):
    """Publish what was transcribed: the agency says that it is what it reported."""
    for update, version in _chosen(letter, seen, declared):
        must_confirm(by, update)
        make_public(
            update,
            by=by,
            seen_version=version,
            confirmed_at=timezone.now(),
            is_reviewed_within_agency=bool(within_agency(letter.recorded_by, [update])),
        )


@transaction.atomic
def contest_letter(letter, seen, *, by, reason, declared=None):
    """It is not what the agency said: back to the secretariat, with the reason."""
    for update, version in _chosen(letter, seen, declared):
        must_confirm(by, update)
        must_say_why(update, reason)
        move(
            update,
            to=Status.RETURNED,
            allowed=[Status.SUBMITTED],
            by=by,
            reason=reason,
            seen_version=version,
        )


def _chosen(letter, seen, declared):
    """
    Just these revisions of the letter, each with the version that was on the screen,
    while somebody still works on them.
    """
    declared = declared or {}
    updates = letter.updates.filter(pk__in=seen, status__in=OPEN)
    declarations = letter.declarations.filter(pk__in=declared, status__in=OPEN)
    found = [
        *_with_versions(updates, seen, "activity", "agency"),
        *_with_versions(declarations, declared, "commitment", "lead"),
    ]
    if not found or len(found) != len(seen) + len(declared):
        raise TransitionError(
            _("Something changed in the meantime: look at the page again.")
        )
    return found


def _with_versions(rows, versions, subject, answers_for):
    rows = rows.select_related(f"{subject}__{answers_for}", "period")
    ordered = rows.order_by(f"{subject}__sort_code", "pk")
    return [(row, versions[row.pk]) for row in ordered]
