"""Strategic areas: the list, and one with its programmes."""

from django.shortcuts import redirect, render
from django.utils import timezone

from strategic_areas.queries import areas, board
from strategic_areas.views.plans import found_or_404, public_plan


def area_list(request, plan):
    plan = public_plan(plan)
    found = board.load(plan, timezone.localdate())
    context = {"plan": plan, "board": found}
    context["areas"] = areas.rows(areas.of_plan(plan), found)
    return render(request, "areas.html", context)


def area(request, plan, slug):
    """One area; the address word of the other language leads to this one's."""
    area = found_or_404(areas.find(public_plan(plan), slug))
    if area.get_absolute_url() != request.path:
        return redirect(area, permanent=True)
    found = board.load(area.plan, timezone.localdate())
    (row,) = areas.rows([area], found)
    context = {"plan": area.plan, "page_subject": area, "board": found, "row": row}
    context["entries"] = areas.latest_entries(area)
    return render(request, "area.html", context)
