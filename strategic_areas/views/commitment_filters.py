"""The filters of the list of commitments in words, with what each would give."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from strategic_areas.addresses import address
from strategic_areas.labels import PUNCTUALITY, STATES
from strategic_areas.queries.catalogue import Catalogue
from strategic_areas.views.filters import (
    by_label,
    columns,
    field,
)
from strategic_areas.views.parameters import query


def context(found: Catalogue, asked: dict) -> dict:
    """What the list's form, headings and links need."""
    wanted = {name: value for name, value in asked.items() if name != "page"}
    fields = [
        field(name, found.facets[name], words, labels, wanted)
        for name, words, labels in _fields(found)
    ]
    words = field("q", found.facets["q"], (_("Words"), ""), (), wanted)
    chosen = [each for each in [words, *fields] if each.asked]
    sort = asked.get("sort", "code")
    names = _columns(found.board)
    return {
        "asked": asked,
        "fields": [each for each in fields if each.is_useful],
        "chosen": chosen,
        "total": len(found.board.rows),
        "dropped": query(wanted, **{each.name: "" for each in chosen}) or "?",
        "columns": columns(names, sort, wanted, "code"),
        "orders": [("", _("As the plan has it")), *_orders(names)],
        "page_query": query(asked),
        "is_variant": bool(wanted),
        "today_query": query(wanted, at=""),
        "table_address": address("plan_commitments", found.board.plan.code)
        + query(wanted),
        "shared": query(wanted),
    }


def _columns(board):
    is_reconstructed = board.is_reconstructed
    return {
        "code": _("Line of work") if is_reconstructed else _("Commitment"),
        "area": _("Area"),
        "state": _("State"),
        "agency": _("Lead"),
        "due": _("Due"),
    }


def _orders(names):
    """The orders for the form, which on a phone stands for the table's headings."""
    orders = {"title": _("Title"), **names}
    return [
        (name, pgettext("order of a list", "By %(column)s") % {"column": label.lower()})
        for name, label in orders.items()
        if name != "code"
    ] + [("-due", _("By due date, the last first"))]


def _fields(found):
    rows = found.board.rows
    commitments = [row.commitment for row in rows]
    programmes = {each.programme.code: each.programme for each in commitments}
    ordered = sorted(
        programmes.values(), key=lambda each: (each.area.sort_code, each.sort_code)
    )
    areas = {each.area.code: each.area.label for each in ordered}
    agencies = by_label((c.lead.slug, c.lead.name) for c in commitments)
    yield (
        "area",
        (_("Area"), _("Any area")),
        [("", code, label) for code, label in areas.items()],
    )
    yield (
        "programme",
        (_("Programme"), _("Any programme")),
        [(each.area.label, each.code, each.name) for each in ordered],
    )
    yield (
        "agency",
        (_("Lead agency"), _("Any agency")),
        [("", slug, name) for slug, name in agencies],
    )
    yield (
        "state",
        (_("State"), _("Any state")),
        [("", str(state), str(label)) for state, label in STATES.items()],
    )
    yield (
        "punctuality",
        (_("Punctuality"), _("Any")),
        [("", str(kept), str(label)) for kept, label in PUNCTUALITY.items()],
    )
    yield (
        "framework",
        (_("International target"), _("Any target")),
        [(each.family, code, _target(each)) for code, each in found.targets.items()],
    )


def _target(target):
    name = target.name if len(target.name) <= 70 else f"{target.name[:68].rstrip()}…"
    return f"{target.code} · {name}"
