"""Agencies: those of a plan, and one with its part in it."""

from django.shortcuts import redirect, render
from django.utils import timezone

from strategic_areas.addresses import address
from strategic_areas.queries import agencies, board
from strategic_areas.views.plans import found_or_404, public_plan


def agency_list(request, plan):
    plan = public_plan(plan)
    found = board.load(plan, timezone.localdate())
    context = {"plan": plan, "board": found, "agencies": agencies.of_plan(found)}
    return render(request, "agencies.html", context)


def agency(request, plan, slug):
    """One agency; an address word that it had before leads to the one it has."""
    found = agencies.find(plan, slug)
    if found is None:
        return _to_present_address(plan, slug)
    plan, agency, participation = found
    today = timezone.localdate()
    standing = board.load(plan, today, supporter=agency)
    page = found_or_404(agencies.page(agency, participation, standing, today))
    context = {"plan": plan, "board": standing, "agency": agency, "page": page}
    return render(request, "agency.html", context)


def _to_present_address(code, slug):
    plan = public_plan(code)
    agency = found_or_404(agencies.renamed(slug))
    return redirect(address("agency", plan.code, agency.slug), permanent=True)
