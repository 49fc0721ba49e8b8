"""The first page, the page of each plan, all plans, and the areas of a plan."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from strategic_areas.addresses import address
from strategic_areas.queries.figures import indicators
from strategic_areas.queries.pages import areas, overview, references
from strategic_areas.queries.pages.overview import HomeAgency, Overview
from strategic_areas.queries.plan import board, plans
from strategic_areas.views import commitments, indicator_pictures
from strategic_areas.views.parameters import (
    found_or_404,
    public_plan,
    telling,
)


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


def plan(request, plan):
    """One plan, whether in force or not."""
    plan, today = public_plan(plan), timezone.localdate()
    found = overview.load_structure(plan, today)
    context = {"plan": plan, "board": found["board"], "structure": found}
    return render(request, "plan.html", context)


def plan_list(request):
    """All plans with their periods and the gaps between them."""
    today = timezone.localdate()
    choice = plans.choose(today)
    lines = plans.lines(today, choice, plans.standing_numbers())
    context = {"plan": choice.shown, "lines": lines}
    return render(request, "plans.html", context)


def institutions_table(found: Overview) -> dict:
    """The institutions of a plan, with the columns that tell them apart."""
    headings, plan = _headings(found), found.board.plan.code
    cells = [
        {name: CELLS[name](each) for name in headings} for each in found.institutions
    ]
    columns = telling(headings, cells)
    return {
        "headings": [headings[name] for name in columns.shown],
        "rows": [
            (
                each.agency,
                address("agency", plan, each.agency.slug),
                [(headings[name], row[name]) for name in columns.shown],
            )
            for each, row in zip(found.institutions, cells, strict=True)
        ],
        "common": columns.common,
    }


def _headings(found: Overview) -> dict[str, str]:
    """The columns; none of reconstructed work could pass for a measure."""
    if not found.board.knows_the_matrix:
        return {
            "activities": _("Activities found"),
            "done": _("Done, sources say"),
        }
    headings = {
        "fulfilled": pgettext("commitments", "Fulfilled"),
        "work": _("Activities completed"),
    }
    if found.round:
        headings["given"] = _("Reports, %(round)s") % {"round": found.round.name}
    return headings


def _of(number: int, total: int) -> str:
    return f"{number}/{total}"


def _fulfilled(each: HomeAgency) -> str:
    """How many that it leads; what is not told is never zero."""
    if not each.led:
        return ""
    return _of(each.fulfilled, each.led) if each.is_told else _("no report")


def _work(each: HomeAgency) -> str:
    """How many official activities are done, and how many others were found."""
    said = []
    if each.tally.total:
        done, total = each.tally.done, each.tally.total
        said.append(_of(done, total) if each.tally.told else _("no report"))
    if each.records.found:
        said.append(_("%(number)d found") % {"number": each.records.found})
    return "; ".join(said)


def _given(each: HomeAgency) -> str:
    return _of(each.given, each.owed) if each.owed else _("not asked")


CELLS = {
    "activities": lambda each: str(each.activities),
    "done": lambda each: str(each.records.done),
    "fulfilled": _fulfilled,
    "work": _work,
    "given": _given,
}


#: How many lines the page of an area has at most, and at least of each programme.
MOST_LINES, FEWEST = 40, 1


def area_list(request, plan):
    plan = public_plan(plan)
    found = board.load(plan, timezone.localdate())
    context = {"plan": plan, "board": found}
    context["areas"] = rows = areas.rows(areas.of_plan(plan), found)
    occurring = [state for state, number in found.counts.by_state if number]
    context["by_area"] = [
        (row, [row.counts[state] for state in occurring]) for row in rows
    ]
    return render(request, "areas.html", context)


def area(request, plan, slug):
    """One area; the address word of the other language redirects to this one's."""
    area = found_or_404(areas.by_slug(public_plan(plan), slug))
    if area.get_absolute_url() != request.path:
        return redirect(area.get_absolute_url(), permanent=True)
    found = board.load(area.plan, timezone.localdate())
    return render(request, "area.html", area_context(area, found))


def area_context(area, found):
    """What the page of an area needs, from the board of its plan."""
    (row,) = areas.rows([area], found)
    context = {"plan": area.plan, "page_subject": area, "board": found, "row": row}
    context |= _programmes(row)
    context["latest"] = areas.latest(found, row.rows)
    context["targets"] = references.targets_of_area(area, found)
    context["figures"] = indicators.first_of(indicators.of_area(area))
    return context


def _programmes(row):
    """
    Each programme with its table, and what every row of them all says.

    Of a long area the tables are cut, and tell how many lines there are.
    """
    names = commitments.column_names(row.rows)
    del names["area"]
    whole = commitments.table(row.rows, names)
    left = {name: names[name] for name in whole["shown"]}
    most = len(row.rows)
    if most > MOST_LINES:
        most = max(FEWEST, MOST_LINES // len(row.programmes))
    return {
        "common": whole["common"],
        "programmes": [
            (
                programme,
                commitments.table(rows[:most], left),
                max(len(rows) - most, 0) and len(rows),
            )
            for programme, rows in row.programmes
        ],
    }
