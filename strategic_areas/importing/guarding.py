"""
The guard for personal data over a whole file: every free text that it would publish.

What identifies a person refuses the file. What may make a person findable is told as a
warning, unless the record names the public source that already says it.
"""

from dataclasses import dataclass

from django.utils.translation import override

from strategic_areas import text_guard
from strategic_areas.importing.faults import Fault
from strategic_areas.importing.kinds import Text
from strategic_areas.importing.rules import every_entry
from strategic_areas.text_guard import Kind, Severity

#: What a section is there to tell the public, and so is no personal data in it.
MEANT_TO_BE_TOLD = {"hotlines": {Kind.TELEPHONE}}


@dataclass(frozen=True)
class Suspicion:
    """One finding in one text of a record; never what the text says there."""

    record: str
    field: str
    line: int
    start: int
    end: int
    message: str

    @property
    def place(self):
        return f"characters {self.start + 1} to {self.end}"

    def __str__(self):
        where = f"{self.record} (line {self.line}), {self.field}"
        return f"{where}, {self.place}: {self.message}"


def guard(plan_file):
    """Faults of what identifies a person, and suspicions of what might, as lists."""
    faults, suspicions = [], []
    for entry, key, finding in found_in(plan_file):
        line = entry.nodes[key].line
        with override("en"):
            message = str(finding.message)
        suspicion = Suspicion(
            entry.name, key, line, finding.start, finding.end, message
        )
        if finding.severity == Severity.BLOCK:
            found = f"personal data in {suspicion.place}"
            faults.append(Fault(entry.name, key, found, f"none: {message}", line))
        elif not names_public_source(entry):
            suspicions.append(suspicion)
    return faults, suspicions


def found_in(plan_file):
    """Triples of entry, key and finding over all free texts of the file."""
    for entry in every_entry(plan_file):
        allowed = MEANT_TO_BE_TOLD.get(entry.section.name, set())
        for key in entry.section.keys:
            text = entry.values.get(key.name)
            # Codes, addresses and choices are kinds of text too, but no free ones.
            if type(key.kind) is Text and text:
                for finding in text_guard.inspect(text):
                    if finding.kind not in allowed:
                        yield entry, key.name, finding


def names_public_source(entry):
    """True for a record that rests on a source, and for a source itself."""
    if entry.section.name == "sources" or entry.values.get("sources"):
        return True
    return entry.above is not None and names_public_source(entry.above)
