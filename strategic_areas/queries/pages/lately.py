"""What was published on a plan lately, as lines of a list."""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nlargest

from strategic_areas import progress
from strategic_areas.addresses import address
from strategic_areas.models import Activity, Commitment, ReportingPeriod
from strategic_areas.newest import newness
from strategic_areas.queries.plan.board import Board
from strategic_areas.queries.plan.counted import CountedDeclaration, CountedReport
from strategic_areas.queries.plan.rows import CommitmentRow
from strategic_areas.queries.updates.entry import day

#: How many lines a list has.
LATELY = 3


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


def latest(board: Board, rows: Iterable[CommitmentRow]) -> Latest:
    """Both lists, of some of the board's rows, from what it has read."""
    periods = {period.pk: period for period in board.periods}
    entered, recorded = [], []
    for subject, accounts in _accounts(rows):
        for account in accounts:
            known = entered if account.was_entered else recorded
            known.append((account, subject))
    entered = nlargest(LATELY, entered, key=lambda pair: pair[0].published_at)
    recorded = nlargest(LATELY, recorded, key=lambda pair: newness(pair[0]))
    return Latest(
        *(
            tuple(Line(each, about, periods[each.period_id]) for each, about in known)
            for known in (entered, recorded)
        )
    )


def _accounts(rows):
    for row in rows:
        yield row.commitment, row.declarations
        for each in row.activities:
            yield each.activity, each.reports
