"""What becomes of a text when it is blanked, by the field in which it stands."""

from enum import Enum

from django.contrib.auth.models import AbstractBaseUser
from django.db import models

from agencies.mail import Mail
from strategic_areas.marker import MARKER
from strategic_areas.models import ImportedRecord
from strategic_areas.triggers.refusals import APPENDED, DECIDED

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


def without(value, words, instead):
    """A JSON value in which every string that holds the words is replaced."""
    if isinstance(value, str):
        return instead if words.stand_in(value) else value
    if isinstance(value, list):
        return [without(each, words, instead) for each in value]
    if isinstance(value, dict):
        return {key: without(each, words, instead) for key, each in value.items()}
    return value


def holds(value, words):
    """True when the words stand in a value, however deep."""
    if isinstance(value, str):
        return words.stand_in(value)
    if isinstance(value, list):
        return any(holds(each, words) for each in value)
    if isinstance(value, dict):
        return any(holds(each, words) for each in (*value, *value.values()))
    return False
