"""The guard for personal data, asked about the texts of a report."""

from dataclasses import dataclass

from django.utils.text import capfirst

from strategic_areas import text_guard

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
    """What has to be looked at in the stored texts of a report."""
    return [
        warned
        for field in record._meta.concrete_fields
        if field.name.endswith(("_es", "_en")) and can_become_public(field.name)
        for warned in warnings_of(record, field.name)
    ]


def warnings_of(record, name):
    """What has to be looked at in one stored text of a record."""
    text = getattr(record, name) or ""
    return [
        Warned(
            _label(record, name),
            str(each.message),
            text[max(0, each.start - AROUND) : each.end + AROUND],
        )
        for each in text_guard.inspect(text)
        if each.severity == text_guard.Severity.WARN
    ]


def _label(record, name):
    """The name of a bilingual text, without its language."""
    base = name.removesuffix("_es").removesuffix("_en")
    return capfirst(str(record._meta.get_field(base).verbose_name))
