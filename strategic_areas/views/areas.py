"""Strategic areas: the list, and one with its programmes."""

from django.shortcuts import redirect, render
from django.utils import timezone

from strategic_areas.queries.figures import indicators
from strategic_areas.queries.pages import areas, references
from strategic_areas.queries.plan import board
from strategic_areas.views import commitment_lines, indicator_pictures
from strategic_areas.views.parameters import (
    asked,
    found_or_404,
    plan_at,
    query,
    reads,
)


@reads("at")
def area_list(request, plan):
    plan = plan_at(request, plan)
    found = board.load(plan, timezone.localdate())
    context = {"plan": plan, "board": found}
    context["areas"] = areas.rows(areas.of_plan(plan), found)
    return render(request, "areas.html", context)


@reads("at")
def area(request, plan, slug):
    """One area; the address word of the other language redirects to this one's."""
    area = found_or_404(areas.by_slug(plan_at(request, plan), slug))
    if area.get_absolute_url() != request.path:
        here = area.get_absolute_url() + query(asked(request, "at"))
        return redirect(here, permanent=True)
    found = board.load(area.plan, timezone.localdate())
    (row,) = areas.rows([area], found)
    context = {"plan": area.plan, "page_subject": area, "board": found, "row": row}
    context["programmes"] = [
        (
            each.programme,
            commitment_lines.lines(each.rows),
        )
        for each in row.programmes
    ]
    context["entries"] = areas.latest_entries(area)
    # Links to targets have no dates, so nobody knows them as of a past period.
    # Figures are those of today.
    if not area.plan.until:
        context["targets"] = references.targets_of_area(area, found)
        lines = indicators.of_area(area)
        context["figures"] = indicator_pictures.first_of(lines)
    return render(request, "area.html", context)
