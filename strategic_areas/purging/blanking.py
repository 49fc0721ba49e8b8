"""Replaces purged texts by the marker; only possible inside a running purge."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from agencies.invitations import Invitation
from agencies.mail import Mail
from strategic_areas.disclosure import MARKER
from strategic_areas.evidence import keeping
from strategic_areas.models import (
    OPEN,
    ActivityUpdate,
    Amendment,
    CommitmentUpdate,
    Evidence,
    Letter,
    PendingChange,
    RecordChange,
)
from strategic_areas.purging.places import (
    BLANKS,
    ROWS_AT_ONCE,
    WHEREABOUTS,
    Treatment,
    by_field,
    rows_of,
    treatment,
    without,
)
from strategic_areas.workflow.changes import CHANGES

REVIEWED = (ActivityUpdate, CommitmentUpdate)


def blank(places, phrases):
    """Blank every place; the triggers allow only places that the purge has listed."""
    whole = {
        model: {p.row for p in places if p.is_whereabouts and p.model is model}
        for model in WHEREABOUTS
    }
    keeping.remove(Evidence.objects.filter(pk__in=whole[Evidence]))
    for model in (Letter, Amendment):
        keeping.remove_files(model.objects.filter(pk__in=whole[model]))
    _remove_designations(Invitation.objects.filter(pk__in=whole[Invitation]))
    rest = [place for place in places if not place.is_whereabouts]
    for field, rows in by_field(rest):
        for start in range(0, len(rows), ROWS_AT_ONCE):
            _blank_field(field, rows[start : start + ROWS_AT_ONCE], phrases)


def _remove_designations(invitations):
    """Remove the letters of invitations; the files go once that is committed."""
    for letter in [each.letter for each in invitations if each.letter]:
        transaction.on_commit(lambda file=letter: file.storage.delete(file.name))
    invitations.update(letter="", letter_name="")


def _blank_field(field, rows, phrases):
    stored = rows_of(field.model).filter(pk__in=rows)
    how = treatment(field)
    if how in {Treatment.STRINGS, Treatment.FORGET}:
        instead = MARKER if how is Treatment.STRINGS else ""
        for pk, value in list(stored.values_list("pk", field.attname)):
            mended = without(value, phrases, instead)
            stored.filter(pk=pk).update(**{field.attname: mended})
    elif how is Treatment.MARK:
        stored.update(**{field.attname: MARKER})
    elif how is Treatment.BLANK:
        blank = BLANKS[field.model.__name__][field.name]
        stored.update(**{field.attname: {} if blank == "{}" else blank})
    else:
        stored.update(**{field.attname: ""})


def touched(places):
    """The reviewed records that lose a text or a piece of evidence."""
    ids = {model: set() for model in REVIEWED}
    evidence = set()
    for place in places:
        if place.model in REVIEWED:
            ids[place.model].add(place.row)
        elif place.model is Evidence:
            evidence.add(place.row)
    for item in Evidence.objects.filter(pk__in=evidence):
        ids[type(item.record)].add(item.record.pk)
    return [
        row for model in REVIEWED for row in rows_of(model).filter(pk__in=ids[model])
    ]


def stamp(records):
    """
    Set on each record when a text of it was purged.

    The version of an open record goes up, so that a person who still has the old text
    on her screen gets a conflict when she saves.
    """
    now = timezone.now()
    for model in REVIEWED:
        rows = rows_of(model).filter(pk__in=[r.pk for r in records if type(r) is model])
        rows.update(purged_at=now)
        rows.filter(status__in=OPEN).update(version=F("version") + 1)


def stop(places, by):
    """Give up mails whose text was blanked, and changes with a blanked text."""
    mails, parts = (
        [place.row for place in places if place.model is model]
        for model in (Mail, RecordChange)
    )
    Mail.objects.filter(pk__in=mails).waiting().update(given_up_at=timezone.now())
    for change in PendingChange.objects.waiting().filter(records__in=parts).distinct():
        CHANGES.overtake(change, by=by)
