"""The institutions on the first page of a plan: what each undertook, did, reported."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from agencies.folding import fold
from agencies.models import Agency
from strategic_areas.models import Participation
from strategic_areas.queries import rounds
from strategic_areas.queries.pages.answers import round_that_tells
from strategic_areas.queries.plan import answering
from strategic_areas.queries.plan.board import Board
from strategic_areas.queries.plan.records import Records, records
from strategic_areas.states import NOT_TOLD, CommitmentState, Tally, tally

#: A plan of more institutions folds away those with least to tell.
MOST = 8
#: How many institutions of such a plan stay in sight.
SHOWN_OF_MANY = 5


@dataclass(frozen=True)
class Institution:
    """
    An institution of the plan in figures.

    ``records`` are those of its reconstructed activities, ``tally`` counts the others.
    ``owed`` and ``given`` count reports and values in the round that tells who has
    reported.
    """

    agency: Agency
    led: int
    fulfilled: int
    late: int
    #: Whether anything is published of how far any of its commitments has come.
    is_told: bool
    activities: int
    records: Records
    tally: Tally
    owed: int
    given: int

    @property
    def weight(self):
        return self.led + self.activities + self.owed


@dataclass(frozen=True)
class Institutions:
    """
    The institutions to show, and those folded away.

    These have nothing to tell, or the least of many. All stand by name, the chair of
    the plan first.
    """

    shown: tuple[Institution, ...]
    folded: tuple[Institution, ...]

    @property
    def total(self):
        return len(self.shown) + len(self.folded)


def load(board: Board, today: date) -> Institutions:
    """All institutions with a part in the plan; one query."""
    asked = round_that_tells(board.periods, today)
    led, work = defaultdict(list), defaultdict(list)
    owed, given = defaultdict(int), defaultdict(int)
    for row in board.rows:
        led[row.commitment.lead_id].append(row)
    for row in filter(attrgetter("is_counted"), board.activities):
        work[row.activity.agency_id].append(row)
    for agency, rows in answering.asked_of(board, asked).items() if asked else ():
        due = [row for row in rows if row.owes(asked)]
        owed[agency.pk] += len(due)
        given[agency.pk] += sum(rounds.was_handed_in(board, row, asked) for row in due)
    for value in board.values.get(asked, ()):
        owed[value.agency.pk] += 1
        given[value.agency.pk] += value.is_handed_in
    parts = Participation.objects.filter(plan=board.plan).select_related("agency")
    every = [
        _institution(
            part.agency,
            board,
            (led[part.agency_id], work[part.agency_id]),
            (owed[part.agency_id], given[part.agency_id]),
        )
        for part in sorted(parts, key=_place)
    ]
    number = MOST if len(every) <= MOST else SHOWN_OF_MANY
    most = sorted(every, key=lambda each: -each.weight)[:number]
    seen = {each.agency.pk for each in most if each.weight}
    return Institutions(
        shown=tuple(each for each in every if each.agency.pk in seen),
        folded=tuple(each for each in every if each.agency.pk not in seen),
    )


def _place(part):
    return part.role != Participation.Role.CHAIR, fold(part.agency.name), part.pk


def _institution(agency, board, known, reports):
    rows, activities = known
    owed, given = reports
    plan, official, found = board.plan, [], []
    for each in activities:
        (official if each.activity.commitment.is_official else found).append(each)
    return Institution(
        agency=agency,
        led=len(rows),
        fulfilled=sum(row.standing.state == CommitmentState.FULFILLED for row in rows),
        late=sum(row.is_late for row in rows),
        is_told=any(row.standing.state not in {None, *NOT_TOLD} for row in rows),
        activities=len(activities),
        records=records(
            [each.reports for each in found], plan.starts_on.year, plan.ends_on.year
        ),
        tally=tally([each.work for each in official]),
        owed=owed,
        given=given,
    )
