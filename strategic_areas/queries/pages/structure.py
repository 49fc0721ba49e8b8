"""A plan's own page: its dates, its structure as a tree, and its documents."""

from dataclasses import dataclass
from datetime import date

from strategic_areas.headline import Headline
from strategic_areas.models import Participation, Plan, Source
from strategic_areas.queries import heard
from strategic_areas.queries.pages import areas, plan_time
from strategic_areas.queries.plan import board
from strategic_areas.queries.plan.board import Board
from strategic_areas.queries.plan.plans import periods_of
from strategic_areas.queries.updates import sources

#: Of how many commitments the tree of a plan names each.
MOST_NAMED = 120


@dataclass(frozen=True)
class Structure:
    board: Board
    headline: Headline
    areas: tuple[areas.AreaRow, ...]
    spans: tuple[plan_time.Span, ...]
    institutions: int
    #: How many public sources stand behind all that is told of the plan.
    behind: int
    #: Those of the plan itself.
    sources: tuple[Source, ...]

    @property
    def is_long(self):
        """Whether the plan has too many commitments to name each in its tree."""
        return len(self.board.rows) > MOST_NAMED

    @property
    def programmes(self):
        return sum(len(row.programmes) for row in self.areas)


def load(plan: Plan, today: date) -> Structure:
    asked = heard.telling(periods_of(plan), today)
    found = board.load(plan, today, asked=[asked] if asked else ())
    return Structure(
        board=found,
        headline=heard.headline_of(found, today),
        areas=areas.rows(areas.of_plan(plan), found),
        spans=plan_time.spans(found, today),
        institutions=Participation.objects.filter(plan=plan).count(),
        behind=sources.behind(plan).count(),
        sources=tuple(plan.sources.order_by("key")),
    )
