"""
The agencies of a plan: who takes part, what each does, and how it answers rounds.

The list can be read in several orders.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from agencies.folding import fold
from agencies.models import Agency
from strategic_areas import progress
from strategic_areas.discipline import Discipline
from strategic_areas.models import Commitment, Participation, Plan, ReportingPeriod
from strategic_areas.newest import newest
from strategic_areas.queries import rounds
from strategic_areas.queries.plan import board
from strategic_areas.queries.plan.board import Board
from strategic_areas.queries.plan.counted import CountedReport
from strategic_areas.queries.plan.plans import latest_round, periods_of
from strategic_areas.queries.plan.rows import ActivityRow, count_rows
from strategic_areas.states import DECLARED, CommitmentState


@dataclass(frozen=True)
class AgencyRow:
    """An agency in the plan's list."""

    participation: Participation
    counts: progress.Counts
    led: int
    late: int
    #: Without those that an amendment cancelled, as everywhere.
    activities: int
    #: How many of them an account calls done; None while no account tells of any.
    done: int | None
    #: Whether any account tells how far what it leads has come.
    is_told: bool
    #: How many reports and values the latest round asked of it; how many it handed in.
    asked: int
    handed_in: int
    #: How it kept the due dates of the last rounds whose scorecards are public.
    discipline: Discipline

    @property
    def agency(self):
        return self.participation.agency

    @property
    def completed(self):
        """How many it fulfilled; None, and never zero, while nothing is told."""
        return self.counts[CommitmentState.FULFILLED] if self.is_told else None


def board_of(plan: Plan, today: date) -> Board:
    """The board of the plan with all that the list of its agencies needs."""
    periods = periods_of(plan)
    asked = [*rounds.last_public(periods, today), latest_round(periods, today)]
    return board.load(plan, today, asked=list(filter(None, dict.fromkeys(asked))))


def of_plan(found: Board, today: date) -> tuple[AgencyRow, ...]:
    """
    The plan's agencies by name, the chair first, partners last; one query.

    ``found`` is the board that ``board_of`` gives.
    """
    led, work = defaultdict(list), defaultdict(list)
    for row in found.rows:
        led[row.commitment.lead_id].append(row)
        for each in row.activities:
            if each.is_counted:
                work[each.activity.agency_id].append(each)
    latest = latest_round(found.periods, today)
    asked = rounds.asked_in(found, rounds.last_public(found.periods, today))
    last = rounds.asked_in(found, [latest] if latest else ())
    owed = {agency.pk: items for (agency, _round), items in last.items()}
    parts = Participation.objects.filter(plan=found.plan).select_related("agency")
    rows = [
        AgencyRow(
            participation=each,
            counts=count_rows(led[each.agency_id]),
            led=len(led[each.agency_id]),
            late=sum(row.is_late for row in led[each.agency_id]),
            activities=len(work[each.agency_id]),
            done=_done(work[each.agency_id]),
            is_told=any(map(_is_told, led[each.agency_id])),
            asked=len(owed.get(each.agency_id, ())),
            handed_in=sum(o.is_handed_in for o in owed.get(each.agency_id, ())),
            discipline=rounds.discipline_of(
                rounds.scorecards(each.agency, asked, today)
            ),
        )
        for each in parts.order_by("pk")
    ]
    return in_order(rows)


def in_order(rows: Iterable[AgencyRow]) -> tuple[AgencyRow, ...]:
    """The rows by name, the chair first, partners last."""
    order = list(Participation.Role)
    return tuple(
        sorted(rows, key=lambda row: (order.index(row.participation.role), name(row)))
    )


def _done(work):
    told = [newest(each.reports).is_done for each in work if each.reports]
    return sum(told) if told else None


def _is_told(row):
    return row.standing.tally.told > 0 or row.standing.state in DECLARED


def name(row: AgencyRow) -> str:
    """The agency's name without accents and case, to sort by."""
    return fold(row.agency.name)


def share_on_time(row: AgencyRow) -> Fraction | None:
    """The share of rounds that it answered on time; None if no round asked it."""
    answered = row.discipline
    return Fraction(answered.on_time, answered.asked) if answered.asked else None


#: The figures by which the list of agencies may be sorted instead of by name.
RANKS = {
    "led": lambda row: row.led,
    "completed": lambda row: row.completed,
    "late": lambda row: row.late,
    "on_time": share_on_time,
    "activities": lambda row: row.activities,
    "handed_in": lambda row: Fraction(row.handed_in, row.asked) if row.asked else None,
}


def ranked(rows: Iterable[AgencyRow], sort: str) -> tuple[AgencyRow, ...]:
    """
    Rows sorted by one of ``RANKS``, with "-" before it the largest first.

    Equal ones stay in the order of their names. An agency without a figure to sort by
    comes last in both orders.
    """
    key, is_descending = RANKS[sort.removeprefix("-")], sort.startswith("-")
    by_name = sorted(rows, key=name)
    known = [row for row in by_name if key(row) is not None]
    unknown = [row for row in by_name if key(row) is None]
    return (*sorted(known, key=key, reverse=is_descending), *unknown)


@dataclass(frozen=True)
class TakingPart:
    """Who chairs the plan; how many are members, chairs too; and how many others."""

    plan: Plan
    chairs: tuple[Agency, ...]
    members: int
    partners: int


def in_plan(plan: Plan) -> TakingPart:
    """Who takes part in the plan; one query."""
    rows = Participation.objects.filter(plan=plan).select_related("agency")
    roles = [(each.role, each.agency) for each in rows.order_by("agency__name_es")]
    partners = sum(role == Participation.Role.PARTNER for role, _ in roles)
    return TakingPart(
        plan,
        tuple(agency for role, agency in roles if role == Participation.Role.CHAIR),
        len(roles) - partners,
        partners,
    )


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
    periods, key = {period.pk: period for period in board.periods}, agency.pk
    for row in board.rows:
        for each in row.activities:
            is_own = each.activity.agency_id == key
            told = is_own or [a for a in each.reports if a.agency_id == key]
            if told:
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
