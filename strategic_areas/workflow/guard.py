"""Applies the guard against personal data to the fields of records."""

from dataclasses import dataclass

from django.utils.translation import gettext

from agencies.access import RefusedError
from agencies.decisions import Steps
from agencies.fields import field_of
from strategic_areas import text_guard
from strategic_areas.models import Evidence
from strategic_areas.text_guard import Severity

#: How much of the text around a finding is shown with it.
AROUND = 30


@dataclass(frozen=True)
class Warned:
    """A finding that a person has to check before the text is sent."""

    label: str
    message: str
    excerpt: str


def found_in(model, values, *, with_notes=False):
    """
    Triples of column name, text and finding, for every guarded text in ``values``.

    ``values`` maps names of the model's columns to their new content. Data that a model
    exists to publish, such as the number of a help line, is no finding.
    """
    for name, value in values.items():
        field = field_of(model, name)
        if not value or not (field.guarded or with_notes and field.noted):
            continue
        # A list, such as the numbers of a help line, is read as it stands on a page.
        text = value if isinstance(value, str) else ", ".join(map(str, value))
        for finding in text_guard.inspect(text):
            if finding.kind not in model.fields.tells | field.tells:
                yield name, text, finding


def blocked_texts(model, values):
    """The reasons why texts may not even be stored, by the name of the field."""
    found = {}
    for name, _text, finding in found_in(model, values, with_notes=True):
        if finding.severity == Severity.BLOCK:
            found.setdefault(name, str(finding.message))
    return found


def must_be_clean(model, *, error=RefusedError, **texts):
    """Refuse a step whose texts, by column, hold what identifies a person."""
    for name, reason in blocked_texts(model, texts).items():
        raise error(f"{model.fields.of_column(name).label}: {reason}")


def judge(form, model, **columns):
    """Add to a form what the guard refuses; ``columns`` are those of its fields."""
    for name, column in columns.items():
        text = form.cleaned_data.get(name)
        for reason in blocked_texts(model, {column: text}).values():
            form.add_error(name, reason)


class GuardedSteps(Steps):
    """Steps of a decision whose reason, where it is declined, is guarded."""

    def decline(self, decision, *, by, reason=""):
        must_be_clean(self.model, reason=reason)
        return super().decline(decision, by=by, reason=reason)


def refusals(text):
    """The reasons why the text may not be saved, each once."""
    found = text_guard.inspect(text or "")
    blocks = [each for each in found if each.severity == Severity.BLOCK]
    return list(dict.fromkeys(str(each.message) for each in blocks))


def warnings(record):
    """The findings to check in the stored texts of a report."""
    return judged(record)[0]


def blocks(record):
    """The findings in stored texts that block publication, checked or not."""
    return judged(record)[1]


def judged(record):
    """The warnings about a report and its blocks; each of its texts is read once."""
    found = list(_found_with(record))
    told = [warned for severity, warned in found if severity == Severity.WARN]
    barred = [warned for severity, warned in found if severity == Severity.BLOCK]
    return told, barred


def warnings_of(record, names):
    """The findings to check in the named stored texts of any record."""
    return found_warnings(type(record), _stored(record, names))


def found_warnings(model, values):
    """The findings to check in texts not stored yet, given by column name."""
    found = _found(model, values)
    return [warned for severity, warned in found if severity == Severity.WARN]


def _found_with(record):
    """The findings in a report and in the texts that are published with it."""
    yield from _found(type(record), _guarded(record))
    subject = record.subject
    if not getattr(subject, "is_in_plan", True):
        # The agency chose the name of this work itself, and nobody has reviewed it.
        yield from _found(type(subject), _stored(subject, ["title_es"]))
    for item in record.evidences.all():
        yield from _found(Evidence, _guarded(item), gettext("Evidence"))


def _guarded(record):
    return _stored(record, record.fields.columns(guarded=True))


def _stored(record, names):
    return {name: getattr(record, name) for name in names}


def _found(model, values, label=""):
    """Pairs of a severity and what is shown of the finding."""
    for name, text, finding in found_in(model, values):
        yield (
            finding.severity,
            Warned(
                label or model.fields.of_column(name).label,
                str(finding.message),
                excerpt(text, finding),
            ),
        )


def excerpt(text, finding):
    """The whole words around a finding, with an ellipsis where the text goes on."""
    start = text.rfind(" ", 0, max(0, finding.start - AROUND)) + 1
    end = text.find(" ", finding.end + AROUND)
    before, after = "… " if start else "", " …" if end != -1 else ""
    return f"{before}{text[start : end if after else None].strip()}{after}"
