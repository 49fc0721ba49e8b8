"""Agencies: those of a plan, and one with its part in it."""

from django.shortcuts import redirect, render
from django.utils import timezone

from strategic_areas.addresses import address
from strategic_areas.queries import agencies, board
from strategic_areas.views.parameters import asked, query, reads
from strategic_areas.views.plans import found_or_404, plan_at, public_plan


@reads("at")
def agency_list(request, plan):
    plan = plan_at(request, plan)
    found = board.load(plan, timezone.localdate())
    context = {"plan": plan, "board": found, "agencies": agencies.of_plan(found)}
    return render(request, "agencies.html", context)


@reads("at")
def agency(request, plan, slug):
    """One agency; an address word that it had before leads to the one it has."""
    at, today = asked(request, "at"), timezone.localdate()
    found = agencies.find(plan, slug, at.get("at", ""), today)
    if found is None:
        return _to_present_address(plan, slug, query(at))
    plan, agency, participation = found
    standing = board.load(plan, today, supporter=agency)
    page = found_or_404(agencies.page(agency, participation, standing, today))
    context = {"plan": plan, "board": standing, "agency": agency, "page": page}
    return render(request, "agency.html", context)


def _to_present_address(code, slug, as_of):
    plan = public_plan(code)
    agency = found_or_404(agencies.renamed(slug))
    there = address("agency", plan.code, agency.slug) + as_of
    return redirect(there, permanent=True)
