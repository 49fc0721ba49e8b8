"""
What the page of the search shows of an answer.

It says what kinds of records were found, marks the words that were asked for, and leads
to the answer to another question.
"""

from urllib.parse import urlencode

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from strategic_areas.addresses import address
from strategic_areas.queries.updates.record import TEXTS

register = template.Library()

KINDS = {
    "indicator": gettext_lazy("Figures"),
    "commitment": gettext_lazy("Commitments and documented actions"),
    "activity": gettext_lazy("Activities"),
    "update": gettext_lazy("Updates"),
    "evidence": gettext_lazy("Evidence"),
    "agency": gettext_lazy("Agencies"),
    "area": gettext_lazy("Areas and programmes"),
    "framework": gettext_lazy("International targets"),
    "law": gettext_lazy("Legal base"),
    "glossary": gettext_lazy("Glossary"),
    "page": gettext_lazy("Pages of this site"),
    "plan": gettext_lazy("Plans"),
    "amendment": gettext_lazy("Amendments"),
    "later": gettext_lazy("After the plan"),
    "discrepancy": gettext_lazy("Where the sources disagree"),
    "source": gettext_lazy("Sources"),
    "correction": gettext_lazy("Corrections"),
    "help": gettext_lazy("Telephone lines"),
}
#: The fields that an excerpt mentions when it comes from them.
PARTS = {
    "expected_result": gettext_lazy("Expected result"),
    "expected_product": gettext_lazy("Expected product"),
    "baseline": gettext_lazy("Baseline"),
    "definition": gettext_lazy("Definition"),
    "caveat": gettext_lazy("What cannot be said with it"),
    "means_of_verification": gettext_lazy("Where it can be checked"),
    "outcome": gettext_lazy("Outcome sought"),
    "asked": gettext_lazy("What was asked"),
    "decision": gettext_lazy("What was decided"),
    "resolution": gettext_lazy("What was decided"),
    "legal_basis": gettext_lazy("Reported; content withheld by law"),
}


@register.filter
def kind_word(kind):
    """The name of a kind of documents."""
    return KINDS[kind]


@register.filter
def part_word(about):
    """The name of a field that excerpts mention; "" for the others."""
    headings = {field.name: field.public_heading for field in TEXTS}
    return headings.get(about) or PARTS.get(about, "")


@register.simple_tag
def search_path(words, kind="", page=1):
    """The address of the answer to a question."""
    asked = {"q": words, "kind": kind, "page": page if page > 1 else ""}
    return f"{address('search')}?{urlencode({k: v for k, v in asked.items() if v})}"


@register.simple_tag
def passage(found):
    """A text with the words asked for marked; in Spanish, it says so if need be."""
    marks = ("<mark>{}</mark>", "{}")
    text = format_html_join(
        "", "{}", ((format_html(marks[not p.is_marked], p.text),) for p in found.pieces)
    )
    if found.language == get_language():
        return text
    mark = '<span lang="es">{}</span> <small class="only-spanish">({})</small>'
    return format_html(mark, text, _("only in Spanish"))
