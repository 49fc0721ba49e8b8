"""What one agency does in a plan, and how it answers the round that asks it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from agencies.models import Agency
from strategic_areas.models import Commitment, ReportingPeriod
from strategic_areas.newest import newest
from strategic_areas.queries import rounds
from strategic_areas.queries.plan.board import Board
from strategic_areas.queries.plan.counted import CountedReport
from strategic_areas.queries.plan.rows import ActivityRow


@dataclass(frozen=True)
class Work:
    """
    An activity, and its last account; of one that was moved, the agency's own last.

    ``moved_to`` is the agency that answers for it now, and ``told_by`` that which gave
    the last account, each where it is another one.
    """

    row: ActivityRow
    commitment: Commitment
    last: CountedReport | None
    period: ReportingPeriod | None
    moved_to: Agency | None = None
    told_by: Agency | None = None


@dataclass(frozen=True)
class Answer:
    """
    What became of the latest round, if any asked the agency.

    It ``owed`` reports and values, of which it ``reported`` some, whatever became of
    them since; ``published`` are those that everybody can read. ``is_due`` once its due
    date has passed.
    """

    round: ReportingPeriod | None
    is_due: bool
    owed: int = 0
    reported: int = 0
    published: int = 0

    @property
    def missing(self):
        return self.owed - self.reported

    @property
    def in_review(self):
        return self.reported - self.published


def work_of(board: Board, agency: Agency) -> Iterable[Work]:
    """What an agency does in a plan, in the order of the plan."""
    periods = {period.pk: period for period in board.periods}
    for row in board.rows:
        for each in row.activities:
            is_own = each.activity.agency_id == agency.pk
            told = [a for a in each.reports if a.agency_id == agency.pk]
            if is_own or told:
                last = newest(each.reports if is_own else told)
                yield Work(
                    row=each,
                    commitment=row.commitment,
                    last=last,
                    period=last and periods[last.period_id],
                    moved_to=None if is_own else each.activity.agency,
                    told_by=each.reported_by.get(last.period_id)
                    if is_own and last
                    else None,
                )


def answer_of(
    owed: Iterable[rounds.Asked], asked: ReportingPeriod | None, today: date
) -> Answer:
    """How an agency that owes these things has answered a round so far."""
    owed = list(owed)
    return Answer(
        round=asked,
        is_due=asked is not None and asked.due_on < today,
        owed=len(owed),
        reported=sum(each.is_handed_in for each in owed),
        published=sum(each.is_published for each in owed),
    )
