"""The first page, each plan's own, and the list of all plans."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone

from strategic_areas.queries import overview, past, plans
from strategic_areas.views import agency_lines
from strategic_areas.views.parameters import asked, query, reads


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
    lines = agency_lines.of(found.agencies, found.board, as_of)
    headings = agency_lines.headings(found.board, found.agencies)
    return {"overview": found, "lines": lines, "headings": headings.values()}


def plan_list(request):
    """All plans with their periods and the gaps between them."""
    today = timezone.localdate()
    choice = plans.choose(today)
    context = {"plan": choice.shown, "lines": plans.lines(today)}
    return render(request, "plans.html", context)


def public_plan(code):
    """The plan, unless it is in preparation or unknown."""
    return found_or_404(plans.find(code))


def plan_at(request, code):
    """The plan as of the past period that the address names ``at``, or of today."""
    at = asked(request, "at").get("at", "")
    return found_or_404(past.find(code, at, timezone.localdate()))


def found_or_404(record):
    if record is None:
        raise Http404
    return record
