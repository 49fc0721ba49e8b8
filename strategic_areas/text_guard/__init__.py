"""
The guard: it finds personal data in a text before the public can read it.

The portal reports on work and never on a person. Every text that people type, upload or
import is checked here before it becomes public. Data that identifies a person blocks
the text: identity documents, telephone numbers, e-mail addresses, profiles, birth
dates, bank accounts and initials; so do characters that nobody sees, which could hide
such data. Data by which a person may be recognised gives a warning, which somebody has
to check: one to nine people, in digits or in words, an age next to a place, a name, a
case file, a number plate or a street address. Officials with their office, help lines,
and telephones and addresses of institutions are no personal data.

The guard is pure and deterministic. It uses lists of words (``vocabulary.txt``) and
regular expressions in Spanish, English and Haitian Creole, and its time grows linearly
with the length of the text.
"""

from functools import cache

from strategic_areas.text_guard import (
    ages,
    identifiers,
    initials,
    names,
    numbers,
    online,
    patterns,
    spelt,
    traces,
)
from strategic_areas.text_guard.findings import Finding, Kind, Severity
from strategic_areas.text_guard.reading import Reading

__all__ = ["Finding", "Kind", "Severity", "inspect"]

TABLES = [[*online.RULES, *identifiers.RULES], traces.RULES, numbers.RULES]
RULES = (
    spelt.find_spelt_numbers,
    numbers.find_small_numbers,
    ages.find_ages_with_places,
    initials.find_initials,
    names.find_names,
)


def inspect(text: str) -> list[Finding]:
    """All findings in the order of the text; an empty list for a clean text."""
    reading = Reading(text)
    found = {Finding(Kind.HIDDEN, *stretch) for stretch in reading.hidden}
    for rules in filter(None, _sieve().pass_on(reading)):
        found.update(patterns.find(reading, rules))
    for rule in RULES:
        found.update(rule(reading))
    return sorted(found, key=lambda each: (each.start, each.end, each.kind))


@cache
def _sieve() -> patterns.Sieve:
    """Made when the first text is read, since most processes read none."""
    return patterns.Sieve(TABLES)
