"""The first page, each plan's own, and the list of all plans."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone

from strategic_areas.queries import overview, plans


def home(request):
    """The plan in force, or the latest that has a record."""
    today = timezone.localdate()
    choice = plans.choose(today)
    shown = overview.load(choice.shown, today) if choice.shown else None
    context = {"choice": choice, "plan": choice.shown, "overview": shown}
    return render(request, "home.html", context)


def plan(request, plan):
    """One plan, whether in force or not."""
    plan = public_plan(plan)
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


def found_or_404(record):
    if record is None:
        raise Http404
    return record
