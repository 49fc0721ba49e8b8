"""Agencies as lines of a table: what each leads, and how it reports."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agencies.models import Agency
from strategic_areas.addresses import address
from strategic_areas.queries.board import Board
from strategic_areas.queries.members import AgencyRow
from strategic_areas.views import filters


@dataclass(frozen=True)
class Line:
    """What a row of the page prints; ``cells`` are pairs of a heading and a figure."""

    agency: Agency
    address: str
    role: str
    cells: tuple[tuple[str, str], ...]


def headings(board: Board, rows: Iterable[AgencyRow]) -> dict[str, str]:
    """
    The columns of figures that mean something, by their names.

    Of reconstructed lines of work nothing is told that could pass for a measure of the
    plan; nothing of reports while no round's scorecards are public.
    """
    if board.is_reconstructed:
        found = {"led": _("Lines of work led")}
    else:
        found = {
            "led": _("Commitments led"),
            "completed": pgettext("commitments", "Completed"),
            "late": pgettext("commitments", "Late"),
        }
    found["activities"] = _("Activities")
    if any(row.discipline.asked for row in rows):
        found["on_time"] = _("Reported on time")
    return found


def of(rows: Iterable[AgencyRow], board: Board, query: str = "") -> list[Line]:
    """``query`` keeps the reader in the past period of this page."""
    rows = list(rows)
    names, plan = headings(board, rows), board.plan.code
    return [
        Line(
            agency=row.agency,
            address=address("agency", plan, row.agency.slug) + query,
            role=row.participation.get_role_display(),
            cells=tuple((label, _figure(row, name)) for name, label in names.items()),
        )
        for row in rows
    ]


def _figure(row, name):
    if name == "led":
        return str(row.counts.total)
    if name != "on_time":
        return str(getattr(row, name))
    if not row.discipline.asked:
        return pgettext("an agency, in no round", "not asked")
    numbers = {"number": row.discipline.on_time, "total": row.discipline.asked}
    return pgettext("rounds", "%(number)d of %(total)d") % numbers


def context(rows: Iterable[AgencyRow], board: Board, asked: Mapping[str, str]) -> dict:
    """Lines, columns, and of these the one that ranks the list; None by name."""
    found = columns(rows, board, asked)
    return {
        "lines": of(rows, board, filters.query(asked, sort="")),
        "columns": found,
        "ranked": next((each for each in found if each.name and each.direction), None),
    }


def columns(
    rows: Iterable[AgencyRow], board: Board, asked: Mapping[str, str]
) -> tuple[filters.Column, ...]:
    """Headings that rank the list, the most first; the first brings back the names."""
    names = {"": _("Agency"), **headings(board, rows)}
    by = asked.get("sort", "")
    found = []
    for name, label in names.items():
        turned = "" if not name else name if by == f"-{name}" else f"-{name}"
        direction = ""
        if name == by.removeprefix("-"):
            direction = "descending" if by.startswith("-") else "ascending"
        there = filters.query(asked, sort=turned) or "?"
        found.append(filters.Column(name, label, there, direction))
    return tuple(found)
