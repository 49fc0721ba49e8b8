"""The first page, the page of each plan, and the list of all plans."""

from django.shortcuts import render
from django.utils import timezone

from strategic_areas.queries.pages import overview, structure
from strategic_areas.queries.plan import plans
from strategic_areas.views import indicator_pictures, institutions
from strategic_areas.views.parameters import plan_at, reads


def home(request):
    """The plan in force, or the latest that has a record."""
    today = timezone.localdate()
    choice = plans.choose(today)
    context = {"choice": choice, "plan": choice.shown}
    context["figures"] = indicator_pictures.key_figures()
    if choice.shown:
        found = overview.load(choice, today)
        context |= {"overview": found, "board": found.board}
        context["table"] = institutions.table(found)
    return render(request, "home.html", context)


@reads("at")
def plan(request, plan):
    """One plan, whether in force or not."""
    plan, today = plan_at(request, plan), timezone.localdate()
    found = structure.load(plan, today)
    context = {"plan": plan, "board": found.board, "structure": found}
    return render(request, "plan.html", context)


def plan_list(request):
    """All plans with their periods and the gaps between them."""
    today = timezone.localdate()
    choice = plans.choose(today)
    lines = plans.lines(today, choice, plans.standing_numbers())
    context = {"plan": choice.shown, "lines": lines}
    return render(request, "plans.html", context)
