"""
Pages about a plan's surroundings.

How it was amended, which targets it answers, the laws it rests on, where its sources
differ, and what readers asked to be corrected.
"""

from django.shortcuts import render
from django.utils import timezone

from strategic_areas.queries.figures import indicators
from strategic_areas.queries.pages import changes, references
from strategic_areas.queries.plan import board, plans
from strategic_areas.views.filters import page_of
from strategic_areas.views.parameters import asked, public_plan, query, reads


def amendment_list(request, plan):
    """How a plan was changed after its approval."""
    plan = public_plan(plan)
    context = {
        "plan": plan,
        "changes": changes.of_plan(plan),
        "files": changes.files_of(plan),
    }
    return render(request, "amendments.html", context)


def framework_list(request, plan):
    """International targets, and which commitments of a plan answer them."""
    plan = public_plan(plan)
    found = board.load(plan, timezone.localdate())
    context = {"plan": plan, "board": found, "tiers": references.tiers(plan)}
    context["families"] = references.targets_of_plan(found)
    return render(request, "frameworks.html", context)


def legal_base(request):
    """Laws, decrees and bills that the plans rest on."""
    context = {
        "plan": plans.choose(timezone.localdate()).shown,
        "instruments": references.legal_base(),
    }
    return render(request, "legal_base.html", context)


def discrepancies(request):
    """Where public sources are known to disagree."""
    context = {
        "plan": plans.choose(timezone.localdate()).shown,
        "discrepancies": indicators.disagreements(),
    }
    return render(request, "discrepancies.html", context)


def later_activities(request, plan):
    """Work done after the plan's end that carries it on."""
    plan = public_plan(plan)
    context = {"plan": plan, "later": references.later_activities(plan)}
    return render(request, "later_activities.html", context)


@reads("page")
def correction_log(request):
    """All requests, a page at a time; the first page has no number in its address."""
    wanted, log = asked(request, "page"), changes.log()
    page = page_of(log.corrections, wanted, changes.PER_PAGE)
    context = {"plan": plans.choose(timezone.localdate()).shown, "log": log}
    context |= {"page": page, "page_query": query(wanted)}
    return render(request, "corrections.html", context)
