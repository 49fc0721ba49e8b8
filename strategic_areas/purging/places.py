"""
Where the words of a purge stand, and what becomes of each text that holds them.

Every text of every table is looked through.
"""

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import models

from agencies.audit import AuditEntry, AuditHead
from agencies.mail import Mail
from strategic_areas.marker import MARKER
from strategic_areas.models import (
    Evidence,
    ImportedRecord,
    Letter,
    Purge,
    PurgedText,
)
from strategic_areas.triggers.refusals import APPENDED, DECIDED

#: A request itself forgets its words, the audit record takes none, sessions are sealed;
#: the rest is Django's own.
NOT_SEARCHED = {
    *(Purge, PurgedText, AuditEntry, AuditHead),
    *(Session, ContentType, Permission),
}
#: Any of these makes a piece of evidence go as a whole, or a letter's file.
WHEREABOUTS = {Evidence: Evidence.WHEREABOUTS, Letter: ("original_name",)}
ROWS_AT_ONCE = 500
TEXTS = (models.CharField, models.TextField, models.JSONField)
#: Fields whose value is an address of a kind: the marker would be none.
ADDRESSES = (models.URLField, models.EmailField)
#: Model → field → what it is when blank, where the triggers know just that.
BLANKS = APPENDED | DECIDED
#: One text in two or three shapes: blanked together.
TOGETHER = {Mail: ("subject", "text", "html")}


class Treatment(Enum):
    MARK = "the marker takes its place"
    BLANK = "what the triggers know as its blank takes its place"
    EMPTY = "it is emptied"
    STRINGS = "each string inside that holds the words is marked"
    FORGET = "each string inside that holds the words is emptied"
    LEAVE = "it is a name or a code by which rows are found: people change it"


@dataclass(frozen=True)
class Place:
    """One field of one row that holds the words."""

    model: type[models.Model]
    row: int
    field: models.Field

    @property
    def treatment(self):
        return treatment(self.field)

    @property
    def is_whereabouts(self):
        return self.field.name in WHEREABOUTS.get(self.model, ())


def searched():
    """Every table of the portal that may hold a text, in a fixed order."""
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not model._meta.proxy
        and model not in NOT_SEARCHED
        and texts_of(model)
    ]
    return sorted(found, key=lambda model: model._meta.label_lower)


def rows_of(model):
    """All rows, past every manager that translates, hides or scopes."""
    return models.QuerySet(model).order_by()


def find_places(phrases):
    """A list of every ``Place`` at which the words stand."""
    return [place for model in searched() for place in _places_in(model, phrases)]


def _places_in(model, phrases):
    fields = texts_of(model)
    together = [field for field in fields if field.name in TOGETHER.get(model, ())]
    names = [field.attname for field in fields]
    rows = rows_of(model).values_list("pk", *names)
    for pk, *values in rows.iterator(chunk_size=ROWS_AT_ONCE):
        found = [
            field
            for field, value in zip(fields, values, strict=True)
            if holds(value, phrases)
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


def texts_of(model):
    """The fields of a model that may hold a text."""
    return [field for field in model._meta.concrete_fields if isinstance(field, TEXTS)]


def treatment(field):
    """How a text in this field is blanked."""
    model = field.model
    if field.name in BLANKS.get(model.__name__, ()):
        return Treatment.BLANK
    if _identifies(field) or issubclass(model, AbstractBaseUser):
        return Treatment.LEAVE
    if isinstance(field, models.JSONField):
        # What an import remembers must differ from the marker in the row: so it takes
        # the row for edited here and never puts the text of the file back.
        forgets = model is ImportedRecord
        return Treatment.FORGET if forgets else Treatment.STRINGS
    if isinstance(field, ADDRESSES):
        return Treatment.EMPTY if field.blank else Treatment.LEAVE
    if field.max_length and field.max_length < len(MARKER):
        return Treatment.LEAVE
    return Treatment.MARK


def _identifies(field):
    named = {
        name
        for constraint in field.model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
        for name in constraint.fields
    }
    named |= {name for group in field.model._meta.unique_together for name in group}
    fixed = isinstance(field, models.SlugField | models.FileField)
    return bool(
        field.choices
        or field.primary_key
        or field.unique
        or fixed
        or field.name in named
    )


def without(value, phrases, instead):
    """A JSON value in which every string that holds the words is replaced."""
    if isinstance(value, str):
        return instead if phrases.occur_in(value) else value
    if isinstance(value, list):
        return [without(each, phrases, instead) for each in value]
    if isinstance(value, dict):
        return {key: without(each, phrases, instead) for key, each in value.items()}
    return value


def holds(value, phrases):
    """True when the words stand in a value, however deep."""
    if isinstance(value, str):
        return phrases.occur_in(value)
    if isinstance(value, list):
        return any(holds(each, phrases) for each in value)
    if isinstance(value, dict):
        return any(holds(each, phrases) for each in (*value, *value.values()))
    return False
