"""Where every commitment and activity of one plan stands, in a few queries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from django.db.models import BooleanField, F, QuerySet, Value

from agencies.models import Agency
from strategic_areas.models import (
    Activity,
    Commitment,
    Evidence,
    Plan,
    Programme,
    ReportingPeriod,
)
from strategic_areas.queries import asked_values
from strategic_areas.queries.memory import BOARDS
from strategic_areas.queries.plan import answering, counted, disputes, submissions
from strategic_areas.queries.plan.plans import opened, periods_of
from strategic_areas.queries.plan.rows import (
    ActivityRow,
    CommitmentRow,
    build,
    count_rows,
    recorded_until,
    records_of,
)
from strategic_areas.queries.plan.submissions import FirstSubmissions

#: What is read of an activity; a page of one reads the rest itself.
LISTED = (
    *("plan", "commitment", "agency", "code", "sort_code", "provenance", "is_in_plan"),
    *("title_es", "title_en", "kind", "quantity", "unit_es", "unit_en"),
    *("counts_victims", "reaches_victims", "starts_on", "due_on", "due_provenance"),
    *("stopped", "stopped_on", "resumes_on"),
)


@dataclass(frozen=True)
class Board:
    """One plan's standing commitments, in the order of their codes."""

    plan: Plan
    rows: tuple[CommitmentRow, ...]
    #: All of the plan's, the latest first.
    periods: tuple[ReportingPeriod, ...] = ()
    #: The day of which the board tells.
    day: date = date.max
    #: The agency for which it was loaded, if any; the ids of the commitments that it
    #: supports, and of its updates with evidence: whether any of that is open to all.
    supporter: Agency | None = None
    supported: frozenset[int] = frozenset()
    evidenced: Mapping[int, bool] = field(default_factory=dict)
    #: Of that agency, or of all in the rounds asked for: (period, activity) → when and
    #: by whom the report was first handed in.
    handed_in: FirstSubmissions = field(default_factory=dict)
    #: Ids of the rounds for which it was loaded; one of an agency knows of all rounds.
    asked: frozenset[int] = frozenset()
    #: Of that agency, or of all: the values for which each round asks.
    values: asked_values.AskedValues = field(default_factory=dict)

    @property
    def is_reconstructed(self):
        """True while any commitment is not stated by the plan itself."""
        return any(not row.commitment.is_official for row in self.rows)

    @property
    def knows_the_matrix(self):
        """True once the plan itself states any of its commitments."""
        return any(row.commitment.is_official for row in self.rows)

    @cached_property
    def activities(self):
        return [each for row in self.rows for each in row.activities]

    @cached_property
    def counts(self):
        return count_rows(self.rows)

    @cached_property
    def records(self):
        return records_of(self.rows)

    @cached_property
    def recorded_until(self):
        return recorded_until(self.rows)

    def first_day(self, row: ActivityRow, period: ReportingPeriod) -> date | None:
        """
        The day on which a report was first handed in for the round, if any was.

        Raises ValueError if the board was not loaded for the round.
        """
        if not (self.supporter or period.pk in self.asked):
            raise ValueError("the board was not loaded for this round")
        found = self.handed_in.get((period.pk, row.activity.pk))
        return found and found.day


def load(
    plan: Plan,
    today: date,
    supporter: Agency | None = None,
    asked: Iterable[ReportingPeriod] = (),
) -> Board:
    """
    Every standing commitment and activity of a plan, with its state today.

    For a ``supporter`` the board also knows which commitments that agency supports,
    which of its updates came with evidence, and on which days it first handed in its
    reports; for the rounds ``asked``, on which days all agencies did. With either it
    knows what each round asked of which agency.
    """
    board = BOARDS.board((plan.pk, today), lambda: _read(plan, today))
    asked = tuple(asked)
    return with_rounds(board, supporter, asked) if supporter or asked else board


def load_with_rounds(plan: Plan, today: date) -> Board:
    """The board of a plan, loaded for every round that has opened."""
    board = load(plan, today)
    asked = opened(board.periods, today)
    return with_rounds(board, None, asked) if asked else board


def _read(plan, today):
    agencies, periods = Agency.objects.in_bulk(), periods_of(plan)
    rows = with_marks(Commitment.objects.standing())
    commitments = commitments_of(plan, rows, agencies)
    rows = with_marks(Activity.objects.standing()).rewrite(False).only(*LISTED)
    activities = activities_of(plan, rows, agencies, commitments)
    accounts = counted.accounts_of(plan, periods)
    rows = build(commitments, activities, accounts, periods, today)
    return Board(plan, rows, tuple(periods), today)


def with_rounds(
    board: Board, supporter: Agency | None, asked: Iterable[ReportingPeriod]
) -> Board:
    """The board with what ``load`` tells of a supporter and of rounds."""
    plan = board.plan
    handed_in = submissions.first_submissions(plan, supporter, asked)
    activities = [each.activity for each in board.activities]
    moves = answering.moves(plan)
    asked_of = answering.asked_then(activities, asked or board.periods, moves)
    asked_of |= {key: each.agency_id for key, each in handed_in.items()}
    return replace(
        board,
        rows=answering.with_agencies_asked(board.rows, asked_of),
        handed_in=handed_in,
        asked=frozenset(each.pk for each in asked),
        values=asked_values.asked(plan, board.periods, supporter),
        supporter=supporter,
        **(_of_supporter(plan, supporter) if supporter else {}),
    )


def _of_supporter(plan, agency):
    """
    What the board knows of one agency besides its work, in one query.

    The ids of the commitments that it supports, and those of its updates that came with
    evidence, which lead to whether any of that is open to all.
    """
    supported = Commitment.objects.filter(plan=plan, supporting=agency).order_by()
    supported = supported.annotate(of=F("pk"), is_open=Value(None, BooleanField()))
    given = Evidence.objects.exclude(kind=Evidence.Kind.REMOVED).order_by()
    given = given.filter(activity_update__plan=plan, activity_update__agency=agency)
    given = given.annotate(of=F("activity_update"), is_open=F("is_public"))
    both = (rows.values_list("of", "is_open") for rows in (supported, given))
    commitments, evidenced = set(), {}
    for pk, is_open in next(both).union(*both, all=True):
        if is_open is None:
            commitments.add(pk)
        else:
            evidenced[pk] = evidenced.get(pk, False) or is_open
    return {"supported": frozenset(commitments), "evidenced": evidenced}


def commitments_of(
    plan: Plan, rows: QuerySet, agencies: Mapping[int, Agency]
) -> list[Commitment]:
    """The commitments of a plan among ``rows``, each with its lead and programme."""
    programmes = Programme.objects.filter(plan=plan).select_related("area").in_bulk()
    found = list(rows.filter(plan=plan))
    for commitment in found:
        commitment.plan, commitment.lead = plan, agencies[commitment.lead_id]
        commitment.programme = programmes[commitment.programme_id]
    return found


def activities_of(
    plan: Plan,
    rows: QuerySet,
    agencies: Mapping[int, Agency],
    commitments: Iterable[Commitment],
) -> list[Activity]:
    """The activities of these commitments among ``rows``, each with its agency."""
    above = {each.pk: each for each in commitments}
    rows = rows.filter(plan=plan, is_in_plan=True)
    work = [each for each in rows if each.commitment_id in above]
    for activity in work:
        commitment = above[activity.commitment_id]
        activity.plan, activity.commitment = plan, commitment
        activity.is_disputed |= commitment.is_disputed
        activity.agency = agencies[activity.agency_id]
    return work


def with_marks(rows: QuerySet) -> QuerySet:
    """The records of public plans by code, each marked if its agency disputes it."""
    is_disputed = disputes.unresolved(rows.model._meta.model_name)
    rows = rows.public().annotate(is_disputed=is_disputed)
    return rows.order_by("sort_code", "pk")
