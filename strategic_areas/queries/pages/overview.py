"""What the first page tells of its plan."""

from dataclasses import dataclass
from datetime import date

from strategic_areas.headline import Headline
from strategic_areas.models import Plan, ReportingPeriod
from strategic_areas.queries import heard
from strategic_areas.queries.pages import areas, delays, institutions, lately, plan_time
from strategic_areas.queries.plan import board, plans
from strategic_areas.queries.plan.board import Board
from strategic_areas.queries.plan.plans import periods_of
from strategic_areas.queries.updates import sources


@dataclass(frozen=True)
class Overview:
    """All that the first page tells of the plan that it shows."""

    board: Board
    headline: Headline
    areas: tuple[areas.AreaRow, ...]
    spans: tuple[plan_time.Span, ...]
    #: All plans and the gaps between them, the oldest first.
    course: tuple[Plan | plan_time.Gap, ...]
    institutions: institutions.Institutions
    #: The round that tells how many institutions have reported, if any has opened.
    round: ReportingPeriod | None
    sources: int
    latest: lately.Latest
    delays: delays.Delays
    #: The year of the plan that it is in, from 1, and how many it has; None outside.
    year: tuple[int, int] | None


def load(choice: plans.Choice, today: date) -> Overview:
    """The plan to show of a choice."""
    plan = choice.shown
    asked = heard.telling(periods_of(plan), today)
    found = board.load(plan, today, asked=[asked] if asked else ())
    return Overview(
        board=found,
        headline=heard.headline_of(found, today),
        areas=areas.rows(areas.of_plan(plan), found),
        spans=plan_time.spans(found, today),
        course=plan_time.course(plans.lines(today, choice)),
        institutions=institutions.load(found, today),
        round=asked,
        sources=sources.behind(plan).count(),
        latest=lately.latest(found, found.rows),
        delays=delays.load(found, today),
        year=plan_time.year_of(plan, today),
    )
