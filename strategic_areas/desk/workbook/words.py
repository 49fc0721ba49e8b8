"""The words of the drop-down lists, read in whichever language they were chosen."""

from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from agencies.folding import fold
from strategic_areas.models import Answer, Execution


def choices(name):
    """Pairs of value and word of a column with a list, in the language in force."""
    if name == "is_reserved":
        return [(True, gettext("Yes")), (False, gettext("No"))]
    kinds = {"answer": Answer, "execution": Execution}[name]
    return [(kind.value, str(kind.label)) for kind in kinds]


def word(name, value):
    """The word of a value; empty where nothing is said."""
    return dict(choices(name)).get(value, "")


def meaning(name, text):
    """The value that a word stands for, or None where it is on no list."""
    return _meanings(name).get(simple(text))


@cache
def _meanings(name):
    found = {}
    for language, _label in settings.LANGUAGES:
        with translation.override(language):
            for value, label in choices(name):
                found[simple(label)] = value
                found[simple(str(value))] = value
    return found


def simple(text):
    """A word without accents, capitals and spare blanks, to compare it."""
    return " ".join(fold(text).split())
