"""
Blanking texts by which somebody could be found, wherever they stand.

One person requests with the words to look for, another confirms. Every text of every
table is looked through, so that what is added later is covered by construction;
``places`` says what becomes of each kind of field.
"""

from strategic_areas.purging.places import Place, find
from strategic_areas.purging.steps import PURGES, look, request
from strategic_areas.purging.words import Words, WordsError

confirm, cancel = PURGES.approve, PURGES.drop

__all__ = [
    "PURGES",
    "Place",
    "Words",
    "WordsError",
    "cancel",
    "confirm",
    "find",
    "look",
    "request",
]
