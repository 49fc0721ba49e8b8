"""International targets, ratings, laws, sources and terms to which a plan refers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations, groupby
from operator import attrgetter

from django.db.models import Count, F, OuterRef, Subquery

from strategic_areas.commitment_states import StateFamily, family_of
from strategic_areas.disclosure import is_small
from strategic_areas.models import (
    Commitment,
    Discrepancy,
    FrameworkTarget,
    Indicator,
    LaterActivity,
    LegalInstrument,
    Plan,
    PublishedFigure,
    Source,
    StrategicArea,
    TargetLink,
    TipTier,
)
from strategic_areas.queries.figures import indicators
from strategic_areas.queries.figures.indicators import IndicatorSeries
from strategic_areas.queries.pages import filtered_commitments
from strategic_areas.queries.plan.plan_progress import PlanProgress
from strategic_areas.queries.plan.progress_rows import CommitmentProgress
from strategic_areas.sentences import FRAMEWORK_NAMES


@dataclass(frozen=True)
class TargetCommitments:
    """
    One target and the commitments that answer it, by family of their states.

    Reconstructed ones have no state and come last. ``reasons`` maps ids of commitments
    to the links that explain them; ``measured`` are the series that measure the target,
    ``years`` the years of its body's reports.
    """

    target: FrameworkTarget
    by_family: tuple[tuple[StateFamily | None, tuple[CommitmentProgress, ...]], ...]
    reasons: Mapping[int, TargetLink] = field(default_factory=dict)
    measured: tuple[tuple[IndicatorSeries, TargetLink], ...] = ()
    years: tuple[str, ...] = ()

    @property
    def total(self):
        return sum(len(rows) for _, rows in self.by_family)

    @property
    def disputed(self):
        return sum(
            row.commitment.is_disputed for _, rows in self.by_family for row in rows
        )

    @property
    def answers(self):
        """The answering commitments in the plan's order, each with its reason."""
        rows = [row for _, some in self.by_family for row in some]
        rows.sort(key=lambda row: row.commitment.sort_code)
        return [(row, self.reasons.get(row.commitment.pk)) for row in rows]

    @property
    def year_marks(self):
        """Each year with "read" or "told" if the target is known from it, else ""."""
        target = self.target
        known = dict.fromkeys(target.years_told, "told") | dict.fromkeys(
            target.years_read, "read"
        )
        return [(year, known.get(year, "")) for year in self.years]


def targets_of_plan(plan_progress: PlanProgress) -> list[TargetCommitments]:
    """Every target except recommendations, by family; seven queries."""
    return _with_commitments(_framework_targets(), plan_progress)


def recommendations_of_plan(plan_progress: PlanProgress) -> list[TargetCommitments]:
    """
    Recommendations of bodies to the country, by body; nine queries.

    Those without a commitment come first, then those repeated in most years.
    """
    return _by_answers(_with_commitments(_recommendations(), plan_progress))


def targets_and_recommendations(plan_progress: PlanProgress) -> list[TargetCommitments]:
    """Targets, then recommendations; they share the queries for their commitments."""
    targets, recommendations = _framework_targets(), _recommendations()
    found = _with_commitments([*targets, *recommendations], plan_progress)
    return [*found[: len(targets)], *_by_answers(found[len(targets) :])]


def _framework_targets():
    targets = FrameworkTarget.objects.filter(body="").order_by(
        F("year").desc(nulls_last=True), "sort_code", "code"
    )
    return sorted(targets, key=_framework_order)


def _recommendations():
    recommendations = FrameworkTarget.objects.recommendations().order_by("sort_code")
    return recommendations.prefetch_related("addressed", Source.by_key())


def _by_answers(recommendations):
    years = defaultdict(set)
    for each in recommendations:
        years[each.target.body] |= {*each.target.years}
    found = [
        replace(each, years=tuple(sorted(years[each.target.body])))
        for each in recommendations
    ]
    return sorted(found, key=_least_answered)


def recommendation_count(agency: str) -> Subquery:
    """
    A column: the number of recommendations that name the agency at this lookup, or
    null.
    """
    recommendations = (
        FrameworkTarget.objects.recommendations()
        .filter(addressed=OuterRef(agency))
        .order_by()
        .values("addressed")
        .annotate(number=Count("pk"))
    )
    return Subquery(recommendations.values("number"))


def _least_answered(recommendation):
    if not recommendation.total:
        return 0, 0
    return 1, -len(recommendation.target.years)


def _with_commitments(targets, plan_progress):
    rows = {row.commitment.pk: row for row in plan_progress.rows}
    answers, links_by_target, measures = (
        defaultdict(list),
        defaultdict(dict),
        defaultdict(list),
    )
    # Filtered by plan, as a join from the targets would read every plan.
    pairs = Commitment.frameworks.through.objects.filter(
        commitment__plan=plan_progress.plan
    )
    for target, commitment in pairs.values_list("frameworktarget", "commitment"):
        if commitment in rows:
            answers[target].append(rows[commitment])
    links = TargetLink.objects.filter(plan__in=Plan.objects.public()).order_by("pk")
    for link in links:
        if link.commitment_id:
            links_by_target[link.target_id][link.commitment_id] = link
        else:
            measures[link.target_id].append(link)
    wanted = {each.indicator_id for each in links} - {None}
    lines = indicators.load_series(indicators.public_indicators().filter(pk__in=wanted))
    line_of = {each.indicator.pk: each for each in lines}
    return [
        TargetCommitments(
            target,
            _by_state_family(answers[target.pk]),
            links_by_target[target.pk],
            tuple(
                (line_of[link.indicator_id], link)
                for link in measures[target.pk]
                if link.indicator_id in line_of
            ),
        )
        for target in targets
    ]


def targets_of_area(
    area: StrategicArea, plan_progress: PlanProgress
) -> list[TargetCommitments]:
    targets, answers = filtered_commitments.targets_by_commitment(plan_progress)
    rows = defaultdict(list)
    for row in plan_progress.rows:
        if row.commitment.programme.area_id == area.pk:
            for code in answers.get(row.commitment.pk, ()):
                rows[code].append(row)
    return [
        TargetCommitments(target, _by_state_family(rows[target.code]))
        for target in sorted(targets.values(), key=_framework_order)
        if rows[target.code]
    ]


def _framework_order(target):
    code, known = target.family, list(FRAMEWORK_NAMES)
    return (known.index(code) if code in known else len(known)), code


def _by_state_family(rows: Iterable[CommitmentProgress]):
    found = defaultdict(list)
    for row in rows:
        state = row.summary.state
        found[state and family_of(state)].append(row)
    for each in found.values():
        each.sort(key=lambda row: row.commitment.sort_code)
    return tuple(
        (family, tuple(found[family]))
        for family in [*StateFamily, None]
        if found[family]
    )


def tip_report_tiers_of_plan(plan: Plan):
    rows = TipTier.objects.filter(plan=plan).order_by("-report_year")
    return rows.prefetch_related(Source.by_key())


def legal_base():
    return LegalInstrument.objects.prefetch_related(Source.by_key())


def later_activities(plan: Plan) -> list[LaterActivity]:
    return sorted(
        LaterActivity.objects.filter(plan=plan)
        .select_related("agency", "programme", "commitment__plan")
        .prefetch_related("places", Source.by_key()),
        key=lambda each: -(each.year or 0),
    )


def tip_report_tiers_by_year() -> dict[int, TipTier]:
    """Ratings from all public plans by year, oldest first; two queries."""
    rows = TipTier.objects.filter(plan__in=Plan.objects.public()).order_by(
        "report_year", "-plan__starts_on"
    )
    found = {}
    for tier in rows.prefetch_related(Source.by_key()):
        found.setdefault(tier.report_year, tier)
    return found


def discrepancies_with_series() -> list[tuple[Discrepancy, list[IndicatorSeries]]]:
    named = Discrepancy.indicators.through.objects.values("indicator")
    lines = indicators.load_series(indicators.public_indicators().filter(pk__in=named))
    found = {each.indicator.pk: each for each in lines}
    return [
        (row, [found[each.pk] for each in row.indicators.all() if each.pk in found])
        for row in indicators.public_discrepancies()
    ]


def nearly_equal_figures() -> dict | None:
    """
    An example for a page: the latest printed pair of the same people and days that
    differs by less than ten.
    """
    rows = (
        PublishedFigure.objects.latest_revisions()
        .public()
        .exclude(value=None)
        .filter(indicator__in=indicators.public_indicators())
        .exclude(printed_by=None)
    )
    rows = rows.exclude(indicator__family="").select_related("indicator")
    order = ("-ends_on", "-starts_on", "indicator__family", "indicator__sort_code")
    same = attrgetter("ends_on", "starts_on", "indicator.family")
    for _key, figures in groupby(rows.order_by(*order, "pk"), key=same):
        for one, other in combinations(figures, 2):
            difference = abs(one.value - other.value)
            if is_small(difference):
                return {"one": one, "other": other, "difference": difference}
    return None


def targets_measured_by(indicator: Indicator) -> list[tuple[FrameworkTarget, str]]:
    """The targets that an indicator measures, with their URLs; one query."""
    links = TargetLink.objects.filter(plan__in=Plan.objects.public())
    rows = links.filter(indicator=indicator).select_related("target", "plan")
    found = {link.target: link.plan for link in rows.order_by("plan__starts_on")}
    return [(target, target.address_in(plan)) for target, plan in found.items()]
