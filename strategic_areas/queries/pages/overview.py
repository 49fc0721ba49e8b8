"""What a plan's first page tells, and what was published on the plan lately."""

from dataclasses import dataclass
from datetime import date

from strategic_areas import progress
from strategic_areas.addresses import address
from strategic_areas.headline import Headline
from strategic_areas.models import Activity, Commitment, Plan, ReportingPeriod
from strategic_areas.newest import newness
from strategic_areas.queries import rounds
from strategic_areas.queries.pages import areas, delays
from strategic_areas.queries.plan import members
from strategic_areas.queries.plan.board import Board
from strategic_areas.queries.plan.counted import CountedDeclaration, CountedReport
from strategic_areas.queries.updates import sources
from strategic_areas.queries.updates.entry import day

LATELY = 10


@dataclass(frozen=True)
class Line:
    """One account, of an activity or of a commitment, as a line of a list."""

    account: CountedReport | CountedDeclaration
    subject: Activity | Commitment
    period: ReportingPeriod

    @property
    def agency(self):
        return getattr(self.subject, "agency", None) or self.subject.lead

    @property
    def state(self):
        """The state that an update tells; None for a declaration."""
        execution = getattr(self.account, "execution", None)
        return progress.State(execution) if execution else None

    @property
    def is_recorded(self):
        """True if it was taken from public sources and not reported here."""
        return not self.account.was_entered

    @property
    def published_on(self):
        """The day of publication in Santo Domingo."""
        return day(self.account.published_at)

    @property
    def is_disputed(self):
        """Whether its agency disputes the account or the record that it is about."""
        is_of_record = not self.account.was_entered
        return is_of_record and (self.account.is_disputed or self.subject.is_disputed)

    def get_absolute_url(self, language=None):
        """The account's own page."""
        words = self.subject.plan.code, self.account.public_id
        return address("update", *words, language=language)


@dataclass(frozen=True)
class Latest:
    """
    What agencies reported here last, and the newest accounts of the public record.

    Accounts of the public record and demonstrations never count as "lately".
    """

    lately: tuple[Line, ...]
    recorded: tuple[Line, ...]


def latest(board: Board) -> Latest:
    """Both lists, from what the board has read."""
    periods = {period.pk: period for period in board.periods}
    filed = [
        Line(account, subject, periods[account.period_id])
        for subject, accounts in _accounts(board)
        for account in accounts
    ]
    entered = [line for line in filed if line.account.was_entered]
    entered.sort(key=lambda line: line.account.published_at, reverse=True)
    recorded = [line for line in filed if not line.account.was_entered]
    recorded.sort(key=lambda line: newness(line.account), reverse=True)
    return Latest(tuple(entered[:LATELY]), tuple(recorded[:LATELY]))


def _accounts(board):
    for row in board.activities:
        yield row.activity, row.reports
    for row in board.rows:
        yield row.commitment, row.declarations


@dataclass(frozen=True)
class Overview:
    """``agencies`` are those of the commission; ``partners`` counts the others."""

    board: Board
    headline: Headline
    areas: tuple[areas.AreaRow, ...]
    agencies: tuple[members.AgencyRow, ...]
    partners: int
    sources: int
    latest: Latest
    delays: delays.Delays

    @property
    def by_area(self):
        """Pairs of an area and its counts in the states that occur in the plan."""
        occurring = [state for state, number in self.board.counts.by_state if number]
        return [(row, [row.counts[state] for state in occurring]) for row in self.areas]


def load(plan: Plan, today: date) -> Overview:
    found = members.board_of(plan, today)
    every = members.of_plan(found, today)
    body = tuple(row for row in every if not row.is_partner)
    return Overview(
        board=found,
        headline=rounds.headline_of(found, today),
        areas=areas.rows(areas.of_plan(plan), found),
        agencies=body,
        partners=len(every) - len(body),
        sources=sources.behind(plan).count(),
        latest=latest(found),
        delays=delays.load(found, today),
    )
