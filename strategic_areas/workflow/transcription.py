"""
Reports that came by letter or mail: transcribing, confirming and contesting them.

The secretariat writes reports, and a lead's declarations, in the agency's name. They
are published when the agency confirms them, or when a second reviewer publishes them;
nobody who wrote any part of one may do either. ``seen`` maps the id of each report to
the version on the screen; ``declared`` does the same for declarations.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from strategic_areas.models import OPEN, Provenance
from strategic_areas.workflow.authority import (
    must_accept_reports,
    must_confirm,
    must_still_answer,
    must_transcribe,
    within_agency,
)
from strategic_areas.workflow.moves import (
    Conflict,
    TransitionError,
)
from strategic_areas.workflow.steps import (
    make_public,
    must_be_editable,
    send,
    send_back,
    store_draft,
    store_save,
)


@transaction.atomic
def transcribe(update, letter, *, by, seen_version=None):
    """
    Store what the letter reports on one activity or commitment; return the revision.

    The revision may be new or one already transcribed. A revision that the agency wrote
    itself is never changed.
    """
    if update.pk is None:
        update.agency = update.answering
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
    """Submit the transcribed revisions of a letter, all or none, to be confirmed."""
    for update, version in _chosen(letter, seen, declared):
        must_transcribe(by, letter, update)
        must_still_answer(update)
        send(update, by=by, seen_version=version)


@transaction.atomic
def confirm_letter(letter, seen, *, by, declared=None):
    """Publish the transcribed revisions: the agency confirms that they are its own."""
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
    """Return the transcribed revisions to the secretariat, with the agency's reason."""
    for update, version in _chosen(letter, seen, declared):
        must_confirm(by, update)
        send_back(update, by=by, reason=reason, seen_version=version)


def _chosen(letter, seen, declared):
    """The chosen open revisions of the letter, each with the version on the screen."""
    declared = declared or {}
    updates = letter.updates.filter(pk__in=seen, status__in=OPEN)
    declarations = letter.declarations.filter(pk__in=declared, status__in=OPEN)
    found = [
        *_with_versions(updates, seen, "activity"),
        *_with_versions(declarations, declared, "commitment"),
    ]
    if not found or len(found) != len(seen) + len(declared):
        raise TransitionError(
            _("Something changed in the meantime: look at the page again.")
        )
    return found


def _with_versions(rows, versions, subject):
    rows = rows.select_related(subject, "agency", "period")
    ordered = rows.order_by(f"{subject}__sort_code", "pk")
    return [(row, versions[row.pk]) for row in ordered]
