"""
The search in everything that is public, by the forms of Spanish and English words.

Its texts come from ``queries``, so nothing is found that no page shows. It finds the
same, in the same order and with the same excerpts, on both databases.
"""

from strategic_areas.search.answers import (
    PER_PAGE,
    answer,
    of_kind,
    straight,
)
from strategic_areas.search.documents import KINDS, Document, Index, Place, Text
from strategic_areas.search.stems import LONGEST, MOST_WORDS, ask

__all__ = [
    "KINDS",
    "LONGEST",
    "MOST_WORDS",
    "PER_PAGE",
    "Document",
    "Index",
    "Place",
    "Text",
    "answer",
    "ask",
    "of_kind",
    "straight",
]
