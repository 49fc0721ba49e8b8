"""The guard for personal data, asked about the fields of a record."""

from strategic_areas import text_guard
from strategic_areas.models import HelpLine
from strategic_areas.text_guard import Kind, Severity

#: What a record is there to tell the public, and so is no personal data in it.
MEANT_TO_BE_TOLD = {HelpLine: {Kind.TELEPHONE}}


def found_in(model, values):
    """
    Triples of field, text and finding, for every text among ``values``.

    ``values`` maps names of the model's fields to what they would say.
    """
    allowed = MEANT_TO_BE_TOLD.get(model, set())
    for name, text in values.items():
        field = model._meta.get_field(name)
        if not isinstance(text, str) or not _is_free_text(field):
            continue
        for finding in text_guard.inspect(text):
            if finding.kind not in allowed:
                yield field, text, finding


def blocked_texts(model, values):
    """Why texts may not even be kept, by the name of their field."""
    found = {}
    for field, _text, finding in found_in(model, values):
        if finding.severity == Severity.BLOCK:
            found.setdefault(field.name, str(finding.message))
    return found


def _is_free_text(field):
    kind = field.get_internal_type()
    return kind in {"CharField", "TextField"} and not field.choices
