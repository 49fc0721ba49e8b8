"""Results: what is known of the goals of the plan, and what is not."""

from dataclasses import dataclass

from django.shortcuts import render
from django.utils import timezone

from strategic_areas import charts
from strategic_areas.models import Indicator, TipTier
from strategic_areas.queries.figures import indicators, words
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
    def tellers(self):
        return Tellers([each.line.indicator.introduced_by for each in self.known])


class Tellers:
    """
    Who tells the goals of some plans.

    ``plan`` is the first of which somebody else does, None where there is none, and
    ``is_alone`` whether the same holds for all others.
    """

    def __init__(self, plans):
        self.plan = next((each for each in plans if each.goals_by_es), None)
        self.is_alone = len({each.goals_by_es for each in plans}) == 1


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
        for each in indicators.goals()
    ]
    parts = [part for part in parts if part.known]
    context = {
        "plan": plans.choose(today).shown,
        "parts": parts,
        "tellers": Tellers(
            [each.line.indicator.introduced_by for part in parts for each in part.known]
        ),
        "tiers": _strip(indicators.tiers()),
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
