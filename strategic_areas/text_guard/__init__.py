"""
The personal-data guard, which checks every typed, uploaded or imported text.

Identifying data blocks the text; data that very likely leads to a person is a warning
to its author; other possible data is a mark for the reviewer. Pure, for Spanish,
English and Haitian Creole; linear in the length of the text.
"""

from functools import partial

from django.conf import settings

from strategic_areas.text_guard import (
    counts,
    identifiers,
    indirect_identifiers,
    marks as marking,
    names,
    online,
)
from strategic_areas.text_guard.findings import Finding, PersonalDataKind, Severity
from strategic_areas.text_guard.names import NOTHING_KNOWN, KnownWords
from strategic_areas.text_guard.reading import Reading, find

__all__ = [
    "Finding",
    "PersonalDataKind",
    "KnownWords",
    "Severity",
    "find_personal_data",
    "find_review_marks",
]


def _find_identifiers(reading):
    return find(
        reading, [*online.RULES, *identifiers.identifier_rules(settings.COUNTRY)]
    )


RULES = (
    _find_identifiers,
    partial(find, rules=indirect_identifiers.RULES),
    identifiers.find_spelt_numbers,
    counts.find_small_numbers,
    counts.find_ages_with_places,
    names.find_certain_initials,
    names.find_certain_names,
)


def find_personal_data(text: str) -> list[Finding]:
    """Blocks and warnings, in order."""
    return _blocks_and_warnings(Reading(text))


def find_review_marks(text: str, known: KnownWords = NOTHING_KNOWN) -> list[Finding]:
    """
    Further marks for the reviewer, in order; ``known`` explains capitalised words.
    """
    reading = Reading(text)
    marked: set[int] = set()
    for finding in _blocks_and_warnings(reading):
        marked.update(range(finding.start, finding.end))
    marks = []
    found = marking.find_marks(reading, known)
    for mark in sorted(found, key=lambda mark: (mark.start, -mark.end)):
        if marked.isdisjoint(positions := range(mark.start, mark.end)):
            marked.update(positions)
            marks.append(mark)
    return marks


def _blocks_and_warnings(reading: Reading) -> list[Finding]:
    found = {
        Finding(PersonalDataKind.HIDDEN, *positions) for positions in reading.hidden
    }
    for rule in RULES:
        found.update(rule(reading))
    return sorted(found, key=lambda each: (each.start, each.end, each.kind))
