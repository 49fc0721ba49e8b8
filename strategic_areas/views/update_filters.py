"""The filters of the record in words, with what each would give."""

from django.utils.translation import gettext as _

from strategic_areas.addresses import address
from strategic_areas.models import Plan
from strategic_areas.queries.archive import Cube
from strategic_areas.views.filters import FROM_THE_START, by_label, field
from strategic_areas.views.parameters import query


def context(plan: Plan, found: Cube, asked: dict) -> dict:
    """What the record's form and links need."""
    wanted = {name: asked[name] for name in asked if name not in FROM_THE_START}
    fields = [
        field(name, found.facets[name], words, labels, wanted, uncounted)
        for name, words, labels, uncounted in _fields(found)
    ]
    chosen = [each for each in fields if each.asked]
    return {
        "asked": asked,
        "fields": [each for each in fields if each.is_useful],
        "chosen": chosen,
        "found": found.found,
        "total": found.total,
        "dropped": "?",
        "shared": query(wanted),
        "page_query": query(asked),
        "is_variant": bool(wanted),
        "table_address": address("plan_updates", plan.code) + query(wanted),
    }


def _fields(found):
    periods = sorted(
        found.periods.values(), key=lambda each: (each.ends_on, each.code), reverse=True
    )
    rehearsed = frozenset(each.code for each in periods if each.is_demonstration)
    agencies = by_label((each.slug, each.name) for each in found.agencies.values())
    areas = sorted(found.areas.values(), key=lambda each: each.sort_code)
    yield (
        "period",
        (_("Period"), _("Any period")),
        [("", each.code, each.name) for each in periods],
        rehearsed,
    )
    yield (
        "agency",
        (_("Agency"), _("Any agency")),
        [("", slug, name) for slug, name in agencies],
        (),
    )
    yield (
        "area",
        (_("Area"), _("Any area")),
        [("", each.code, each.label) for each in areas],
        (),
    )
