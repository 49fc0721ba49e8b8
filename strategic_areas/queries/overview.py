"""What a plan's first page tells."""

from dataclasses import dataclass
from datetime import date

from strategic_areas.headline import Headline
from strategic_areas.models import Plan
from strategic_areas.queries import agencies, areas, board, rounds, sources, updates


@dataclass(frozen=True)
class Overview:
    board: board.Board
    headline: Headline
    areas: tuple[areas.AreaRow, ...]
    agencies: tuple[agencies.AgencyRow, ...]
    sources: int
    latest: updates.Latest


def load(plan: Plan, today: date) -> Overview:
    found = board.load(plan, today)
    return Overview(
        board=found,
        headline=rounds.headline_of(found, today),
        areas=areas.rows(areas.of_plan(plan), found),
        agencies=agencies.of_plan(found),
        sources=sources.count_behind(plan),
        latest=updates.latest(found),
    )
