"""
Indicators as pages and files read them: lists, one in full, and key figures.

What is known of each goal of the plan, and where public sources disagree, is told with
the counts concerned.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations, groupby
from operator import attrgetter

from django.db.models import Exists, OuterRef, Q, QuerySet

from agencies.models import Agency
from strategic_areas import attainment as targets
from strategic_areas.attainment import Attainment
from strategic_areas.disclosure import PROTECTED, Protected, is_small
from strategic_areas.models import (
    Commitment,
    Discrepancy,
    Indicator,
    Plan,
    Provenance,
    PublishedFigure,
    StrategicArea,
    Target,
    TipTier,
)
from strategic_areas.queries.figures.points import (
    Point,
    Shown,
    briefly,
    in_words,
    points_of,
)
from strategic_areas.queries.prepared import prepared
from strategic_areas.queries.updates import sources


@dataclass(frozen=True)
class IndicatorLine:
    """An indicator and its points in the order of time."""

    indicator: Indicator
    points: tuple[Point, ...]

    @property
    def last(self) -> Point | None:
        """The latest point, of several the shortest; not one that was withdrawn."""
        shown = [each for each in self.points if each.shown is not Shown.WITHDRAWN]
        return max(shown, key=lambda each: (each.ends_on, each.starts_on), default=None)

    @property
    def baseline(self) -> Decimal | Protected | None:
        """
        The value before the plan; None where none is.

        One that needs protection is told where it is a value that is told.
        """
        of = self.indicator
        value, days = of.baseline_value, (of.baseline_starts_on, of.baseline_ends_on)
        told = {(each.starts_on, each.ends_on): each.value for each in self.points}
        is_told = value is None or not of.sensitive or told.get(days) == value
        return value if is_told else PROTECTED


@dataclass(frozen=True)
class TargetLine:
    """What a plan sets, and how far it is attained."""

    target: Target
    attainment: Attainment


@dataclass(frozen=True)
class IndicatorPage(IndicatorLine):
    """
    All that is told of one indicator.

    ``others`` count the same thing otherwise: those with which a known discrepancy
    names it. ``targets`` is empty where no plan sets one.
    """

    targets: tuple[TargetLine, ...]
    others: tuple[IndicatorLine, ...]
    discrepancies: tuple[Discrepancy, ...]

    @property
    def has_baseline_of_plan(self):
        """
        Whether the plan states the baseline: where it sets a target itself.

        Any other was chosen by the editors of the portal among public values.
        """
        stated = any(each.target.provenance == Provenance.PLAN for each in self.targets)
        return stated and self.baseline is not None


@prepared
def public() -> QuerySet[Indicator]:
    """Indicators that anyone may read; ``has_target`` tells of one in a public plan."""
    plans = Plan.objects.public()
    aims = Target.objects.filter(indicator=OuterRef("pk"), plan__in=plans)
    return (
        Indicator.objects.filter(introduced_by__in=plans)
        .select_related("introduced_by", "area__plan", "programme", "agency")
        .annotate(has_target=Exists(aims), **in_words("introduced_by"))
        .order_by("sort_code", "pk")
    )


def teller_of(family: str) -> Indicator | None:
    """The indicator that tells how many people of a family are counted, if any does."""
    tellers = Indicator.objects.filter(introduced_by__in=Plan.objects.public())
    return tellers.filter(family=family, is_teller=True).first()


@dataclass(frozen=True)
class Listed:
    """An indicator in the list of all: by what it can be found there."""

    pk: int
    area: StrategicArea | None
    agency: Agency | None
    counted_by: str
    has_target: bool


def listed() -> tuple[Listed, ...]:
    """All indicators, in their order; three queries."""
    columns = ("pk", "area_id", "agency_id", "counted_by", "has_target")
    rows = list(public().values_list(*columns))
    areas = StrategicArea.objects.in_bulk({area for _pk, area, *_rest in rows})
    agencies = Agency.objects.in_bulk({agency for _pk, _area, agency, *_rest in rows})
    return tuple(
        Listed(pk, areas.get(area), agencies.get(agency), counted_by, has_target)
        for pk, area, agency, counted_by, has_target in rows
    )


def of_list(found: Iterable[Listed], *, in_full: bool = False):
    """The lines of these indicators, in the order of all."""
    keys = [each.pk for each in found]
    return lines(public().filter(pk__in=keys), in_full=in_full)


def lines(
    rows: QuerySet[Indicator] | None = None, *, in_full: bool = False
) -> tuple[IndicatorLine, ...]:
    """The given indicators, or all, with their points; two queries, in full six."""
    found = list(public() if rows is None else rows)
    points = points_of(found, in_full=in_full)
    return tuple(IndicatorLine(each, points.get(each.pk, ())) for each in found)


def of_area(area: StrategicArea) -> tuple[IndicatorLine, ...]:
    return lines(public().filter(area=area))


def of_agency(agency: Agency) -> tuple[IndicatorLine, ...]:
    """The indicators that an agency counts itself, whoever answers for them."""
    own = Q(counted_by=agency.acronym) | Q(counted_by="", agency=agency)
    return lines(public().filter(own))


@dataclass(frozen=True)
class CommitmentFigures:
    """The indicators with a value that measure a commitment; those of its programme."""

    own: tuple[IndicatorLine, ...]
    of_programme: tuple[IndicatorLine, ...]


def of_commitment(commitment: Commitment) -> CommitmentFigures:
    """What is counted of a commitment and, told apart, of its programme; one read."""
    own = Q(commitment=commitment)
    above = Q(commitment=None, programme=commitment.programme_id)
    measures = public().filter(own | above)
    found = briefly(PublishedFigure.objects.filter(indicator__in=measures))
    ordered = sorted(found.items(), key=lambda each: each[0].sort_code)
    lines = [IndicatorLine(*each) for each in ordered]
    return CommitmentFigures(
        tuple(line for line in lines if line.indicator.commitment_id),
        tuple(line for line in lines if not line.indicator.commitment_id),
    )


#: How many indicators the page of an area, an agency or a commitment shows.
MOST_LISTED = 6


@dataclass(frozen=True)
class Some:
    """The first indicators of several, and how many there are in all."""

    lines: tuple[IndicatorLine, ...]
    total: int


def first_of(lines: Iterable[IndicatorLine]) -> Some:
    """Key figures come first, then those with the most values; none without one."""
    told = [line for line in lines if line.last]
    ordered = sorted(
        told, key=lambda line: (not line.indicator.key_figure, -len(line.points))
    )
    return Some(tuple(ordered[:MOST_LISTED]), len(told))


def in_discrepancies() -> dict[int, IndicatorLine]:
    """The indicators that known discrepancies name, by their keys."""
    named = Discrepancy.indicators.through.objects.values("indicator")
    return {each.indicator.pk: each for each in lines(public().filter(pk__in=named))}


def key_figures() -> tuple[IndicatorLine, ...]:
    """The indicators of the first page that have a value."""
    found = lines(public().filter(key_figure=True))
    return tuple(each for each in found if each.last)


def page(code: str, today: date) -> IndicatorPage | None:
    """One indicator in full, by its code; at most twelve queries."""
    rows = public().select_related("commitment__plan")
    indicator = rows.prefetch_related(sources.by_key()).filter(code=code).first()
    if indicator is None:
        return None
    points = points_of([indicator], in_full=True).get(indicator.pk, ())
    discrepancies = tuple(_discrepancies([indicator]))
    codes = {other.pk for each in discrepancies for other in each.indicators.all()}
    others = public().filter(pk__in=codes - {indicator.pk}) if codes else ()
    line = IndicatorLine(indicator, points)
    return IndicatorPage(
        indicator=indicator,
        points=points,
        targets=_targets(line, today),
        others=lines(others) if codes else (),
        discrepancies=discrepancies,
    )


@dataclass(frozen=True)
class PrintedPair:
    """Two printed figures of the same people and days that differ by fewer than ten."""

    one: PublishedFigure
    other: PublishedFigure

    @property
    def difference(self) -> Decimal:
        return abs(self.one.value - self.other.value)


def printed_pair() -> PrintedPair | None:
    """The latest such pair; what it tells is the price of print."""
    rows = PublishedFigure.objects.standing().public().exclude(value=None)
    rows = rows.filter(indicator__in=public()).exclude(printed_by=None)
    rows = rows.exclude(indicator__family="").select_related("indicator")
    order = ("-ends_on", "-starts_on", "indicator__family", "indicator__sort_code")
    same = attrgetter("ends_on", "starts_on", "indicator.family")
    pairs = (
        PrintedPair(one, other)
        for _key, told in groupby(rows.order_by(*order, "pk"), key=same)
        for one, other in combinations(told, 2)
    )
    return next((each for each in pairs if is_small(each.difference)), None)


def _discrepancies(indicators: Iterable[Indicator]):
    return (
        Discrepancy.objects.filter(
            indicators__in=indicators, plan__in=Plan.objects.public()
        )
        .select_related("plan")
        .prefetch_related("indicators", sources.by_key())
        .order_by("-plan__starts_on", "plan__code", "sort_code")
        .distinct()
    )


def _targets(line, today):
    indicator, base = line.indicator, None
    rows = Target.objects.filter(indicator=indicator, plan__in=Plan.objects.public())
    values = [
        targets.Observed(each.starts_on, each.ends_on, each.value, each.is_break)
        for each in line.points
        if each.shown is not Shown.WITHDRAWN
    ]
    if isinstance(line.baseline, Decimal):
        days = indicator.baseline_starts_on, indicator.baseline_ends_on
        base = targets.Base(*days, line.baseline)
    return tuple(
        TargetLine(
            target,
            targets.attainment(
                targets.Aim(target.starts_on, target.ends_on, target.value),
                values,
                direction=indicator.direction,
                aggregation=indicator.aggregation,
                today=today,
                base=base,
            ),
        )
        for target in rows.select_related("plan").order_by("ends_on", "starts_on", "pk")
    )


@dataclass(frozen=True)
class Goal:
    """A goal, and the indicators that are about it."""

    goal: Indicator.Goal
    lines: tuple[IndicatorLine, ...]


def goals() -> list[Goal]:
    """Each goal with its indicators, those without a value too; two queries."""
    found = lines(public().exclude(goal=""))
    return [
        Goal(goal, tuple(line for line in found if line.indicator.goal == goal))
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


@dataclass(frozen=True)
class Disagreement:
    """A known contradiction, and the counts that it is about."""

    discrepancy: Discrepancy
    lines: tuple[IndicatorLine, ...]


def disagreements() -> list[Disagreement]:
    """Every discrepancy, plan by plan, the latest plan first; five queries."""
    rows = list(
        Discrepancy.objects.filter(plan__in=Plan.objects.public())
        .select_related("plan")
        .prefetch_related("indicators", sources.by_key())
        .order_by("-plan__starts_on", "plan__code", "sort_code")
    )
    lines = in_discrepancies()
    return [
        Disagreement(
            row,
            tuple(lines[each.pk] for each in row.indicators.all() if each.pk in lines),
        )
        for row in rows
    ]
