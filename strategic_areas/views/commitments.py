"""Commitments: the list of a plan's, and one with all that is known of it."""

from django.core.paginator import InvalidPage, Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone

from strategic_areas.queries import board, catalogue, commitments
from strategic_areas.queries.succession import Succession
from strategic_areas.views import commitment_filters, commitment_lines
from strategic_areas.views.parameters import asked, reads
from strategic_areas.views.plans import found_or_404, plan_at

PER_PAGE = 50
#: What a reader may ask of the list, in the order in which its address names it.
ASKED = (*catalogue.FILTERS, "sort", "at")


@reads(*ASKED, "page", sort="code")
def commitment_list(request, plan):
    """A plan's commitments, by filters and in an order that stand in the address."""
    plan, wanted = plan_at(request, plan), asked(request, *ASKED, "page")
    found = _sifted(plan, wanted)
    try:
        page = Paginator(found.rows, PER_PAGE).page(wanted.get("page", 1))
    except InvalidPage:
        raise Http404 from None
    context = {"plan": plan, "board": found.board, "catalogue": found, "page": page}
    context["lines"] = commitment_lines.of(page.object_list)
    context |= commitment_filters.context(found, wanted)
    return render(request, "commitments.html", context, status=_status(found))


@reads(*ASKED, sort="code")
def commitment_table(request, plan):
    """The same list as CSV: all of it, by the same filters and in the same order."""
    plan, wanted = plan_at(request, plan), asked(request, *ASKED)
    found = _sifted(plan, wanted)
    if found.is_unknown:
        raise Http404
    return commitment_lines.as_csv(found)


def _sifted(plan, wanted):
    sort = wanted.get("sort", "code")
    if sort.removeprefix("-") not in catalogue.SORTS:
        raise Http404
    return catalogue.load(board.load(plan, timezone.localdate()), wanted, sort)


def _status(found):
    """What was asked for by a value that does not exist is not found, and says so."""
    return 404 if found.is_unknown else 200


def commitment(request, plan, code):
    """One commitment; the address of a superseded one leads to what stands now."""
    commitment = found_or_404(commitments.find(plan, code))
    succession = Succession(commitment.plan)
    if heir := commitments.successor(commitment, succession):
        return redirect(heir, permanent=True)
    page = commitments.page(commitment, succession, timezone.localdate())
    context = {"plan": commitment.plan, "commitment": commitment, "page": page}
    return render(request, "commitment.html", context)
