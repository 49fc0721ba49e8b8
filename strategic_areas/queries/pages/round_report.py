"""What the commission reads of a round; only what the public reads, and as it does."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from agencies.models import Agency
from strategic_areas.headline import Headline
from strategic_areas.models import Activity, Plan, ReportingPeriod, Status
from strategic_areas.newest import newest
from strategic_areas.queries import rounds
from strategic_areas.queries.asked_values import AskedValue
from strategic_areas.queries.figures import indicators
from strategic_areas.queries.pages import answers, areas, changes
from strategic_areas.queries.plan import board as boards
from strategic_areas.queries.plan import differences, members, past, plans
from strategic_areas.queries.plan.board import Board
from strategic_areas.queries.plan.plans import periods_of
from strategic_areas.queries.plan.rows import ActivityRow
from strategic_areas.queries.updates import record, sources
from strategic_areas.queries.updates.entry import Entry, make_entry


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


@dataclass(frozen=True)
class Moved:
    """An activity as it stood at the last round and as it stands; None where not."""

    then: ActivityRow | None
    now: ActivityRow | None

    @property
    def activity(self):
        return (self.now or self.then).activity


@dataclass(frozen=True)
class RoundReport:
    """
    All that the report of one round tells.

    ``accounts`` are the last of each activity, by the activity's id. ``before`` is the
    last round before this one, with which it is compared, if there was any.
    """

    period: ReportingPeriod
    board: Board
    headline: Headline
    sources: int
    areas: tuple[areas.AreaRow, ...]
    figures: tuple[indicators.IndicatorLine, ...]
    members: tuple[members.AgencyRow, ...]
    answers: tuple[Answered, ...]
    accounts: Mapping[int, Entry]
    before: ReportingPeriod | None
    commitments: differences.Differences | None
    moved: tuple[Moved, ...]
    amendments: tuple[changes.Changed, ...]

    @property
    def plan(self):
        return self.board.plan


def load(period: ReportingPeriod, today: date) -> RoundReport:
    """
    The report of a round that has opened, of a public plan.

    That of the latest round tells of today, that of an earlier one of the end of its
    period. The number of queries is the same for any number of records.
    """
    code = period.plan.code
    opened = plans.opened(periods_of(period.plan), today)
    earlier = opened[opened.index(period) + 1 :] if period in opened else []
    before = next(iter(earlier), None)
    is_latest = period not in opened or period == opened[0]
    plan = _plan_at(code, None if is_latest else period, today)
    asked = dict.fromkeys([*plans.opened(periods_of(plan), today), period])
    board = boards.load(plan, today, asked=list(asked))
    then = before and boards.load(_plan_at(code, before, today), today)
    return RoundReport(
        period=period,
        board=board,
        headline=answers.headline_of(board, today),
        sources=sources.behind(plan).count(),
        areas=areas.rows(areas.of_plan(plan), board),
        figures=indicators.key_figures(),
        members=members.of_plan(board, today),
        answers=tuple(_answers(board, period)),
        accounts=_accounts(board.activities),
        before=before,
        commitments=then and differences.compare(then.rows, board.rows),
        moved=tuple(_moved(then, board)) if then else (),
        amendments=tuple(_amendments(plan, before, past.day_of(plan, today))),
    )


def _plan_at(code: str, period: ReportingPeriod | None, today: date) -> Plan:
    """The plan as of a round, or of today while the period of the round runs."""
    at = period.code if period and period.ends_on < today else ""
    return past.plan_as_of(code, at, today)


def _answers(board, period):
    """The agencies of which the round asks anything, those that owe most first."""
    found = []
    for (agency, _period), owed in rounds.asked_in(board, [period]).items():
        missing = tuple(each.subject for each in owed if not each.is_handed_in)
        published = sum(each.is_published for each in owed)
        if owed:
            found.append(Answered(agency, len(owed), published, missing))
    return sorted(found, key=lambda each: (-len(each.missing), each.agency.acronym))


def _accounts(rows: Iterable[ActivityRow]):
    last = [newest(row.reports) for row in rows]
    keys = [each.pk for each in last if each]
    published = record.updates().filter(pk__in=keys, status=Status.PUBLISHED)
    return {row.activity_id: make_entry(row) for row in published}


def _moved(then, now):
    """The activities of which pages tell another state or percent than then."""
    before = {row.activity.pk: row for row in then.activities}
    after = {row.activity.pk: row for row in now.activities}
    pairs = [Moved(before.get(pk), after.get(pk)) for pk in {**before, **after}]
    found = [each for each in pairs if _state(each.then) != _state(each.now)]
    return sorted(found, key=lambda each: each.activity.sort_code)


def _state(row):
    return row and (row.standing.state, row.standing.percent)


def _amendments(plan, before, until):
    """The acts that amended the plan since the last round, the latest first."""
    since = before.ends_on if before else date.min
    return (
        each
        for each in changes.of_plan(plan)
        if each.amendment and since < each.day <= until
    )
