"""Agencies: those of a plan, and one with its part in it."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone

from strategic_areas.addresses import address
from strategic_areas.queries import agencies, board, members
from strategic_areas.views import agency_lines, commitment_lines
from strategic_areas.views.parameters import asked, query, reads
from strategic_areas.views.plans import found_or_404, plan_at, public_plan


@reads("sort", "at")
def agency_list(request, plan):
    """A plan's agencies by name; ranked only when the address asks for it."""
    plan, wanted = plan_at(request, plan), asked(request, "sort", "at")
    today, sort = timezone.localdate(), wanted.get("sort", "")
    found = members.board_of(plan, today)
    rows = members.of_plan(found, today)
    if sort and sort.removeprefix("-") not in agency_lines.headings(found, rows):
        raise Http404
    context = {"plan": plan, "board": found, "is_variant": bool(wanted)}
    context["page_query"] = query(wanted)
    # What ranks the list is no column of it on every day.
    context["today_query"] = query(wanted, at="", sort="")
    context["agencies"] = rows = members.ranked(rows, sort) if sort else rows
    context |= agency_lines.context(rows, found, wanted)
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
    for name, rows in (("led", page.led), ("supported", page.supported)):
        context[name] = commitment_lines.of(
            rows, is_reconstructed=standing.is_reconstructed
        )
    return render(request, "agency.html", context)


def _to_present_address(code, slug, as_of):
    plan = public_plan(code)
    agency = found_or_404(agencies.renamed(slug))
    there = address("agency", plan.code, agency.slug) + as_of
    return redirect(there, permanent=True)
