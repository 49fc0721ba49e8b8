"""How a plan was changed after its approval."""

from django.shortcuts import render

from strategic_areas.queries import amendments
from strategic_areas.views.plans import public_plan


def amendment_list(request, plan):
    plan = public_plan(plan)
    context = {"plan": plan, "amendments": amendments.of_plan(plan)}
    return render(request, "amendments.html", context)
