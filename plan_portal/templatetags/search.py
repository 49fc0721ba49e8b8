"""Template tags of the search page."""

from urllib.parse import urlencode

from django import template
from django.utils.translation import gettext_lazy

from strategic_areas.public_paths import public_path
from strategic_areas.queries.updates.public_updates import TEXT_FIELDS
from strategic_areas.search.results import KINDS

register = template.Library()

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
    return KINDS[kind]


@register.filter
def part_word(about):
    headings = {field.name: field.public_heading for field in TEXT_FIELDS}
    return headings.get(about) or PARTS.get(about, "")


@register.simple_tag
def search_path(words, kind="", page=1):
    query = {"q": words, "kind": kind, "page": page if page > 1 else ""}
    return f"{public_path('search')}?{urlencode({k: v for k, v in query.items() if v})}"
