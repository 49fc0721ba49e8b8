"""The agencies of a plan, and the page of one."""

from collections.abc import Iterable, Mapping

from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _, pgettext

from strategic_areas.disclosure import disclose_planned_quantity
from strategic_areas.progress import ActivityState
from strategic_areas.public_paths import public_path
from strategic_areas.queries.figures import indicators
from strategic_areas.queries.figures.phrases import text_in_language
from strategic_areas.queries.pages import agencies
from strategic_areas.queries.pages.agencies import AgencyPage, AgencyRow
from strategic_areas.queries.plan.plan_progress import (
    PlanProgress,
    load_plan_progress,
)
from strategic_areas.queries.plan.plans import latest_round
from strategic_areas.queries.updates import work_done
from strategic_areas.sentences import state_word
from strategic_areas.views import commitments
from strategic_areas.views.datasets import links_to_list_files
from strategic_areas.views.parameters import (
    Heading,
    build_query,
    found_or_404,
    mark_uncacheable,
    page_or_404,
    public_plan_or_404,
    query_values,
    reads_parameters,
    select_columns,
)

#: Figures from public sources do not rank agencies.
UNRANKED = frozenset({"done"})
#: Agencies, or activities of one agency, on a page.
PER_PAGE = 50
#: Led commitments on an agency's page, which links to all.
MAX_LED = 40


@reads_parameters("sort", "page")
def agency_list(request, plan):
    """A plan's agencies by name; sorted by a figure only on request."""
    plan, given = public_plan_or_404(plan), query_values(request, "sort", "page")
    wanted = {name: word for name, word in given.items() if name != "page"}
    today, sort = timezone.localdate(), wanted.get("sort", "")
    found = agencies.load_agency_list_progress(plan, today)
    rows = agencies.agency_rows(found, today)
    names, no_order = figure_headings(found, rows), ""
    if sort and sort.removeprefix("-") not in names.keys() - UNRANKED:
        no_order, sort = wanted.pop("sort"), ""
    rows = agencies.sort_by_figure(rows, sort) if sort else rows
    page = page_or_404(rows, given, PER_PAGE)
    figures = [{name: figure_text(row, name) for name in names} for row in rows]
    apart = select_columns(names, figures)
    names = {name: names[name] for name in apart.shown}
    columns = list(_columns(names, wanted))
    context = {
        "plan": plan,
        "plan_progress": found,
        "no_order": no_order,
        "is_filtered_or_sorted": bool(wanted or no_order),
        "page_query": build_query(given),
        "filter_query": build_query(wanted),
        "agencies": rows,
        "page": page,
        "lines": _lines(page.object_list, plan, names),
        "columns": columns,
        "common": apart.common,
        "ranked": next(
            (each for each in columns if each.name and each.direction), None
        ),
    }
    return mark_uncacheable(
        render(request, "agencies.html", context), when=bool(no_order)
    )


@reads_parameters("page")
def agency_detail(request, plan, slug):
    """One agency; a former slug redirects to the present one."""
    wanted, today = query_values(request, "page"), timezone.localdate()
    found = agencies.agency_by_slug(plan, slug)
    if found is None:
        return _to_present_address(plan, slug)
    plan, agency, participation = found
    plan_progress = load_plan_progress(plan, today, for_agency=agency)
    page = found_or_404(
        agencies.load_agency_page(agency, participation, plan_progress, today)
    )
    listed = build_query({"agency": agency.slug})
    context = {
        "plan": plan,
        "plan_progress": plan_progress,
        "agency": agency,
        "page": page,
        "led": commitments.commitment_table(
            plan_progress, [(None, page.led[:MAX_LED])], has_leads=False
        ),
        "done": work_table(page, plan_progress, wanted),
        "page_query": build_query(wanted),
        "listed": listed,
        "files": (page.led or page.supported)
        and links_to_list_files("plan_commitments", plan.code, query=listed),
        "figures": indicators.first_series(indicators.series_of_agency(agency)),
    }
    return render(request, "agency.html", context)


def _to_present_address(code, slug):
    plan = public_plan_or_404(code)
    agency = found_or_404(agencies.agency_by_former_slug(slug))
    return redirect(public_path("agency", plan.code, agency.slug), permanent=True)


def figure_headings(
    plan_progress: PlanProgress, rows: Iterable[AgencyRow]
) -> dict[str, str]:
    """
    The headings of the list's figures, by name.

    Documented actions have no figure that could pass for a measure of the plan;
    submission figures appear once a round's scorecards are public.
    """
    if plan_progress.is_reconstructed:
        found = {
            "led": _("Documented actions attributed to it"),
            "activities": _("Activities found"),
            "done": pgettext("activities", "Reported as done"),
        }
    else:
        found = {
            "led": _("Commitments led"),
            "completed": pgettext("commitments", "Fulfilled"),
            "late": pgettext("commitments", "Late"),
            "activities": _("Activities"),
        }
    if any(row.owed for row in rows):
        last = latest_round(plan_progress.periods, timezone.localdate())
        found["handed_in"] = _("Handed in, %(round)s") % {"round": last.name}
    if any(row.compliance.round_count for row in rows):
        found["on_time"] = _("Rounds answered on time")
    return found


def _lines(rows, plan, headings):
    return [
        (
            row.participation,
            public_path("agency", plan.code, row.agency.slug),
            [(label, figure_text(row, name)) for name, label in headings.items()],
        )
        for row in rows
    ]


def figure_text(row: AgencyRow, name: str) -> str:
    """The text of a cell; an unknown figure is never shown as zero."""
    if name == "on_time":
        return _count_of_total(row.compliance.on_time, row.compliance.round_count)
    if name == "handed_in":
        return _count_of_total(row.submitted, row.owed)
    number = getattr(row, name)
    if number is None and not (row.activities if name == "done" else row.led):
        return ""
    return pgettext("a figure", "not known yet") if number is None else str(number)


def _count_of_total(number, total):
    if not total:
        return pgettext("an agency, in no round", "not asked")
    return pgettext("rounds", "%(number)d of %(total)d") % {
        "number": number,
        "total": total,
    }


def _columns(figures: Mapping[str, str], wanted: Mapping[str, str]):
    sort = wanted.get("sort", "")
    for name, label in {"": _("Agency"), **figures}.items():
        next_sort = "" if not name else name if sort == f"-{name}" else f"-{name}"
        direction = ""
        if name == sort.removeprefix("-"):
            direction = "descending" if sort.startswith("-") else "ascending"
        address = "" if name in UNRANKED else build_query(wanted, sort=next_sort) or "?"
        yield Heading(name, label, address, direction)


def work_table(
    page: AgencyPage, plan_progress: PlanProgress, wanted: Mapping[str, str]
) -> dict:
    """
    A page of the agency's activities, work outside the plan last.

    An agency that never reported shows planned activities and due dates.
    """
    work = sorted(page.work, key=_place)
    shown = page_or_404([*work, *page.off_plan], wanted, PER_PAGE)
    reports = work_done.updates_of_reports(
        each.last for each in shown if each.row and each.last
    )
    lines = [
        (each, reports.get(each.last.pk) if each.row and each.last else each.last)
        for each in shown
    ]
    headings = _work_headings(page, plan_progress)
    selection = select_columns(
        headings, [_work_cells(*line, headings) for line in lines]
    )
    return {
        "shown": shown,
        "lines": lines,
        "columns": [(name, headings[name]) for name in selection.shown],
        "common": [pair for pair in selection.common if pair[1]],
    }


def _place(work):
    return list(ActivityState).index(work.state) if work.state else len(ActivityState)


#: Columns of activities; the second set if the agency never reported.
WORK_COLUMNS = ("state", "words", "commitment", "last")
PLANNED_COLUMNS = ("commitment", "planned", "due")


def _work_headings(page, plan_progress):
    is_reconstructed = plan_progress.is_reconstructed
    names = {
        "state": _("State"),
        "words": _("What the source says") if is_reconstructed else _("In its words"),
        "commitment": _("Documented action") if is_reconstructed else _("Commitment"),
        "last": _("Last record") if is_reconstructed else _("Reported in"),
        "planned": _("Planned"),
        "due": _("Due"),
    }
    return {
        name: names[name]
        for name in (PLANNED_COLUMNS if page.is_silent else WORK_COLUMNS)
    }


def _work_cells(work, update, headings):
    cells = {
        "state": state_word(work.state, work.last.voice if work.last else None),
        "words": text_in_language(update, "text") if update else "",
        "commitment": work.commitment.code,
        "planned": disclose_planned_quantity(work.activity),
        "due": work.activity.due_on,
        "last": work.period.name if work.period else "",
    }
    return {name: cells[name] for name in headings}
