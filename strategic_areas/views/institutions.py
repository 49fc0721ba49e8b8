"""The institutions of a plan as the table of the first page."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agencies.models import Agency
from strategic_areas.addresses import address
from strategic_areas.queries.pages.institutions import Institution
from strategic_areas.queries.pages.overview import Overview
from strategic_areas.views.columns import telling


@dataclass(frozen=True)
class Row:
    """One of them; ``cells`` are pairs of a heading and what stands below it."""

    agency: Agency
    address: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """Those to show; ``common`` is what every row says, instead of a column."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    common: tuple[tuple[str, str], ...]


def table(found: Overview) -> Table:
    headings, plan = _headings(found), found.board.plan.code
    shown = found.institutions.shown
    cells = [{name: CELLS[name](each) for name in headings} for each in shown]
    columns = telling(headings, cells)
    return Table(
        tuple(headings[name] for name in columns.shown),
        tuple(
            Row(
                each.agency,
                address("agency", plan, each.agency.slug),
                tuple((headings[name], row[name]) for name in columns.shown),
            )
            for each, row in zip(shown, cells, strict=True)
        ),
        columns.common,
    )


def _headings(found: Overview) -> dict[str, str]:
    """Of reconstructed work nothing is said that could pass for a measure."""
    if not found.board.knows_the_matrix:
        return {
            "activities": _("Activities found"),
            "done": _("Said to be done"),
        }
    headings = {
        "fulfilled": pgettext("commitments", "Fulfilled"),
        "work": _("Activities"),
    }
    if found.round:
        headings["given"] = _("Reports")
    return headings


def _of(number: int, total: int) -> str:
    return f"{number}/{total}"


def _fulfilled(each: Institution) -> str:
    """Of those it leads; missing is never zero."""
    if not each.led:
        return ""
    return _of(each.fulfilled, each.led) if each.is_told else _("no report")


def _work(each: Institution) -> str:
    """Of official activities how many are done; of others how many were found."""
    said = []
    if each.tally.total:
        told = each.tally.told
        said.append(_of(each.tally.done, told) if told else _("no report"))
    if each.records.found:
        said.append(_("%(number)d found") % {"number": each.records.found})
    return "; ".join(said)


def _given(each: Institution) -> str:
    return _of(each.given, each.owed) if each.owed else _("not asked")


CELLS = {
    "activities": lambda each: str(each.activities),
    "done": lambda each: str(each.records.done),
    "fulfilled": _fulfilled,
    "work": _work,
    "given": _given,
}
