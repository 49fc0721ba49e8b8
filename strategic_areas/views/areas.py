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

#: How many lines the page of an area has at most, and at least of each programme.
MOST_LINES, FEWEST = 40, 1


@reads("at")
def area_list(request, plan):
    plan = plan_at(request, plan)
    found = board.load(plan, timezone.localdate())
    context = {"plan": plan, "board": found}
    context["areas"] = rows = areas.rows(areas.of_plan(plan), found)
    occurring = [state for state, number in found.counts.by_state if number]
    context["by_area"] = [
        (row, [row.counts[state] for state in occurring]) for row in rows
    ]
    return render(request, "areas.html", context)


@reads("at")
def area(request, plan, slug):
    """One area; the address word of the other language redirects to this one's."""
    area = found_or_404(areas.by_slug(plan_at(request, plan), slug))
    if area.get_absolute_url() != request.path:
        here = area.get_absolute_url() + query(asked(request, "at"))
        return redirect(here, permanent=True)
    found = board.load(area.plan, timezone.localdate())
    return render(request, "area.html", context_of(area, found))


def context_of(area, found):
    """What the page of an area needs, from the board of its plan."""
    (row,) = areas.rows([area], found)
    context = {"plan": area.plan, "page_subject": area, "board": found, "row": row}
    context |= _programmes(row)
    context["latest"] = areas.latest(found, row.rows)
    # Links to targets have no dates, so nobody knows them as of a past period.
    # Figures are those of today.
    if not area.plan.until:
        context["targets"] = references.targets_of_area(area, found)
        lines = indicators.of_area(area)
        context["figures"] = indicator_pictures.first_of(lines)
    return context


def _programmes(row):
    """
    Each programme with its table, and what every row of them all says.

    Of a long area the tables are cut; the number of all lines then leads to the list.
    """
    names = commitment_lines.headings(row.rows)
    del names["area"]
    whole = commitment_lines.table(row.rows, names)
    left = {name: names[name] for name in whole.shown}
    most = len(row.rows)
    if most > MOST_LINES:
        most = max(FEWEST, MOST_LINES // len(row.programmes))
    return {
        "common": whole.common,
        "programmes": [
            (
                each.programme,
                commitment_lines.table(each.rows[:most], left),
                max(len(each.rows) - most, 0) and len(each.rows),
            )
            for each in row.programmes
        ],
    }
