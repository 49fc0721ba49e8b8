"""
Purges: blanking texts that could identify somebody, in every table.

One person requests a purge with the phrases to search for, and another confirms it.
Every text of every table is searched, so that tables added later are included;
``places`` says how each kind of field is blanked.
"""

from strategic_areas.purging.places import Phrases, PhrasesError, Place, find_places
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
