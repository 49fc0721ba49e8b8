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
    MAX_KEY_LENGTH,
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
from strategic_areas.models.takedowns import PURGED_AT
from strategic_areas.purging import blanking, takedowns
from strategic_areas.purging.text_search import (
    FILES,
    TextMatch,
    find_matches,
    split_by_method,
    split_unsubmitted,
)
from strategic_areas.search import index
from strategic_areas.workflow.phrases import Phrases, PhrasesError, must_be_particular
from strategic_areas.workflow.transitions import GuardedSteps

__all__ = [
    "PURGE_STEPS",
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
        matches, _by_hand = preview_purge(purge)
        records = blanking.purged_records(matches)
        listed = {(match.model, match.row, match.field.name) for match in matches}
        _list_fields(
            purge, listed | {(type(each), each.pk, PURGED_AT) for each in records}
        )
        touched = [(match.model, match.row) for match in matches]
        with removing_from_editions(
            WithdrawalCause.PERSONAL, touched, words=words, compares=False
        ) as removed_cells:
            blanking.blank_matches(matches, words)
        removals = [removed_cells, hidden.editions if hidden else {}]
        lost = {
            (pk, key[:MAX_KEY_LENGTH])
            for each in removals
            for pk in each
            for key in each[pk]
        }
        _list_fields(purge, {(EditionRows, *each) for each in lost})
        blanking.stamp_purged(records)
        blanking.cancel_mails_and_changes(matches, by)
        index.empty_index()
        for record in records:
            _record_transition(record, by)
        if hidden and hidden.is_waiting:
            takedowns.HIDING_STEPS.approve(hidden, by=by)
        transaction.on_commit(lambda: mail.remove_mail_files(words.occur_in))
        transaction.on_commit(_truncate_wal)
        transaction.on_commit(_write_purge_list, robust=True)
        return {"places": len(matches)}

    def on_end(self, purge):
        takedowns.restore_declined(purge)


PURGE_STEPS = PurgeSteps()
confirm, cancel = PURGE_STEPS.approve, PURGE_STEPS.drop


@transaction.atomic
def request_purge(phrases, files=(), *, by):
    """
    Request a purge: ``phrases`` one per line, ``files`` tokens of evidence files.

    Raises ``PhrasesError`` for phrases that cannot be searched.
    """
    if not PURGE_STEPS.may_decide(by):
        raise RefusedError(_("Only reviewers and administrators withdraw texts."))
    Phrases(phrases)
    must_be_particular(phrases)
    if not phrases.strip() and not files:
        raise RefusedError(_("Say which words, or which file."))
    purge = _unsaved(phrases, files)
    PURGE_STEPS.propose(purge, by=by)
    takedowns.hide_matches(purge, _submitted_matches(purge), by=by)
    return purge


def count_public(phrases, files=()):
    purge = _unsaved(phrases, files)
    rows = takedowns.rows_to_hide(purge, _submitted_matches(purge))
    number = sum(len(row["after"]) for row in rows.values())
    return number + count_cells_with(Phrases(purge.phrases))


def _unsaved(phrases, files):
    return Purge(phrases=phrases.strip(), files="\n".join(files))


def _submitted_matches(purge):
    matches, _by_hand = preview_purge(purge)
    return split_unsubmitted(matches)[0]


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
    found = [match for match in find_matches(words) if match not in files]
    return split_by_method([*files, *found])


def _list_fields(purge, listed):
    PurgedText.objects.bulk_create(
        [
            PurgedText(purge=purge, model=model._meta.label_lower, row=row, field=name)
            for model, row, name in listed
        ],
        batch_size=500,
    )


def _record_transition(record, by):
    Transition.objects.create(
        **{record.link_field: record},
        from_status=record.status,
        to_status=Transition.PURGED,
        by=by,
        at=timezone.now(),
    )


def _write_purge_list():
    if settings.BACKUP_FOLDER:
        blanking.write_purge_list(settings.BACKUP_FOLDER)


def _truncate_wal():
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
