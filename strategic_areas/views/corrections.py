"""The log of what readers asked to be corrected."""

from django.core.paginator import InvalidPage, Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone

from strategic_areas.queries.pages import corrections
from strategic_areas.queries.plan import plans
from strategic_areas.views.parameters import asked, query, reads


@reads("page")
def correction_log(request):
    """All requests, a page at a time; the first page has no number in its address."""
    wanted, log = asked(request, "page"), corrections.log()
    try:
        page = Paginator(log.corrections, corrections.PER_PAGE).page(
            wanted.get("page", 1)
        )
    except InvalidPage:
        raise Http404 from None
    context = {"plan": plans.choose(timezone.localdate()).shown, "log": log}
    context |= {"page": page, "page_query": query(wanted)}
    return render(request, "corrections.html", context)
