"""The home page, plans and their areas."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from strategic_areas import charts
from strategic_areas.public_paths import public_path
from strategic_areas.queries.figures import indicators
from strategic_areas.queries.pages import areas, delays, overview, references
from strategic_areas.queries.plan import plans
from strategic_areas.queries.plan.plan_progress import load_plan_progress
from strategic_areas.queries.updates import work_done
from strategic_areas.views import commitments, indicator_pictures
from strategic_areas.views.cards import allow_embedding, with_headers
from strategic_areas.views.drawings import drawing_response
from strategic_areas.views.parameters import (
    build_query,
    found_or_404,
    public_plan_or_404,
)


def home(request):
    """The plan in force, or the latest with commitments."""
    today = timezone.localdate()
    choice = plans.choose_plan(today)
    context = {"choice": choice, "plan": choice.home_plan}
    context["figures"] = indicator_pictures.key_figures_with_charts()
    if choice.home_plan:
        found = overview.load_overview(choice.home_plan, today)
        context |= {"overview": found, "plan_progress": found.plan_progress}
    return render(request, "home.html", context)


def plan_detail(request, plan):
    plan, today = public_plan_or_404(plan), timezone.localdate()
    found = overview.load_plan_page(plan, today)
    context = {
        "plan": plan,
        "plan_progress": found["plan_progress"],
        "structure": found,
    }
    context["axis"] = _axis(plan, found["spans"], today)
    return render(request, "plan.html", context)


@with_headers(allow_embedding)
def plan_time(request, plan):
    """A plan's time axis as a file, with its rounds in words."""
    plan, today = public_plan_or_404(plan), timezone.localdate()
    spans = overview.load_plan_page(plan, today)["spans"]
    rounds = [each.period for each in spans if each.period]
    axis = found_or_404(_axis(plan, spans, today) if rounds else None)
    due, form = _("due by %(day)s."), "SHORT_DATE_FORMAT"
    notes = [
        *(
            f"{number}. {each.name}: {due % {'day': date_format(each.due_on, form)}}"
            for number, each in enumerate(rounds, start=1)
        ),
        _(
            "Above the plan, below it its rounds. The short marks are the days on "
            "which reports are due; that a day has passed does not say that anything "
            "was done."
        ),
    ]
    title = f"{_('Plan %(code)s') % {'code': plan.code}}. {_('The plan over time')}"
    return drawing_response(axis, title, notes, plan.get_absolute_url())


def _axis(plan, spans, today):
    axis_spans = [
        (each.starts_on, each.ends_on, each.tense, str(number) if each.period else "")
        for number, each in enumerate(spans, start=1)
        if each.period or not spans[-1].period
    ]
    days = [each.period.due_on for each in spans if each.period]
    return charts.time_axis((plan.starts_on, plan.ends_on), axis_spans, days, today)


def plan_list(request):
    today = timezone.localdate()
    choice = plans.choose_plan(today)
    lines = plans.plan_list_items(today, choice, plans.commitment_counts())
    return render(request, "plans.html", {"plan": choice.home_plan, "lines": lines})


#: Most lines on the page of an area, and fewest of each programme.
MAX_LINES, FEWEST = 40, 1
#: Most finished activities and setbacks listed.
MAX_FINISHED, MAX_SETBACKS = 24, 9


def area_list(request, plan):
    plan = public_plan_or_404(plan)
    found = load_plan_progress(plan, timezone.localdate())
    context = {
        "plan": plan,
        "plan_progress": found,
        "themes": plans.themes_by_plan(plan=plan).get(plan.pk),
    }
    context["areas"] = rows = areas.area_rows(areas.areas_of_plan(plan), found)
    occurring = [family for family, number in found.counts.by_family if number]
    context["by_area"] = [
        (row, [n for family, n in row.counts.by_family if family in occurring])
        for row in rows
    ]
    return render(request, "areas.html", context)


def area_detail(request, plan, slug):
    """One area; the slug of the other language redirects."""
    area = found_or_404(areas.area_by_slug(public_plan_or_404(plan), slug))
    if area.get_absolute_url() != request.path:
        return redirect(area.get_absolute_url(), permanent=True)
    found = load_plan_progress(area.plan, timezone.localdate())
    return render(request, "area.html", area_context(area, found))


def area_context(area, found):
    (row,) = areas.area_rows([area], found)
    context = {
        "plan": area.plan,
        "page_subject": area,
        "plan_progress": found,
        "row": row,
    }
    context["table"] = _programmes(row, found)
    context |= _finished_and_setbacks(row, found)
    context["targets"] = references.targets_of_area(area, found)
    context["figures"] = indicators.first_series(indicators.series_of_area(area))
    context |= commitments.list_downloads(area.plan, area=area.code) if row.rows else {}
    return context


def _finished_and_setbacks(row, found):
    finished, setbacks = row.finished, row.setbacks(found.day)
    # Reconstructed work is listed in the area's table.
    listed = finished[: MAX_FINISHED if row.tally.total else 0]
    listed_setbacks = setbacks[:MAX_SETBACKS]
    delayed = [part.row for e in listed_setbacks if e.delay for part in e.delay.parts]
    reports = work_done.last_updates_of_activities([*listed, *delayed])
    results = work_done.work_done_on_commitments(
        found, [e.row for e in listed_setbacks if not e.delay]
    )
    return {
        "finished": [(each, reports.get(each.activity.pk)) for each in listed],
        "finished_left": len(finished) - len(listed),
        "setbacks": [
            (
                each,
                delays.with_last_reports(each.delay, reports),
                results.get(each.row.commitment.pk),
            )
            for each in listed_setbacks
        ],
        "setbacks_left": len(setbacks) - len(listed_setbacks),
    }


def _programmes(row, found):
    limit = len(row.rows)
    if limit > MAX_LINES:
        limit = max(FEWEST, MAX_LINES // len(row.programmes))
    for programme, rows in row.programmes:
        programme.number = len(rows)
        if len(rows) > limit:
            query = build_query({"programme": programme.code})
            programme.listed = public_path("commitments", found.plan.code) + query
    return commitments.commitment_table(
        found, [(programme, rows[:limit]) for programme, rows in row.programmes]
    )
