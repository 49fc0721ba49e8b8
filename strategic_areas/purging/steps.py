"""Requesting a purge, looking at what it would blank, confirming or cancelling it."""

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies import access, audit, mail
from agencies.audit import Event
from strategic_areas.models import Evidence, Letter, Purge, PurgedText, Transition
from strategic_areas.models.purges import STAMP
from strategic_areas.purging import blanking
from strategic_areas.purging.places import Place, find, sort_out
from strategic_areas.purging.words import Words


class PurgeError(Exception):
    """This step is not possible now; the message says why, for people."""


def may_purge(user):
    return access.is_reviewer(user) or access.is_administrator(user)


@transaction.atomic
def request(phrases, files=(), *, by):
    """
    Ask for a purge: ``phrases`` a line each, ``files`` the tokens of evidence files.

    Raises ``WordsError`` for words that cannot be looked for.
    """
    _must_be_allowed(by)
    Words(phrases)
    if not phrases.strip() and not files:
        raise PurgeError(_("Say which words, or which file."))
    purge = Purge.objects.create(
        phrases=phrases.strip(),
        files="\n".join(files),
        requested_by=by,
        requested_at=timezone.now(),
    )
    audit.record(Event.PURGE_ASKED, actor=by, obj=purge)
    return purge


def look(purge):
    """What it would blank now, and what it would leave: two lists of ``Place``."""
    words = Words(purge.phrases)
    files = [
        Place(model, pk, model._meta.get_field("original_name"))
        for model in (Evidence, Letter)
        for (pk,) in model.objects.filter(file__in=purge.files.split()).values_list(
            "pk"
        )
    ]
    found = [place for place in find(words) if place not in files]
    return sort_out([*files, *found])


@transaction.atomic
def confirm(purge, *, by):
    """
    Carry it out: whoever requested it does not confirm it.

    One transaction: all of it or nothing. Files go when it is committed.
    """
    _must_be_allowed(by)
    _decide(purge, Purge.State.RUNNING, by)
    words = Words(purge.phrases)
    places, _left = look(purge)
    records = blanking.touched(places)
    _list(purge, places, records)
    blanking.blank(places, words)
    blanking.stamp(records)
    blanking.stop(places, by)
    for record in records:
        _leave_trace(record, by)
    audit.record(Event.TEXT_PURGED, actor=by, obj=purge, places=len(places))
    _close(purge, Purge.State.DONE)
    transaction.on_commit(lambda: mail.remove_files_holding(words.stand_in))
    transaction.on_commit(_forget_pages)


@transaction.atomic
def cancel(purge, *, by):
    """Drop a request, one's own too; its words are forgotten."""
    _must_be_allowed(by)
    waiting = Purge.objects.waiting().filter(pk=purge.pk)
    stamps = {"decided_by": by, "decided_at": timezone.now()}
    if not waiting.update(state=Purge.State.CANCELLED, phrases="", files="", **stamps):
        raise _decided_already()
    purge.refresh_from_db()
    audit.record(Event.PURGE_CANCELLED, actor=by, obj=purge)


def _must_be_allowed(by):
    if not may_purge(by):
        raise PurgeError(_("Only reviewers and administrators withdraw texts."))


def _decided_already():
    return PurgeError(_("This purge was confirmed or cancelled already."))


def _decide(purge, state, by):
    """One guarded UPDATE, so that two people cannot both carry it out."""
    waiting = Purge.objects.waiting().filter(pk=purge.pk)
    if not waiting.exclude(requested_by=by).update(
        state=state, decided_by=by, decided_at=timezone.now()
    ):
        if waiting.exists():
            raise PurgeError(_("You requested it: another person confirms it."))
        raise _decided_already()
    purge.refresh_from_db()


def _list(purge, places, records):
    """What the triggers let pass until it is done, and what stays on record."""
    listed = {(place.model, place.row, place.field.name) for place in places}
    listed |= {(type(record), record.pk, STAMP) for record in records}
    PurgedText.objects.bulk_create(
        [
            PurgedText(purge=purge, model=model._meta.label_lower, row=row, field=name)
            for model, row, name in listed
        ],
        batch_size=500,
    )


def _leave_trace(record, by):
    """That a text was withdrawn, by whom and when; never what it said."""
    Transition.objects.create(
        **{record.link_field: record},
        from_status=record.status,
        to_status=Transition.PURGED,
        by=by,
        at=timezone.now(),
    )


def _close(purge, state):
    Purge.objects.filter(pk=purge.pk).update(state=state, phrases="", files="")
    purge.refresh_from_db()


def _forget_pages():
    """On SQLite the pages of before still stand in the log beside the database."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
