"""What the commission reads of a round; only what the public reads, and as it does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from agencies.models import Agency
from strategic_areas.datasets.editions import snapshot_of
from strategic_areas.headline import Headline
from strategic_areas.models import (
    Activity,
    Edition,
    Plan,
    ReportingPeriod,
)
from strategic_areas.queries import rounds
from strategic_areas.queries.asked_values import AskedValue
from strategic_areas.queries.figures import indicators
from strategic_areas.queries.pages import agencies, answers, areas, changes, editions
from strategic_areas.queries.plan import answering, counted, past, plans
from strategic_areas.queries.plan import board as boards
from strategic_areas.queries.plan.board import Board
from strategic_areas.queries.plan.plans import periods_of
from strategic_areas.queries.public_rows import Rows
from strategic_areas.queries.updates import done
from strategic_areas.queries.updates.record import Entry


@dataclass(frozen=True)
class Answered:
    """How an agency answered: of what it ``owed`` some may be missing."""

    agency: Agency
    owed: int
    published: int
    missing: tuple[Activity | AskedValue, ...]

    @property
    def handed_in(self):
        return self.owed - len(self.missing)

    @property
    def unpublished(self):
        return self.handed_in - self.published


@dataclass(frozen=True)
class RoundReport:
    """
    All that the report of one round tells.

    ``accounts`` are the last of each activity, by the activity's id. ``before`` is the
    last round before this one, if there was any. ``edition`` is that of a closed round,
    with its ``tables``; ``differences`` tell how that, or what is told today, differs
    from the edition of the round before, if there is one.
    """

    period: ReportingPeriod
    board: Board
    headline: Headline
    sources: int
    areas: tuple[areas.AreaRow, ...]
    figures: tuple[indicators.IndicatorLine, ...]
    members: tuple[agencies.AgencyRow, ...]
    answers: tuple[Answered, ...]
    accounts: Mapping[int, Entry]
    before: ReportingPeriod | None
    amendments: tuple[changes.ApprovedPlanChange, ...]
    edition: Edition | None
    tables: Rows
    differences: list[editions.DatasetDifference] | None

    @property
    def plan(self):
        return self.board.plan

    @property
    def day(self):
        return self.edition.made_on if self.edition else self.board.day


def load(period: ReportingPeriod, today: date) -> RoundReport:
    """
    The report of a round that has opened, of a public plan.

    That of the latest round tells of today, that of an earlier one of the end of its
    period. The number of queries is the same for any number of records.
    """
    plan = plans.by_code(period.plan.code)
    opened = plans.opened(periods_of(plan), today)
    earlier = opened[opened.index(period) + 1 :] if period in opened else []
    before = next(iter(earlier), None)
    is_latest = period not in opened or period == opened[0]
    board = _board(plan, None if is_latest else period, today)
    asked = dict.fromkeys([*plans.opened(board.periods, today), period])
    board = boards.with_rounds(board, None, tuple(asked))
    known = editions.of_rounds(plan)
    edition, last = known.get(period.pk), before and known.get(before.pk)
    return RoundReport(
        period=period,
        board=board,
        headline=answers.headline_of(board, today),
        sources=counted.sources_behind(plan).count(),
        areas=areas.rows(areas.of_plan(board.plan), board),
        figures=indicators.key_figures(),
        members=_members(board, today),
        answers=tuple(answered(board, period)),
        accounts=done.of_activities(board.activities),
        before=before,
        amendments=tuple(_amendments(board.plan, before, board.day)),
        edition=edition,
        tables=snapshot_of(edition).tables if edition else {},
        differences=editions.differences(plan, last, edition)
        if last and (edition or is_latest)
        else None,
    )


def _board(plan: Plan, period: ReportingPeriod | None, today: date) -> Board:
    """The board as of a round, or of today while the period of the round runs."""
    if period and period.ends_on < today:
        return past.load(plan, period)
    return boards.load(plan, today)


def _members(board, today):
    """The agencies that were members on the board's day, as they were called then."""
    rows = agencies.of_plan(board, today)
    if board.day == today:
        return rows
    called = {
        each.pk: answering.on_day(each, board.day) for each in answering.every_agency()
    }
    found = []
    for row in rows:
        part = row.participation
        if part.member_since is None or part.member_since <= board.day:
            part.agency = called[part.agency_id]
            found.append(row)
    return agencies.in_order(found)


def answered(board: Board, period: ReportingPeriod) -> list[Answered]:
    """
    The agencies of which the round asks anything, those that owe most first.

    The board was loaded for the round.
    """
    found = []
    for (agency, _period), owed in rounds.asked_in(board, [period]).items():
        missing = tuple(each.subject for each in owed if not each.is_handed_in)
        published = sum(each.is_published for each in owed)
        if owed:
            found.append(Answered(agency, len(owed), published, missing))
    return sorted(found, key=lambda each: (-len(each.missing), each.agency.acronym))


def _amendments(plan, before, until):
    """The acts that amended the plan since the last round, the latest first."""
    since = before.ends_on if before else date.min
    return (
        each
        for each in changes.of_plan(plan)
        if each.amendment and since < each.day <= until
    )
