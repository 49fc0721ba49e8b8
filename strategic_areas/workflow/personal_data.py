"""The guard for personal data, asked about the fields of a record."""

from strategic_areas import text_guard
from strategic_areas.text_guard import Severity


def found_in(model, values):
    """
    Triples of name, text and finding, for every guarded text among ``values``.

    ``values`` maps names of the model's columns to what they would say. What the
    records are there to tell is no personal data in them.
    """
    for name, text in values.items():
        if not text or not model.fields.of_column(name).guarded:
            continue
        for finding in text_guard.inspect(text):
            if finding.kind not in model.fields.tells:
                yield name, text, finding


def blocked_texts(model, values):
    """Why texts may not even be kept, by the name of their field."""
    found = {}
    for name, _text, finding in found_in(model, values):
        if finding.severity == Severity.BLOCK:
            found.setdefault(name, str(finding.message))
    return found
