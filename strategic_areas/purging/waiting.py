"""
What a purge hides while it waits: asking for it takes the words from the public.

It is one takedown of every public text that holds the words and of every public file
that shall go. Another person confirms it with the purge, or restores it by calling the
purge off. Whoever asked and calls it off restores nothing.
"""

from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _

from strategic_areas.disclosure import MARKER
from strategic_areas.models import PUBLIC_RECORD, Cause, Evidence, Purge, Takedown
from strategic_areas.models.review import Reviewed
from strategic_areas.purging import hiding
from strategic_areas.purging.places import (
    Treatment,
    rows_of,
    treatment,
    without,
)
from strategic_areas.triggers.versions import public_tables
from strategic_areas.workflow.phrases import Phrases

#: What takes a piece of evidence from the public, whatever it is.
CLOSED = {"is_public": False}


def hide(purge, places, *, by):
    """Hide what the public reads at these places, and return the takedown, or None."""
    rows = rows_to_hide(purge, places)
    if not rows:
        return None
    about = {"content_type": _kind(), "object_id": purge.pk, "label": str(purge)}
    takedown = Takedown(**about, cause=Cause.PERSONAL, rows=rows)
    return hiding.HIDINGS.propose(takedown, by=by)


def rows_to_hide(purge, places):
    words, rows = Phrases(purge.phrases), {}
    for (model, pk), fields in _public(places).items():
        record = rows_of(model).get(pk=pk)
        if columns := _columns(record, fields, words):
            key, row = hiding.told_row(record, columns)
            rows[key] = row
    return rows


def hidden_by(purge):
    rows = Takedown.objects.filter(content_type=_kind(), object_id=purge.pk)
    return rows.first()


def call_off(purge):
    takedown = hidden_by(purge)
    if takedown and takedown.is_waiting and purge.status == Purge.Status.DECLINED:
        said = _("The purge was called off.")
        hiding.HIDINGS.decline(takedown, by=purge.decided_by, reason=said)


def _kind():
    return ContentType.objects.get_for_model(Purge)


def _public(places):
    tables = {table.name for table in public_tables()}
    found = {}
    for place in places:
        if place.model._meta.db_table not in tables:
            continue
        found.setdefault((place.model, place.row), []).append(place.field)
    return found


def _columns(record, fields, words):
    if isinstance(record, Reviewed) and record.status not in PUBLIC_RECORD:
        return {}
    if isinstance(record, Takedown) and record.status != Takedown.Status.APPROVED:
        return {}
    if isinstance(record, Evidence):
        return CLOSED if record.is_public else {}
    # By a protective field the portal decides what it shows: it stays.
    public = record.fields.columns(public=True, protects=False)
    columns = {
        field.name: _instead(record, field, words)
        for field in fields
        if field.name in public
    }
    return {name: each for name, each in columns.items() if each is not hiding.KEPT}


def _instead(record, field, words):
    """What stands in a column once the words are hidden, as a purge would blank it."""
    how = treatment(field)
    if how is Treatment.STRINGS:
        return without(getattr(record, field.attname), words, MARKER)
    if how is Treatment.BLANK:
        return record.blanks[field.name]
    return hiding.INSTEAD.get(how, hiding.KEPT)
