"""What is known of the goals of the plan, and how reports rate the country."""

from dataclasses import dataclass

from strategic_areas.models import Indicator, Plan, TipTier
from strategic_areas.queries.figures import indicators
from strategic_areas.queries.figures.indicators import IndicatorLine
from strategic_areas.queries.updates import sources


@dataclass(frozen=True)
class Goal:
    """A goal, and the indicators that are about it."""

    goal: Indicator.Goal
    lines: tuple[IndicatorLine, ...]


def goals() -> list[Goal]:
    """Each goal with its indicators, those without a value too; two queries."""
    lines = indicators.lines(indicators.public().exclude(goal=""))
    return [
        Goal(goal, tuple(line for line in lines if line.indicator.goal == goal))
        for goal in Indicator.Goal
    ]


def tiers() -> list[TipTier]:
    """The ratings by year, of any public plan's file, the latest last; two queries."""
    rows = TipTier.objects.filter(plan__in=Plan.objects.public())
    rows = rows.order_by("report_year", "-plan__starts_on")
    found = {}
    for tier in rows.prefetch_related(sources.by_key()):
        found.setdefault(tier.report_year, tier)
    return list(found.values())
