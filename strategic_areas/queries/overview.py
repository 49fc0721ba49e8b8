"""What a plan's first page tells."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from strategic_areas.headline import Headline
from strategic_areas.models import Plan, StrategicArea
from strategic_areas.queries import (
    areas,
    board,
    delays,
    members,
    plans,
    rounds,
    sources,
    updates,
)


@dataclass(frozen=True)
class Overview:
    """``agencies`` are the commission's own; ``partners`` counts those beside it."""

    board: board.Board
    headline: Headline
    areas: tuple[areas.AreaRow, ...]
    agencies: tuple[members.AgencyRow, ...]
    partners: int
    sources: int
    latest: updates.Latest
    delays: delays.Delays


def load(plan: Plan, today: date) -> Overview:
    found = members.board_of(plan, today)
    every = members.of_plan(found, today)
    body = tuple(row for row in every if not row.is_partner)
    branches = areas.of_plan(plan, number_behind=sources.number_behind(plan))
    return Overview(
        board=found,
        headline=rounds.headline_of(found, today),
        areas=areas.rows(branches, found),
        agencies=body,
        partners=len(every) - len(body),
        sources=branches[0].number_behind if branches else 0,
        latest=updates.latest(found),
        delays=delays.load(found, today),
    )


def site_map():
    """The public plans that have a record, each with its ``public_areas``."""
    found = plans.public().filter(has_record=True)
    return found.prefetch_related(
        Prefetch("areas", StrategicArea.objects.all(), to_attr="public_areas")
    )
