"""The guard for personal data, asked about the fields of records."""

from dataclasses import dataclass

from django.utils.translation import gettext

from strategic_areas import text_guard
from strategic_areas.models import Evidence
from strategic_areas.text_guard import Severity

#: How much of the text around a finding is shown with it.
AROUND = 30


@dataclass(frozen=True)
class Warned:
    """One thing that somebody has to look at before the text is sent."""

    label: str
    message: str
    excerpt: str


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


def refusals(text):
    """Why the text may not be saved: each reason once."""
    found = text_guard.inspect(text or "")
    blocks = [each for each in found if each.severity == Severity.BLOCK]
    return list(dict.fromkeys(str(each.message) for each in blocks))


def warnings(record):
    """What has to be looked at in the stored texts of a report and its evidence."""
    return _found_with(record, Severity.WARN)


def blocks(record):
    """What stands stored and may not become public, whoever has looked at it."""
    return _found_with(record, Severity.BLOCK)


def warnings_of(record, names):
    """What has to be looked at in these stored texts of any record."""
    return _found(type(record), _stored(record, names), Severity.WARN)


def found_warnings(model, values):
    """The same of texts that are not stored yet, by the names of their columns."""
    return _found(model, values, Severity.WARN)


def _found_with(record, severity):
    """What is found in a report and in all that is told with it."""
    found = _found(type(record), _guarded(record), severity)
    subject = record.subject
    if not getattr(subject, "is_in_plan", True):
        # The agency named this work itself, and nobody else has read that name.
        found += _found(type(subject), _stored(subject, ["title_es"]), severity)
    for item in record.evidences.all():
        label = gettext("Evidence")
        found += _found(Evidence, _guarded(item), severity, label)
    return found


def _guarded(record):
    return _stored(record, record.fields.columns(guarded=True))


def _stored(record, names):
    return {name: getattr(record, name) for name in names}


def _found(model, values, severity, label=""):
    return [
        Warned(
            label or model.fields.of_column(name).label,
            str(finding.message),
            excerpt(text, finding),
        )
        for name, text, finding in found_in(model, values)
        if finding.severity == severity
    ]


def excerpt(text, finding):
    """The words around a finding, whole, with a mark where the text goes on."""
    start = text.rfind(" ", 0, max(0, finding.start - AROUND)) + 1
    end = text.find(" ", finding.end + AROUND)
    before, after = "… " if start else "", " …" if end != -1 else ""
    return f"{before}{text[start : end if after else None].strip()}{after}"
