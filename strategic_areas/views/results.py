"""Results: what is known of the goals of the plan, and what is not."""

from dataclasses import dataclass

from django.shortcuts import render
from django.utils import timezone

from strategic_areas import charts
from strategic_areas.models import Indicator, TipTier
from strategic_areas.queries.figures import goals, words
from strategic_areas.queries.figures.indicators import IndicatorLine
from strategic_areas.queries.plan import plans
from strategic_areas.views import indicator_pictures


@dataclass(frozen=True)
class Known:
    """An indicator, its picture if it has one, and what is not known of it."""

    line: IndicatorLine
    title: str
    picture: charts.SeriesPicture | None
    unknown: str


@dataclass(frozen=True)
class Part:
    goal: Indicator.Goal
    known: tuple[Known, ...]

    @property
    def told_by(self):
        """The plan of which somebody else tells this goal; None where its own does."""
        plans = (each.line.indicator.introduced_by for each in self.known)
        return next((plan for plan in plans if plan.goals_by_es), None)


@dataclass(frozen=True)
class Year:
    """A year of the strip of ratings; ``tier`` is None where no report is on record."""

    year: int
    tier: TipTier | None


def results(request):
    """The goals of the plan, over all years on record."""
    periods, today = indicator_pictures.plan_periods(), timezone.localdate()
    parts = [
        Part(each.goal, tuple(_known(line, periods, today) for line in each.lines))
        for each in goals.goals()
    ]
    parts = [part for part in parts if part.known]
    context = {
        "plan": plans.choose(today).shown,
        "parts": parts,
        "told_by": next((each.told_by for each in parts if each.told_by), None),
        "tiers": _strip(goals.tiers()),
    }
    return render(request, "results.html", context)


def _known(line, periods, today):
    picture = indicator_pictures.drawn([line], periods)
    title = (
        words.title(line) if line.last else words.in_language(line.indicator, "name")
    )
    return Known(line, title, picture, words.unknown(line, today))


def _strip(tiers):
    by_year = {tier.report_year: tier for tier in tiers}
    years = range(min(by_year), max(by_year) + 1) if by_year else ()
    return [Year(year, by_year.get(year)) for year in years]
