"""Commitments: the list of a plan's, and one with all that is known of it."""

from django.shortcuts import redirect, render
from django.utils import timezone

from strategic_areas.queries import areas, board, commitments
from strategic_areas.queries.succession import Succession
from strategic_areas.views.plans import found_or_404, public_plan


def commitment_list(request, plan):
    plan = public_plan(plan)
    found = board.load(plan, timezone.localdate())
    context = {"plan": plan, "board": found}
    context["areas"] = areas.rows(areas.of_plan(plan), found)
    return render(request, "commitments.html", context)


def commitment(request, plan, code):
    """One commitment; the address of a superseded one leads to what stands now."""
    commitment = found_or_404(commitments.find(plan, code))
    succession = Succession(commitment.plan)
    if heir := commitments.successor(commitment, succession):
        return redirect(heir, permanent=True)
    page = commitments.page(commitment, succession, timezone.localdate())
    context = {"plan": commitment.plan, "commitment": commitment, "page": page}
    return render(request, "commitment.html", context)
