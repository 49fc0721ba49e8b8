"""
Finds personal data in a text before the public can read it.

The portal tells of work done, never of a person. Whatever people type, upload or import
passes here before it becomes public. What identifies a person blocks: an identity
document, a telephone, a mailbox, a birth date, a bank account, initials. What may make
a person findable warns, and somebody decides: a number of people from one to nine, in
digits or in words, an age beside a place, a name, a case file, a plate, a street
address. A warning too many is cheaper than one too few; a block has to be right.

Pure and deterministic: lists of words and shapes, Spanish and English, nothing learnt
and nothing guessed. The work grows with the length of the text and no faster.
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
    """All that was found, in the order of the text; an empty list is a clean text."""
    reading = Reading(text)
    found = {finding for rule in RULES for finding in rule(reading)}
    return sorted(found, key=lambda each: (each.start, each.end, each.kind))
