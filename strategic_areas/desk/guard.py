"""The guard for personal data, asked about the texts of a report."""

from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext

from strategic_areas import text_guard
from strategic_areas.workflow.personal_data import found_in

#: The texts of a report that can become public, in whichever language.
PUBLIC_TEXTS = {
    "narrative",
    "obstacle",
    "next_step",
    "no_news_reason",
    "statement",
    "reserved_legal_basis",
}
#: How much of the text around a finding is shown with it.
AROUND = 30


@dataclass(frozen=True)
class Warned:
    """One thing that somebody has to look at before the text is sent."""

    label: str
    message: str
    excerpt: str


def can_become_public(name):
    """True for the field of a text that the public may come to read."""
    return name.removesuffix("_es").removesuffix("_en") in PUBLIC_TEXTS


def refusals(text):
    """Why the text may not be saved: each reason once."""
    found = text_guard.inspect(text or "")
    blocks = [each for each in found if each.severity == text_guard.Severity.BLOCK]
    return list(dict.fromkeys(str(each.message) for each in blocks))


def warnings(record):
    """What has to be looked at in the stored texts of a report and its evidence."""
    return _found(_texts(record), text_guard.Severity.WARN)


def warnings_of(record, names):
    """What has to be looked at in these stored texts of any record."""
    texts = [(_label(record, name), getattr(record, name) or "") for name in names]
    return _found(texts, text_guard.Severity.WARN)


def found_warnings(model, values):
    """The same of texts that are not stored yet, by the names of the model's fields."""
    return [
        Warned(
            capfirst(str(field.verbose_name)),
            str(finding.message),
            excerpt(text, finding),
        )
        for field, text, finding in found_in(model, values)
        if finding.severity == text_guard.Severity.WARN
    ]


def blocks(record):
    """What stands stored and may not become public, whoever has looked at it."""
    return _found(_texts(record), text_guard.Severity.BLOCK)


def _found(texts, severity):
    return [
        Warned(
            label,
            str(each.message),
            excerpt(text, each),
        )
        for label, text in texts
        for each in text_guard.inspect(text)
        if each.severity == severity
    ]


def excerpt(text, finding):
    """The words around a finding, whole, with a sign where the text goes on."""
    start = text.rfind(" ", 0, max(0, finding.start - AROUND)) + 1
    end = text.find(" ", finding.end + AROUND)
    before, after = "… " if start else "", " …" if end != -1 else ""
    return f"{before}{text[start : end if after else None].strip()}{after}"


def _texts(record):
    """Label and text of all that the public may come to read with it."""
    names = [field.name for field in record._meta.concrete_fields]
    for name in filter(can_become_public, names):
        # A bilingual field only repeats the text of the page's language.
        if f"{name}_es" not in names and getattr(record, name):
            yield _label(record, name), getattr(record, name)
    if not getattr(record.subject, "is_in_plan", True):
        # The agency named this work itself, and nobody else has read that name.
        yield _label(record.subject, "title_es"), record.subject.title_es
    for item in record.evidences.all():
        for name in ("title_es", "title_en", "archive_office", "archive_number"):
            if getattr(item, name):
                yield gettext("Evidence"), getattr(item, name)


def _label(record, name):
    """The name of a bilingual text, without its language."""
    base = name.removesuffix("_es").removesuffix("_en")
    return capfirst(str(record._meta.get_field(base).verbose_name))
