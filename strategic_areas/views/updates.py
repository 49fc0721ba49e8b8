"""The record of everything published on a plan, and each account at its address."""

from django.core.paginator import InvalidPage, Paginator
from django.http import Http404
from django.shortcuts import render

from strategic_areas.queries import published, updates
from strategic_areas.views.parameters import reads
from strategic_areas.views.plans import found_or_404, public_plan

PER_PAGE = 50


@reads("page")
def update_list(request, plan):
    plan = public_plan(plan)
    try:
        page = Paginator(updates.keys(plan), PER_PAGE).page(request.GET.get("page", 1))
    except InvalidPage:
        raise Http404 from None
    number = f"?page={page.number}" if page.number > 1 else ""
    context = {"plan": plan, "page": page, "page_query": number}
    context["entries"] = updates.entries(page)
    context["counted"] = updates.counted(plan)
    return render(request, "updates.html", context)


def update(request, plan, public_id):
    """One published revision, for good; what is not published is not found."""
    plan = public_plan(plan)
    page = found_or_404(published.find(plan, public_id))
    context = {"plan": plan, "page": page, "entry": page.entry}
    return render(request, "update.html", context)
