"""
The guard: it finds personal data in a text before the public can read it.

The portal reports on work and never on a person. Every text that people type, upload or
import is checked here before it becomes public. What identifies a person in any text
blocks it: identity documents, telephone numbers, e-mail addresses, profiles, birth
dates, bank accounts and announced initials; so do characters that nobody sees, which
could hide such data. Where a pattern is sure, data by which a person may be recognised
gives a warning to the writer: one to nine people, an age next to a place, a name, a
case file, a number plate or a street address. Everything else that could be such data
is a mark, which whoever reviews a text reads before she says that nobody can be
recognised (``marks``).

The guard is pure and deterministic. It uses lists of words (``vocabulary.txt``,
``people.txt``) and regular expressions in Spanish, English and Haitian Creole, and its
time grows linearly with the length of the text.
"""

from strategic_areas.text_guard import (
    ages,
    counts,
    identifiers,
    initials,
    names,
    online,
    patterns,
    spelt,
    traces,
)
from strategic_areas.text_guard import marks as marking
from strategic_areas.text_guard.findings import Finding, Kind, Severity
from strategic_areas.text_guard.marks import NOTHING_KNOWN, Known
from strategic_areas.text_guard.reading import Reading

__all__ = [
    "Finding",
    "Kind",
    "Known",
    "Severity",
    "inspect",
    "marks",
    "numbers_beside_people",
]

TABLES = [[*online.RULES, *identifiers.RULES], traces.RULES]
RULES = (
    spelt.find_spelt_numbers,
    counts.find_small_numbers,
    ages.find_ages_with_places,
    initials.find_initials,
    names.find_names,
)


def inspect(text: str) -> list[Finding]:
    """What stops a text and what it warns of, in order; an empty list for neither."""
    return _inspected(Reading(text))


def marks(text: str, known: Known = NOTHING_KNOWN) -> list[Finding]:
    """What else a reviewer looks at, in order; ``known`` explains capitalised words."""
    reading = Reading(text)
    taken, found = bytearray(len(text)), []
    for each in _inspected(reading):
        taken[each.start : each.end] = b"\1" * (each.end - each.start)
    for each in sorted(set(marking.find_marks(reading, known)), key=_longest_first):
        if not any(taken[each.start : each.end]):
            taken[each.start : each.end] = b"\1" * (each.end - each.start)
            found.append(each)
    return found


def numbers_beside_people(text: str, most: int | None = None) -> list[Finding]:
    """Every number beside a word for people, up to ``most`` or of whatever size."""
    return list(counts.find_counts(Reading(text), most=most))


def _longest_first(found: Finding) -> tuple[int, int, bool, str]:
    return found.start, -found.end, found.kind == Kind.POSSIBLE_NAME, found.kind


def _inspected(reading: Reading) -> list[Finding]:
    found = {Finding(Kind.HIDDEN, *stretch) for stretch in reading.hidden}
    for rules in TABLES:
        found.update(patterns.find(reading, rules))
    for rule in RULES:
        found.update(rule(reading))
    return sorted(found, key=lambda each: (each.start, each.end, each.kind))
