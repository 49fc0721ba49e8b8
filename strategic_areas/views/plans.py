"""The first page, each plan's own, and the list of all plans."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone

from strategic_areas.queries import overview, past, plans
from strategic_areas.views.parameters import asked, reads


def home(request):
    """The plan in force, or the latest that has a record."""
    today = timezone.localdate()
    choice = plans.choose(today)
    shown = overview.load(choice.shown, today) if choice.shown else None
    context = {"choice": choice, "plan": choice.shown, "overview": shown}
    return render(request, "home.html", context)


@reads("at")
def plan(request, plan):
    """One plan, whether in force or not."""
    plan = plan_at(request, plan)
    shown = overview.load(plan, timezone.localdate())
    return render(request, "plan.html", {"plan": plan, "overview": shown})


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
