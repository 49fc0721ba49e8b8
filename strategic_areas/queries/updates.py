"""What changed lately, for a plan's first page."""

from dataclasses import dataclass

from strategic_areas import progress
from strategic_areas.addresses import address
from strategic_areas.models import Activity, ReportingPeriod
from strategic_areas.queries.board import Board
from strategic_areas.queries.filings import Filed

LATELY = 10


@dataclass(frozen=True)
class Line:
    """An account of an activity in one line."""

    report: Filed
    activity: Activity
    period: ReportingPeriod

    @property
    def state(self):
        return progress.State(self.report.execution)

    @property
    def is_disputed(self):
        """Whether its agency does not acknowledge it, or what it is about."""
        is_of_record = not self.report.was_entered
        return is_of_record and (self.report.is_disputed or self.activity.is_disputed)

    def get_absolute_url(self, language=None):
        """The account's own page."""
        words = self.activity.plan.code, self.report.public_id
        return address("update", *words, language=language)


@dataclass(frozen=True)
class Latest:
    """
    What agencies reported here last, and the last of the record by its period.

    The public record and demonstrations never stand under "what changed lately".
    """

    lately: tuple[Line, ...]
    recorded: tuple[Line, ...]


def latest(board: Board) -> Latest:
    """Both lists of a plan's first page, from what the board has read."""
    periods = {period.pk: period for period in board.periods}
    filed = [
        Line(report, row.activity, periods[report.period_id])
        for row in board.activities
        for report in row.reports
    ]
    entered = [line for line in filed if line.report.was_entered]
    entered.sort(key=lambda line: line.report.published_at, reverse=True)
    filed.sort(key=lambda line: line.report.age, reverse=True)
    return Latest(tuple(entered[:LATELY]), tuple(filed[:LATELY]))
