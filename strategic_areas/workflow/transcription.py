"""
Reports that the agency did not write: from its letters, and from public sources.

A transcription is confirmed by the agency, or published by a second reviewer; its
writers may do neither. ``seen`` are the revisions that the screen showed. The importer
publishes public sources without a second person.
"""

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from strategic_areas.models import OPEN_STATUSES, Provenance, RevisionStatus
from strategic_areas.models.review import Revision
from strategic_areas.workflow.questions import seen_revisions
from strategic_areas.workflow.steps import (
    lock_editable,
    make_public,
    printing_source,
    return_revision,
    send_for_review,
    store_draft,
    store_version,
    versions_of_seen,
)
from strategic_areas.workflow.transitions import (
    change_status,
    must,
    must_accept_reports,
    must_still_answer,
    new_public_id,
    record_transition,
    require_may_submit,
    require_may_transcribe,
    reviewed_within_agency,
    sibling_revisions,
)


@transaction.atomic
def transcribe(update, letter, *, by, seen_version=None):
    """
    Store what a letter reports on one subject; return the revision.

    A revision that the agency wrote is never changed.
    """
    if update.pk is None:
        update.agency = update.responsible_agency
    require_may_transcribe(by, letter, update)
    if update.pk is None:
        must_accept_reports(update)
        update.letter = letter
        return store_draft(update, by, Provenance.TRANSCRIBED)
    stored = lock_editable(update)
    must(
        stored.letter_id == letter.pk,
        _("%(record)s: the agency writes its own report."),
        record=update,
    )
    return store_version(update, stored, by, seen_version)


@transaction.atomic
def submit_letter(letter, seen, *, by, printed_by=None):
    """
    Submit a letter's transcribed revisions for confirmation, all or none.

    ``printed_by`` is the official source of numbers of people in texts about victims.
    """
    for update, version in _chosen(letter, seen):
        require_may_transcribe(by, letter, update)
        must_still_answer(update)
        source = printing_source(update, printed_by)
        send_for_review(update, by=by, seen_version=version, printed_by=source)


@transaction.atomic
def confirm_letter(letter, seen, *, by):
    for update, version in _chosen(letter, seen):
        require_may_submit(by, update)
        make_public(
            update,
            by=by,
            seen_version=version,
            confirmed_at=timezone.now(),
            is_reviewed_within_agency=bool(
                reviewed_within_agency(letter.recorded_by, [update])
            ),
        )


@transaction.atomic
def contest_letter(letter, seen, *, by, reason):
    for update, version in _chosen(letter, seen):
        require_may_submit(by, update)
        return_revision(update, by=by, reason=reason, seen_version=version)


def _chosen(letter, seen):
    updates = seen_revisions(seen, letter=letter, status__in=OPEN_STATUSES)
    return versions_of_seen(
        seen, updates, _("Something changed in the meantime: look at the page again.")
    ).items()


#: The importer's user.
SYSTEM_USERNAME = "registro-publico"


def system_user():
    """Return the importer's account: inactive, without a usable password."""
    user, created = get_user_model().objects.get_or_create(
        username=SYSTEM_USERNAME, defaults={"is_active": False, "is_staff": False}
    )
    if created:
        user.set_unusable_password()
        user.save()
    return user


@transaction.atomic
def publish_public_record(update, *, sources):
    """
    Publish an update taken from public sources, without a second person.

    Only the importer calls this. Needs a source and a provenance other than a report,
    and never replaces what an agency reported.
    """
    must(sources, _("%(record)s: a matter of record needs a source."), record=update)
    must(
        update.provenance
        in {
            Provenance.PLAN,
            Provenance.DOCUMENTED,
            Provenance.PRESS,
            Provenance.RECONSTRUCTED,
        },
        _("%(record)s: a matter of record is never “%(provenance)s”."),
        record=update,
        provenance=update.get_provenance_display(),
    )
    revisions = list(sibling_revisions(update).order_by("revision"))
    in_force = [
        each
        for each in revisions
        if each.status in {*OPEN_STATUSES, RevisionStatus.PUBLISHED}
    ]
    must(
        all(each.origin != Revision.Origin.ENTERED for each in in_force),
        _("%(record)s: the agency itself has reported on this."),
        record=update,
    )
    by = system_user()
    published = (each for each in in_force if each.status == RevisionStatus.PUBLISHED)
    before = next(published, None)
    # The responsible agency of reconstructed work may still be corrected.
    stays = before and update.subject.is_stated_by_plan
    update.agency = before.agency if stays else update.responsible_agency
    if before:
        change_status(
            before,
            to=RevisionStatus.REPLACED,
            allowed=[RevisionStatus.PUBLISHED],
            by=by,
        )
    update.origin = Revision.Origin.RECORD
    update.revision = revisions[-1].revision + 1 if revisions else 1
    update.status = RevisionStatus.PUBLISHED
    update.public_id = new_public_id(update)
    update.published_at = timezone.now()
    update.published_by = by
    update._history_user = by
    update.save()
    update.sources.add(*sources)
    record_transition(update, from_status="", by=by)
    return update
