"""
Blanking texts by which somebody could be found, wherever they stand.

One person requests with the words to look for, another confirms. Every text of every
table is looked through, so that what is added later is covered by construction;
``places`` says what becomes of each kind of field.
"""

from strategic_areas.purging.phrases import Phrases, PhrasesError
from strategic_areas.purging.places import Place, find_places
from strategic_areas.purging.steps import PURGES, look, request

confirm, cancel = PURGES.approve, PURGES.drop

__all__ = [
    "PURGES",
    "Place",
    "Phrases",
    "PhrasesError",
    "cancel",
    "confirm",
    "find_places",
    "look",
    "request",
]
