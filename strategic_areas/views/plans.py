"""The first page, the page of each plan, and the list of all plans."""

from django.shortcuts import render
from django.utils import timezone

from strategic_areas.queries.pages import overview
from strategic_areas.queries.plan import plans
from strategic_areas.views.agencies import headings, lines
from strategic_areas.views.parameters import plan_at, query, reads


def home(request):
    """The plan in force, or the latest that has a record."""
    today = timezone.localdate()
    choice = plans.choose(today)
    context = {"choice": choice, "plan": choice.shown}
    if choice.shown:
        context |= _overview(choice.shown, today)
    return render(request, "home.html", context)


@reads("at")
def plan(request, plan):
    """One plan, whether in force or not."""
    plan = plan_at(request, plan)
    context = {"plan": plan, **_overview(plan, timezone.localdate())}
    return render(request, "plan.html", context)


def _overview(plan, today):
    found = overview.load(plan, today)
    as_of = query({"at": plan.until.code}) if plan.until else ""
    return {
        "overview": found,
        "lines": lines(found.agencies, found.board, as_of),
        "headings": headings(found.board, found.agencies).values(),
    }


def plan_list(request):
    """All plans with their periods and the gaps between them."""
    today = timezone.localdate()
    choice = plans.choose(today)
    context = {"plan": choice.shown, "lines": plans.lines(today)}
    return render(request, "plans.html", context)
