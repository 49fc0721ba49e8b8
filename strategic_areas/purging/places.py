"""Where the words of a purge stand: every text of every table is looked through."""

from collections import defaultdict
from dataclasses import dataclass

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Field, Model, QuerySet

from agencies.audit import AuditEntry, AuditHead
from strategic_areas.models import Evidence, Letter, Purge, PurgedText
from strategic_areas.purging.treatments import (
    TOGETHER,
    Treatment,
    holds,
    texts_of,
    treatment,
)

#: A request itself forgets its words, the audit record takes none, sessions are sealed;
#: the rest is Django's own.
NOT_SEARCHED = {
    *(Purge, PurgedText, AuditEntry, AuditHead),
    *(Session, ContentType, Permission),
}
#: Any of these makes a piece of evidence go as a whole, or a letter's file.
WHEREABOUTS = {Evidence: Evidence.WHEREABOUTS, Letter: ("original_name",)}
ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Place:
    """One field of one row that holds the words."""

    model: type[Model]
    row: int
    field: Field

    @property
    def treatment(self):
        return treatment(self.field)

    @property
    def is_whereabouts(self):
        return self.field.name in WHEREABOUTS.get(self.model, ())


def searched():
    """Every table of the portal that may hold a text, in a fixed order."""
    models = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not model._meta.proxy
        and model not in NOT_SEARCHED
        and texts_of(model)
    ]
    return sorted(models, key=lambda model: model._meta.label_lower)


def rows_of(model):
    """All rows, past every manager that translates, hides or scopes."""
    return QuerySet(model).order_by()


def find(words):
    """A list of every ``Place`` at which the words stand."""
    return [place for model in searched() for place in _find(model, words)]


def _find(model, words):
    fields = texts_of(model)
    together = [field for field in fields if field.name in TOGETHER.get(model, ())]
    names = [field.attname for field in fields]
    rows = rows_of(model).values_list("pk", *names)
    for pk, *values in rows.iterator(chunk_size=ROWS_AT_ONCE):
        found = [
            field
            for field, value in zip(fields, values, strict=True)
            if holds(value, words)
        ]
        if set(together) & set(found):
            found += [field for field in together if field not in found]
        yield from (Place(model, pk, field) for field in found)


def sort_out(places):
    """Those that a purge blanks, and those that it leaves for people to change."""
    left = [each for each in places if each.treatment is Treatment.LEAVE]
    return [each for each in places if each not in left], left


def by_field(places):
    """Pairs of a model's field and the ids of its rows."""
    fields, rows = {}, defaultdict(list)
    for place in places:
        # Not the field itself: one of two languages equals its copy in the history.
        key = place.model, place.field.name
        fields[key] = place.field
        rows[key].append(place.row)
    return [(field, rows[key]) for key, field in fields.items()]
