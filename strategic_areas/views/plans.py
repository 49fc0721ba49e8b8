"""The first page with its institutions, the page of each plan, and the list of all."""

from dataclasses import dataclass

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agencies.models import Agency
from strategic_areas.addresses import address
from strategic_areas.queries.pages import overview
from strategic_areas.queries.pages.institutions import Institution
from strategic_areas.queries.pages.overview import Overview
from strategic_areas.queries.plan import plans
from strategic_areas.views import indicator_pictures
from strategic_areas.views.parameters import plan_at, reads
from strategic_areas.views.tables import telling


def home(request):
    """The plan in force, or the latest that has a record."""
    today = timezone.localdate()
    choice = plans.choose(today)
    context = {"choice": choice, "plan": choice.shown}
    context["figures"] = indicator_pictures.key_figures()
    if choice.shown:
        found = overview.load(choice, today)
        context |= {"overview": found, "board": found.board}
        context["table"] = institutions_table(found)
    return render(request, "home.html", context)


@reads("at")
def plan(request, plan):
    """One plan, whether in force or not."""
    plan, today = plan_at(request, plan), timezone.localdate()
    found = overview.load_structure(plan, today)
    context = {"plan": plan, "board": found.board, "structure": found}
    return render(request, "plan.html", context)


def plan_list(request):
    """All plans with their periods and the gaps between them."""
    today = timezone.localdate()
    choice = plans.choose(today)
    lines = plans.lines(today, choice, plans.standing_numbers())
    context = {"plan": choice.shown, "lines": lines}
    return render(request, "plans.html", context)


@dataclass(frozen=True)
class InstitutionRow:
    """One institution; ``cells`` are pairs of a heading and what stands below it."""

    agency: Agency
    address: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class InstitutionTable:
    """The institutions to show; ``common`` is what every row says, not a column."""

    headings: tuple[str, ...]
    rows: tuple[InstitutionRow, ...]
    common: tuple[tuple[str, str], ...]


def institutions_table(found: Overview) -> InstitutionTable:
    """The institutions of a plan, with the columns that tell them apart."""
    headings, plan = _headings(found), found.board.plan.code
    shown = found.institutions.shown
    cells = [{name: CELLS[name](each) for name in headings} for each in shown]
    columns = telling(headings, cells)
    return InstitutionTable(
        tuple(headings[name] for name in columns.shown),
        tuple(
            InstitutionRow(
                each.agency,
                address("agency", plan, each.agency.slug),
                tuple((headings[name], row[name]) for name in columns.shown),
            )
            for each, row in zip(shown, cells, strict=True)
        ),
        columns.common,
    )


def _headings(found: Overview) -> dict[str, str]:
    """The columns; none of reconstructed work could pass for a measure."""
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
    """How many that it leads are fulfilled; what is not told is never zero."""
    if not each.led:
        return ""
    return _of(each.fulfilled, each.led) if each.is_told else _("no report")


def _work(each: Institution) -> str:
    """How many official activities are done, and how many others were found."""
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
