"""Where every commitment and activity of one plan stands, in a few queries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from agencies.models import Agency
from strategic_areas.models import (
    Activity,
    Commitment,
    Evidence,
    Plan,
    ReportingPeriod,
)
from strategic_areas.queries import asked_values
from strategic_areas.queries.plan import (
    answering,
    counted,
    disputes,
    submissions,
)
from strategic_areas.queries.plan.counted import Accounts, read_accounts
from strategic_areas.queries.plan.plans import periods_of
from strategic_areas.queries.plan.rows import (
    ActivityRow,
    CommitmentRow,
    build,
    count_rows,
    recorded_until,
    records_of,
)
from strategic_areas.queries.plan.submissions import FirstSubmissions
from strategic_areas.queries.prepared import (
    BOARDS,
    kept_for_version,
    prepared,
)


@dataclass(frozen=True)
class Board:
    """One plan's standing commitments, in the order of their codes."""

    plan: Plan
    rows: tuple[CommitmentRow, ...]
    #: All of the plan's, the latest first.
    periods: tuple[ReportingPeriod, ...] = ()
    #: Those of which the rows tell, and those of records that stand no more.
    accounts: Accounts = field(default_factory=Accounts, repr=False)
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
    #: What ``reckoned_once`` has reckoned from it.
    reckoned: dict = field(init=False, default_factory=dict, compare=False, repr=False)

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

    def first_day(self, row: ActivityRow, period: ReportingPeriod) -> date | None:
        """
        The day on which a report was first handed in for the round, if any was.

        Raises ValueError if the board was not loaded for the round.
        """
        if not (self.supporter or period.pk in self.asked):
            raise ValueError("the board was not loaded for this round")
        found = self.handed_in.get((period.pk, row.activity.pk))
        return found and found.day

    @cached_property
    def recorded_until(self):
        return recorded_until(self.rows)


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
    asked = tuple(asked)
    if supporter or asked:
        return _with_rounds(plan, today, supporter, asked)
    return _standing(plan, today)


def _key(plan, today, supporter=None, asked=()):
    rounds = tuple(each.pk for each in asked)
    return plan.pk, today, supporter and supporter.pk, rounds


def _followed(before, changed, plan, today):
    """
    The board that was kept, brought up to date with the accounts that ``changed``.

    Only these are read, and only the rows of their commitments are built again.
    """
    activities, commitments = changed["activity"], changed["commitment"]
    told = _accounts(plan, before.periods, changed)
    accounts = before.accounts.with_changed(told, activities, commitments)
    if accounts == before.accounts:
        return before  # What changed is of another plan.
    rows = [
        row
        for row in before.rows
        if row.commitment.pk in commitments
        or any(each.activity.pk in activities for each in row.activities)
    ]
    rebuilt = build(
        [row.commitment for row in rows],
        [each.activity for row in rows for each in row.activities],
        accounts,
        before.periods,
        today,
    )
    by_commitment = {row.commitment.pk: row for row in rebuilt}
    return replace(
        before,
        rows=tuple(by_commitment.get(row.commitment.pk, row) for row in before.rows),
        accounts=accounts,
    )


@kept_for_version(
    BOARDS,
    key=_key,
    weight=lambda board: 1 + len(board.activities),
    follow=_followed,
)
def _standing(plan, today):
    agencies = Agency.objects.in_bulk()
    commitments = commitments_of(plan, _that_stand(Commitment), agencies)
    activities = activities_of(plan, _that_stand(Activity), agencies, commitments)
    periods = periods_of(plan)
    accounts = _accounts(plan, periods)
    rows = build(commitments, activities, accounts, periods, today)
    return Board(plan, rows, tuple(periods), accounts, today)


def _accounts(plan, periods, changed=None):
    """The accounts of a plan, or only those of the records in ``changed``."""
    updates = counted.updates().filter(plan=plan)
    declarations = counted.declarations().filter(plan=plan)
    if changed:
        updates = updates.filter(activity__in=changed["activity"])
        declarations = declarations.filter(commitment__in=changed["commitment"])
    return read_accounts(updates, declarations, periods)


# ``_with_rounds`` takes its rows from ``_standing``, and so weighs little.
@kept_for_version(BOARDS, key=_key, weight=lambda board: 1 + len(board.handed_in) // 20)
def _with_rounds(plan, today, supporter, asked):
    return with_rounds(_standing(plan, today), supporter, asked)


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
    return Board(
        board.plan,
        answering.with_agencies_asked(board.rows, asked_of),
        board.periods,
        board.accounts,
        board.day,
        handed_in=handed_in,
        asked=frozenset(each.pk for each in asked),
        values=asked_values.asked(plan, board.periods, supporter),
        supporter=supporter,
        supported=_supported(plan, supporter) if supporter else frozenset(),
        evidenced=_evidenced(plan, supporter) if supporter else {},
    )


def _supported(plan, agency) -> frozenset[int]:
    """The ids of the plan's commitments that the agency supports."""
    rows = Commitment.objects.filter(plan=plan, supporting=agency)
    return frozenset(rows.values_list("pk", flat=True))


def _evidenced(plan, agency) -> dict[int, bool]:
    """The agency's updates that came with evidence → whether any is open to all."""
    given = Evidence.objects.exclude(kind=Evidence.Kind.REMOVED).order_by("is_public")
    given = given.filter(activity_update__plan=plan, activity_update__agency=agency)
    return dict(given.values_list("activity_update", "is_public"))


def commitments_of(
    plan: Plan, rows: Iterable[Commitment], agencies: Mapping[int, Agency]
) -> list[Commitment]:
    """The commitments of a plan, each with its lead."""
    found = list(rows.filter(plan=plan))
    for commitment in found:
        commitment.plan, commitment.lead = plan, agencies[commitment.lead_id]
    return found


def activities_of(
    plan: Plan,
    rows: Iterable[Activity],
    agencies: Mapping[int, Agency],
    commitments: Iterable[Commitment],
) -> list[Activity]:
    """The activities in a plan, each with its agency and its commitment."""
    above = {each.pk: each for each in commitments}
    rows = rows.filter(plan=plan, is_in_plan=True)
    work = [each for each in rows if each.commitment_id in above]
    for activity in work:
        commitment = above[activity.commitment_id]
        activity.plan, activity.commitment = plan, commitment
        activity.is_disputed |= commitment.is_disputed
        activity.agency = agencies[activity.agency_id]
    return work


@prepared
def _that_stand(model):
    return with_marks(model.objects.standing())


def with_marks(rows):
    """The records of public plans by code, each marked if its agency disputes it."""
    is_disputed = disputes.unresolved(rows.model._meta.model_name)
    rows = rows.public().annotate(is_disputed=is_disputed)
    if rows.model is Commitment:
        rows = rows.select_related("programme__area")
    return rows.order_by("sort_code", "pk")
