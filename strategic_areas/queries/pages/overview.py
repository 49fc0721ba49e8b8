"""A plan as a whole, for the home page and its own page."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from agencies.folding import fold
from agencies.models import Agency
from strategic_areas.commitment_states import StateFamily, family_of
from strategic_areas.date_ranges import days_of_year
from strategic_areas.headline import Headline, RoundAnswers
from strategic_areas.models import (
    Participation,
    Plan,
    PublicationVersion,
    ReportingPeriod,
)
from strategic_areas.queries.caching import caching_version
from strategic_areas.queries.pages import areas, delays, references, round_answers
from strategic_areas.queries.plan import past_states, plans
from strategic_areas.queries.plan.counted_updates import sources_of_plan
from strategic_areas.queries.plan.plan_progress import (
    PlanProgress,
    load_plan_progress,
    load_progress_with_rounds,
)
from strategic_areas.queries.plan.plans import opened_rounds
from strategic_areas.queries.plan.progress_rows import CommitmentProgress

#: Up to this many commitments are listed on a plan's page.
MAX_NAMED = 120
#: Up to this many commitments have a tile each.
MAX_TILES = 60
#: How many changed commitments are named, and the order of their families.
MAX_CHANGED = 5
ORDER_OF_FAMILIES = (
    *(StateFamily.MET, StateFamily.UNMET, StateFamily.HALTED, StateFamily.NO_NEWS),
    *(StateFamily.UNBEGUN, StateFamily.GOING, StateFamily.UNPUBLISHED),
)


class Tense(StrEnum):
    PAST = "past"
    NOW = "now"
    TO_COME = "to_come"


@dataclass(frozen=True)
class PlanInterval:
    """
    A round of the plan; or a year of the plan, if it is reconstructed or has no rounds.

    ``update_count`` counts the updates of a reconstructed year; ``answers`` is set once
    the round has opened.
    """

    starts_on: date
    ends_on: date
    tense: Tense
    period: ReportingPeriod | None = None
    answers: RoundAnswers | None = None
    update_count: int | None = None


def plan_intervals(
    plan_progress: PlanProgress, today: date
) -> tuple[PlanInterval, ...]:
    """Its years, if it is reconstructed or has no rounds, then its rounds."""
    rounds = [p for p in plan_progress.periods if p.is_round and not p.is_demonstration]
    rounds.sort(key=lambda each: (each.ends_on, each.opens_on, each.pk))
    reconstructed_work = plan_progress.reconstructed_work
    counts_by_year = dict(reconstructed_work.years) if reconstructed_work else {}
    years = {
        *range(plan_progress.plan.starts_on.year, plan_progress.plan.ends_on.year + 1),
        *counts_by_year,
    }
    year_intervals = [
        PlanInterval(
            *(days := days_of_year(year)),
            _tense(*days, today),
            update_count=counts_by_year.get(year, 0) if reconstructed_work else None,
        )
        for year in (sorted(years) if reconstructed_work or not rounds else ())
    ]
    return (*year_intervals, *(_round(plan_progress, each, today) for each in rounds))


def _round(plan_progress, period, today):
    has_opened = period in opened_rounds([period], today)
    last = max(period.ends_on, period.due_on)
    return PlanInterval(
        period.starts_on,
        period.ends_on,
        _tense(min(period.starts_on, period.opens_on), last, today),
        period=period,
        answers=round_answers.load_round_answers(plan_progress, period)
        if has_opened
        else None,
    )


def _tense(first, last, today):
    if today > last:
        return Tense.PAST
    return Tense.NOW if today >= first else Tense.TO_COME


def year_of_plan(plan: Plan, today: date) -> tuple[int, int] | None:
    """The current year of the plan, from 1, and the number of its years."""
    if not plan.starts_on <= today <= plan.ends_on:
        return None
    return _year(plan, today), _year(plan, plan.ends_on)


def _year(plan, day):
    first = plan.starts_on
    is_before = (day.month, day.day) < (first.month, first.day)
    return day.year - first.year + 1 - is_before


@dataclass(frozen=True)
class LatestRound:
    """
    The latest opened round and its answers.

    ``missing`` lists agencies that did not answer the last ``past_due_round``, and
    whether they missed ``before``, the previous one, too.
    """

    period: ReportingPeriod
    answers: RoundAnswers
    past_due_round: ReportingPeriod | None
    before: ReportingPeriod | None
    missing: tuple[tuple[Agency, bool], ...]

    @property
    def is_past_due(self):
        return self.past_due_round == self.period


@dataclass(frozen=True)
class ChangedCommitments:
    """Commitments whose state changed since the due date of the round ``since``."""

    since: ReportingPeriod
    rows: tuple[CommitmentProgress, ...]

    @property
    def shown(self):
        """The first ``MAX_CHANGED``, by family of their new state."""
        by_family, left = dict(rows_by_family(self.rows)), MAX_CHANGED
        for family in ORDER_OF_FAMILIES:
            if left > 0 and family in by_family:
                yield family, by_family[family][:left]
                left -= len(by_family[family])


@dataclass(frozen=True)
class Overview:
    plan_progress: PlanProgress
    headline: Headline
    areas: tuple[areas.AreaRow, ...]
    latest_round: LatestRound | None
    #: The first future round, if none has opened yet.
    first_round: ReportingPeriod | None
    #: Since the round before the latest, if any.
    changed: ChangedCommitments | None
    agency_count: int
    source_count: int
    #: Under "by_agencies" and "from_sources".
    latest_updates: dict[str, list[areas.UpdateListItem]]
    delays: delays.Delays
    #: The plan's current year from 1, and its number of years; None outside.
    year: tuple[int, int] | None

    @property
    def families(self):
        return rows_by_family(
            row for row in self.plan_progress.rows if row.summary.state
        )

    @property
    def has_tiles(self):
        return self.plan_progress.counts.total <= MAX_TILES


def rows_by_family(
    rows: Iterable[CommitmentProgress],
) -> list[tuple[StateFamily, list[CommitmentProgress]]]:
    found = defaultdict(list)
    for row in rows:
        found[family_of(row.summary.state)].append(row)
    return [(family, found[family]) for family in StateFamily if found[family]]


def cache_home_plan(today: date) -> None:
    """Load the progress of the plan on the home page into the cache."""
    with caching_version(PublicationVersion.current()):
        if plan := plans.choose_plan(today).home_plan:
            load_plan_progress(plan, today)


def load_overview(plan: Plan, today: date) -> Overview:
    plan_progress = load_progress_with_rounds(plan, today)
    rounds = opened_rounds(plan_progress.periods, today)
    future = [
        each
        for each in plan_progress.periods
        if each.is_round and not each.is_demonstration and not rounds
    ]
    return Overview(
        plan_progress=plan_progress,
        headline=round_answers.headline_of(plan_progress, today),
        areas=areas.area_rows(areas.areas_of_plan(plan), plan_progress),
        latest_round=_latest_round(plan_progress, rounds, today) if rounds else None,
        first_round=min(future, key=lambda each: each.opens_on, default=None),
        changed=ChangedCommitments(
            rounds[1], past_states.commitments_changed_since(plan_progress, rounds[1])
        )
        if len(rounds) > 1
        else None,
        agency_count=Participation.objects.filter(plan=plan).count(),
        source_count=sources_of_plan(plan).count(),
        latest_updates=areas.latest_updates(plan_progress, plan_progress.rows),
        delays=delays.load_delays(plan_progress, today),
        year=year_of_plan(plan, today),
    )


def _latest_round(plan_progress, rounds, today):
    past_due_rounds = [each for each in rounds if each.due_on < today]
    silent_by_round = {
        each: {
            agency
            for agency, has_answered in round_answers.has_answered_by_agency(
                plan_progress, each
            ).items()
            if not has_answered
        }
        for each in past_due_rounds[:2]
    }
    past_due_round, before = [*past_due_rounds, None, None][:2]
    missing = sorted(
        silent_by_round.get(past_due_round, ()), key=lambda each: fold(each.name)
    )
    silent_before = silent_by_round.get(before, ())
    return LatestRound(
        period=rounds[0],
        answers=round_answers.load_round_answers(plan_progress, rounds[0]),
        past_due_round=past_due_round,
        before=before,
        missing=tuple((each, each in silent_before) for each in missing),
    )


def load_plan_page(plan: Plan, today: date) -> dict:
    """
    The page of a plan, as template context.

    ``source_count`` counts all public sources cited, ``sources`` are those of the plan
    itself. If it ``is_long``, its commitments are not listed.
    ``without_commitment_count`` is the number of recommendations to which no commitment
    responds.
    """
    plan_progress = load_progress_with_rounds(plan, today)
    rows = areas.area_rows(areas.areas_of_plan(plan), plan_progress)
    recommendations = references.recommendations_of_plan(plan_progress)
    return {
        "plan_progress": plan_progress,
        "headline": round_answers.headline_of(plan_progress, today),
        "areas": rows,
        "programme_count": sum(len(row.programmes) for row in rows),
        "spans": plan_intervals(plan_progress, today),
        "agency_count": Participation.objects.filter(plan=plan).count(),
        "source_count": sources_of_plan(plan).count(),
        "sources": plan.sources.order_by("key"),
        "themes": plans.themes_by_plan(plan=plan).get(plan.pk),
        "recommendations": recommendations,
        "without_commitment_count": sum(not each.total for each in recommendations),
        "is_long": len(plan_progress.rows) > MAX_NAMED,
    }
