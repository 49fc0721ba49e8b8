"""
Purges: blanking identifying texts for good, in every table.

One person requests a purge with the phrases to search for; another confirms it.
"""

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies import access, mail
from agencies.access import RefusedError
from agencies.audit import Event
from agencies.decisions import DecisionStatus
from strategic_areas.datasets.removals import (
    MOST,
    count_cells_with,
    removing_from_editions,
)
from strategic_areas.models import (
    EditionRows,
    Purge,
    PurgedText,
    Transition,
    WithdrawalCause,
)
from strategic_areas.models.takedowns import STAMP
from strategic_areas.purging import blanking, takedowns
from strategic_areas.purging.text_search import (
    FILES,
    TextMatch,
    find_matches,
    split_by_method,
    split_unsubmitted,
)
from strategic_areas.search import index
from strategic_areas.workflow.guard import GuardedSteps
from strategic_areas.workflow.phrases import Phrases, PhrasesError, must_be_particular

__all__ = [
    "PURGES",
    "Phrases",
    "PhrasesError",
    "cancel",
    "confirm",
    "count_public",
    "find_matches",
    "preview_purge",
    "request_purge",
]


class PurgeSteps(GuardedSteps):
    """
    Reviewers and administrators decide; only the requester cancels.

    The public reads none of the phrases from the request on: see ``hide_matches``.
    """

    model = Purge
    events = {
        DecisionStatus.PENDING: Event.PURGE_ASKED,
        DecisionStatus.APPROVED: Event.TEXT_PURGED,
        DecisionStatus.DECLINED: Event.PURGE_CANCELLED,
        DecisionStatus.TAKEN_BACK: Event.PURGE_CANCELLED,
        DecisionStatus.OUTDATED: Event.PURGE_CANCELLED,
    }
    needs_reason = False
    cleared_columns = {"phrases": "", "files": ""}

    def may_decide(self, user):
        return access.is_reviewer(user) or access.is_administrator(user)

    def apply(self, purge, by):
        """Blank every match; files are deleted on commit."""
        hidden, words = takedowns.hidden_by(purge), Phrases(purge.phrases)
        if hidden and hidden.status != DecisionStatus.DECLINED:
            # Restored inside this transaction only.
            takedowns.restore_for_purge(hidden)
        places, _left = preview_purge(purge)
        records = blanking.purged_records(places)
        listed = {(place.model, place.row, place.field.name) for place in places}
        _list(purge, listed | {(type(each), each.pk, STAMP) for each in records})
        touched = [(place.model, place.row) for place in places]
        with removing_from_editions(
            WithdrawalCause.PERSONAL, touched, words=words, compares=False
        ) as gone:
            blanking.blank_matches(places, words)
        several = [gone, hidden.editions if hidden else {}]
        lost = {(pk, key[:MOST]) for each in several for pk in each for key in each[pk]}
        _list(purge, {(EditionRows, *each) for each in lost})
        blanking.stamp_purged(records)
        blanking.cancel_mails_and_changes(places, by)
        index.empty_index()
        for record in records:
            _leave_trace(record, by)
        if hidden and hidden.is_waiting:
            takedowns.HIDINGS.approve(hidden, by=by)
        transaction.on_commit(lambda: mail.remove_mail_files(words.occur_in))
        transaction.on_commit(_forget_pages)
        transaction.on_commit(_note_beside_backups, robust=True)
        return {"places": len(places)}

    def on_end(self, purge):
        takedowns.restore_declined(purge)


PURGES = PurgeSteps()
confirm, cancel = PURGES.approve, PURGES.drop


@transaction.atomic
def request_purge(phrases, files=(), *, by):
    """
    Request a purge: ``phrases`` one per line, ``files`` tokens of evidence files.

    Raises ``PhrasesError`` for phrases that cannot be searched.
    """
    if not PURGES.may_decide(by):
        raise RefusedError(_("Only reviewers and administrators withdraw texts."))
    Phrases(phrases)
    must_be_particular(phrases)
    if not phrases.strip() and not files:
        raise RefusedError(_("Say which words, or which file."))
    purge = _unsaved(phrases, files)
    PURGES.propose(purge, by=by)
    takedowns.hide_matches(purge, _handed_in(purge), by=by)
    return purge


def count_public(phrases, files=()):
    purge = _unsaved(phrases, files)
    rows = takedowns.rows_to_hide(purge, _handed_in(purge))
    told = sum(len(row["after"]) for row in rows.values())
    return told + count_cells_with(Phrases(purge.phrases))


def _unsaved(phrases, files):
    return Purge(phrases=phrases.strip(), files="\n".join(files))


def _handed_in(purge):
    places, _left = preview_purge(purge)
    return split_unsubmitted(places)[0]


def preview_purge(purge):
    """Two lists of ``TextMatch``: to blank, and to leave to people."""
    words = Phrases(purge.phrases)
    files = [
        TextMatch(model, pk, model._meta.get_field(name))
        for model, (token, name) in FILES.items()
        for (pk,) in model.objects.filter(
            **{f"{token}__in": purge.files.split()}
        ).values_list("pk")
    ]
    found = [place for place in find_matches(words) if place not in files]
    return split_by_method([*files, *found])


def _list(purge, listed):
    PurgedText.objects.bulk_create(
        [
            PurgedText(purge=purge, model=model._meta.label_lower, row=row, field=name)
            for model, row, name in listed
        ],
        batch_size=500,
    )


def _leave_trace(record, by):
    Transition.objects.create(
        **{record.link_field: record},
        from_status=record.status,
        to_status=Transition.PURGED,
        by=by,
        at=timezone.now(),
    )


def _note_beside_backups():
    if settings.BACKUP_FOLDER:
        blanking.write_beside(settings.BACKUP_FOLDER)


def _forget_pages():
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
