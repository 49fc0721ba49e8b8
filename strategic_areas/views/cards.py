"""Cards of one commitment, area or agency, for other sites to embed."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone

from strategic_areas.addresses import address
from strategic_areas.queries import agencies, areas, board
from strategic_areas.queries.board import count_rows
from strategic_areas.views.plans import found_or_404, public_plan
from strategic_areas.views.sharing import finished_by, framed_anywhere


@finished_by(framed_anywhere)
def area(request, plan, slug):
    """How an area's commitments stand."""
    area = found_or_404(areas.find(public_plan(plan), slug))
    found = board.load(area.plan, timezone.localdate())
    rows = [r for r in found.rows if r.commitment.programme.area_id == area.pk]
    context = {"record": area, "field": "name", "counts": count_rows(rows)}
    return _card(request, area.plan, found, area.get_absolute_url(), context)


@finished_by(framed_anywhere)
def agency(request, plan, slug):
    """How the commitments that an agency leads stand."""
    plan, agency, _participation = found_or_404(agencies.find(plan, slug))
    found = board.load(plan, timezone.localdate())
    rows = [row for row in found.rows if row.commitment.lead_id == agency.pk]
    context = {"record": agency, "field": "name", "counts": count_rows(rows)}
    page = address("agency", plan.code, agency.slug)
    return _card(request, plan, found, page, context)


@finished_by(framed_anywhere)
def commitment(request, plan, code):
    """In which state one commitment is, and who leads it."""
    plan = public_plan(plan)
    found = board.load(plan, timezone.localdate())
    row = next((r for r in found.rows if r.commitment.code == code), None)
    if row is None:
        raise Http404
    context = {"record": row.commitment, "field": "title", "row": row}
    return _card(request, plan, found, row.commitment.get_absolute_url(), context)


def _card(request, plan, found, page, context):
    context |= {"plan": plan, "board": found, "page": page}
    return render(request, "card.html", context)
