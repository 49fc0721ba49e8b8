"""
Blanking texts by which somebody could be found, wherever they stand.

One person requests with the words to look for, another confirms. Every text of every
table is looked through, so that what is added later is covered by construction;
``places`` says what becomes of each kind of field.
"""

from strategic_areas.purging.places import Place, find
from strategic_areas.purging.steps import (
    PurgeError,
    cancel,
    confirm,
    look,
    may_purge,
    request,
)
from strategic_areas.purging.words import Words, WordsError

__all__ = [
    "Place",
    "PurgeError",
    "Words",
    "WordsError",
    "cancel",
    "confirm",
    "find",
    "look",
    "may_purge",
    "request",
]
