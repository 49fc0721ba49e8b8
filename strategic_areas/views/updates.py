"""The record of everything published on a plan, and each account at its address."""

from django.http import Http404
from django.shortcuts import render

from strategic_areas.queries import archive, published
from strategic_areas.views import update_filters, update_lines
from strategic_areas.views.parameters import asked, reads
from strategic_areas.views.plans import found_or_404, public_plan

#: Fifty accounts of the shipped plan already fill the 14 kB that a page may weigh.
PER_PAGE = 30
PLACES = ("after", "before")
ASKED = (*archive.FILTERS, *PLACES)


@reads(*ASKED)
def update_list(request, plan):
    """All that was published, by period, agency and area, from a place in it."""
    plan, wanted = public_plan(plan), asked(request, *ASKED)
    counts = archive.cube(plan, wanted)
    place = _place(plan, wanted)
    shown = archive.stretch(plan, wanted, PER_PAGE, place)
    context = {"plan": plan, "stretch": shown, "counted": counts.counted}
    context |= update_filters.context(plan, counts, wanted)
    status = 404 if counts.is_unknown else 200
    return render(request, "updates.html", context, status=status)


@reads(*archive.FILTERS)
def update_table(request, plan):
    """The same record as CSV: all of it, by the same filters and in the same order."""
    plan, wanted = public_plan(plan), asked(request, *archive.FILTERS)
    if archive.cube(plan, wanted).is_unknown:
        raise Http404
    return update_lines.as_csv(plan, archive.everything(plan, wanted))


def _place(plan, wanted):
    """From which account to read on, and whether back; an unknown one is not found."""
    names = [name for name in PLACES if name in wanted]
    if not names:
        return None
    if len(names) > 1:
        raise Http404
    return found_or_404(archive.find(plan, wanted[names[0]])), names == ["before"]


def update(request, plan, public_id):
    """One published revision, for good; what is not published is not found."""
    plan = public_plan(plan)
    page = found_or_404(published.find(plan, public_id))
    context = {"plan": plan, "page": page, "entry": page.entry}
    return render(request, "update.html", context)
