"""International targets: which commitments of a plan answer them."""

from django.shortcuts import render
from django.utils import timezone

from strategic_areas.queries import board, frameworks
from strategic_areas.views.plans import public_plan


def framework_list(request, plan):
    plan = public_plan(plan)
    found = board.load(plan, timezone.localdate())
    context = {"plan": plan, "board": found, "families": frameworks.of_plan(found)}
    context["tiers"] = frameworks.tiers(plan)
    return render(request, "frameworks.html", context)
