"""What is told beside the plans' commitments, a list each."""

from django.shortcuts import render
from django.utils import timezone

from strategic_areas.queries import beside, plans
from strategic_areas.views.plans import public_plan


def legal_base(request):
    """Laws, decrees and bills that the plans rest on."""
    context = {
        "plan": plans.choose(timezone.localdate()).shown,
        "instruments": beside.legal_base(),
    }
    return render(request, "legal_base.html", context)


def discrepancies(request):
    """Where public sources are known to disagree, told instead of hidden."""
    context = {
        "plan": plans.choose(timezone.localdate()).shown,
        "contradictions": beside.contradictions(),
    }
    return render(request, "discrepancies.html", context)


def later_activities(request, plan):
    """Work done after the plan's end that carries it on."""
    plan = public_plan(plan)
    context = {"plan": plan, "later": beside.later_activities(plan)}
    return render(request, "later_activities.html", context)
