"""Agencies: those of a plan, and one with its part in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agencies.models import Agency
from strategic_areas.addresses import address
from strategic_areas.queries.figures import indicators
from strategic_areas.queries.pages import agencies
from strategic_areas.queries.plan import board, members
from strategic_areas.queries.plan.board import Board
from strategic_areas.queries.plan.members import AgencyRow
from strategic_areas.queries.plan.plans import latest_round
from strategic_areas.views import agency_tables, filters
from strategic_areas.views.filters import page_of, telling
from strategic_areas.views.parameters import (
    asked,
    found_or_404,
    made_up,
    public_plan,
    query,
    reads,
)

#: What sources tell as done is no measure of an agency: nobody is ranked by it.
UNRANKED = frozenset({"done"})
#: How many agencies of the list, and activities of one agency, stand on a page.
PER_PAGE = 50


@reads("sort", "page")
def agency_list(request, plan):
    """A plan's agencies by name; ranked only when the address asks for it."""
    plan, given = public_plan(plan), asked(request, "sort", "page")
    wanted = {name: word for name, word in given.items() if name != "page"}
    today, sort = timezone.localdate(), wanted.get("sort", "")
    found = members.board_of(plan, today)
    rows = members.of_plan(found, today)
    no_order = ""
    if sort and sort.removeprefix("-") not in headings(found, rows).keys() - UNRANKED:
        no_order, sort = wanted.pop("sort"), ""
    context = {"plan": plan, "board": found, "no_order": no_order}
    context["is_variant"] = bool(wanted or no_order)
    context["page_query"] = query(given)
    context["shared"] = query(wanted)
    context["agencies"] = rows = members.ranked(rows, sort) if sort else rows
    context["page"] = page = page_of(rows, given, PER_PAGE)
    context |= _table(rows, page.object_list, found, wanted)
    return made_up(render(request, "agencies.html", context), bool(no_order))


@reads("page")
def agency(request, plan, slug):
    """One agency; an address word that it had before redirects to the present one."""
    wanted, today = asked(request, "page"), timezone.localdate()
    found = agencies.by_slug(plan, slug)
    if found is None:
        return _to_present_address(plan, slug)
    plan, agency, participation = found
    standing = board.load(plan, today, supporter=agency)
    page = found_or_404(agencies.page(agency, participation, standing, today))
    context = {"plan": plan, "board": standing, "agency": agency, "page": page}
    context["undertaken"] = agency_tables.undertaken(page, standing)
    context["done"] = done = agency_tables.done(page, standing)
    context["shown"] = page_of(done.lines, wanted, PER_PAGE)
    context["page_query"] = query(wanted)
    context["listed"] = query({"agency": agency.slug})
    context["figures"] = indicators.first_of(indicators.of_agency(agency))
    return render(request, "agency.html", context)


def _to_present_address(code, slug):
    plan = public_plan(code)
    agency = found_or_404(agencies.renamed(slug))
    return redirect(address("agency", plan.code, agency.slug), permanent=True)


@dataclass(frozen=True)
class Line:
    """A row of the table; ``cells`` are pairs of a heading and a figure."""

    agency: Agency
    address: str
    role: str
    cells: tuple[tuple[str, str], ...]


def headings(board: Board, rows: Iterable[AgencyRow]) -> dict[str, str]:
    """
    The headings of the figures that the table shows, by their names.

    Of documented actions it shows nothing that could pass for a measure of the plan,
    and of reports nothing until the scorecards of a round are public.
    """
    rows = list(rows)
    if board.is_reconstructed:
        found = {
            "led": _("Documented actions attributed to it"),
            "activities": _("Activities found"),
            "done": pgettext("activities", "Done, sources say"),
        }
    else:
        found = {
            "led": _("Commitments led"),
            "completed": pgettext("commitments", "Fulfilled"),
            "late": pgettext("commitments", "Late"),
            "activities": _("Activities"),
        }
    if any(row.asked for row in rows):
        last = latest_round(board.periods, timezone.localdate())
        found["handed_in"] = _("Handed in, %(round)s") % {"round": last.name}
    if any(row.discipline.asked for row in rows):
        found["on_time"] = _("Rounds answered on time")
    return found


def lines(
    rows: Iterable[AgencyRow],
    board: Board,
    names: Mapping[str, str] | None = None,
) -> list[Line]:
    """The rows of the table, with the figures ``names`` or all that it has."""
    rows, plan = list(rows), board.plan.code
    names = headings(board, rows) if names is None else names
    return [
        Line(
            agency=row.agency,
            address=address("agency", plan, row.agency.slug),
            role=row.participation.get_role_display(),
            cells=tuple((label, _figure(row, name)) for name, label in names.items()),
        )
        for row in rows
    ]


def _figure(row, name):
    if name == "on_time":
        return _of(row.discipline.on_time, row.discipline.asked)
    if name == "handed_in":
        return _of(row.handed_in, row.asked)
    number = getattr(row, name)
    if number is None and not (row.activities if name == "done" else row.led):
        return ""
    return pgettext("a figure", "no data") if number is None else str(number)


def _of(number, total):
    if not total:
        return pgettext("an agency, in no round", "not asked")
    return pgettext("rounds", "%(number)d of %(total)d") % {
        "number": number,
        "total": total,
    }


def _table(
    rows: Iterable[AgencyRow],
    shown: Iterable[AgencyRow],
    board: Board,
    asked: Mapping[str, str],
) -> dict:
    """The lines shown, the columns that tell all rows apart, and what sorts them."""
    rows = list(rows)
    names = headings(board, rows)
    figures = [{name: _figure(row, name) for name in names} for row in rows]
    apart = telling(names, figures)
    names = {name: names[name] for name in apart.shown}
    found = _columns(names, asked)
    return {
        "lines": lines(shown, board, names),
        "columns": found,
        "common": apart.common,
        "ranked": next((each for each in found if each.name and each.direction), None),
    }


def _columns(
    figures: Mapping[str, str], asked: Mapping[str, str]
) -> tuple[filters.Heading, ...]:
    """Headings that sort the table, the largest first; the first sorts by name."""
    names = {"": _("Agency"), **figures}
    by = asked.get("sort", "")
    found = []
    for name, label in names.items():
        turned = "" if not name else name if by == f"-{name}" else f"-{name}"
        direction = ""
        if name == by.removeprefix("-"):
            direction = "descending" if by.startswith("-") else "ascending"
        there = filters.query(asked, sort=turned) or "?"
        if name in UNRANKED:
            there = ""
        found.append(filters.Heading(name, label, there, direction))
    return tuple(found)
