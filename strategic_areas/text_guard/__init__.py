"""
The guard: it finds personal data in a text before the public can read it.

The portal reports on work and never on a person. Every text that people type, upload or
import is checked here before it becomes public. Data that identifies a person blocks
the text: identity documents, telephone numbers, e-mail addresses, birth dates, bank
accounts and initials. Data by which a person may be recognised gives a warning, which
somebody has to check: one to nine people, in digits or in words, an age next to a
place, a name, a case file, a number plate or a street address. A false warning costs
less than a missed one; a block has to be right.

The guard is pure and deterministic. It uses lists of words and regular expressions in
Spanish and English, and its time grows linearly with the length of the text.
"""

from strategic_areas.text_guard import ages, identifiers, names, numbers, traces
from strategic_areas.text_guard.findings import Finding, Kind, Severity
from strategic_areas.text_guard.reading import Reading

__all__ = ["Finding", "Kind", "Severity", "inspect"]

RULES = (
    identifiers.find_identifiers,
    numbers.find_small_numbers,
    ages.find_ages_with_places,
    names.find_names,
    traces.find_traces,
)


def inspect(text: str) -> list[Finding]:
    """All findings in the order of the text; an empty list for a clean text."""
    reading = Reading(text)
    found = {finding for rule in RULES for finding in rule(reading)}
    return sorted(found, key=lambda each: (each.start, each.end, each.kind))
