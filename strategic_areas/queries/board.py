"""Where every commitment and activity of one plan stands, in four queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from agencies.models import Agency
from strategic_areas import progress
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
    Plan,
    Status,
)

FILED = [
    "pk",
    "starts_on",
    "ends_on",
    "reported_on",
    "submitted_at",
    "revision",
    "period_id",
    "origin",
]

REPORTED = [
    "activity_id",
    "execution",
    "percent",
    "published_at",
    "is_reserved",
    "status",
]


@dataclass(frozen=True, kw_only=True)
class Filed(progress.Report):
    """A report with the period it was filed for, and when it was published."""

    pk: int
    period_id: int
    was_entered: bool
    published_at: datetime


@dataclass(frozen=True)
class ActivityRow:
    activity: Activity
    standing: progress.Standing
    reports: tuple[Filed, ...]
    #: The periods for which a report was handed in and waits for review.
    handed_in: frozenset[int] = frozenset()

    @property
    def deadline(self):
        return deadline_of(self.activity)


@dataclass(frozen=True)
class CommitmentRow:
    commitment: Commitment
    standing: progress.Standing
    activities: tuple[ActivityRow, ...]
    was_declared_here: bool

    @property
    def is_late(self):
        return self.standing.punctuality == progress.Punctuality.LATE

    @property
    def deadline(self):
        return deadline_of(self.commitment)


@dataclass(frozen=True)
class Board:
    """One plan's standing commitments, in the order of their codes."""

    plan: Plan
    rows: tuple[CommitmentRow, ...]
    #: The agency for which it was loaded, if any.
    supporter: Agency | None = None

    @property
    def is_reconstructed(self):
        """True while any commitment is not stated by the plan itself."""
        return any(not row.commitment.is_official for row in self.rows)

    @property
    def knows_the_matrix(self):
        """True once the plan itself states any of its commitments."""
        return any(row.commitment.is_official for row in self.rows)

    @property
    def activities(self):
        return [each for row in self.rows for each in row.activities]

    @property
    def counts(self):
        return count_rows(self.rows)

    @property
    def recorded_until(self):
        """The day up to which anything is recorded: never one that is still to come."""
        days = [r.known_by for each in self.activities for r in each.reports]
        return max(days, default=None)


def count_rows(rows: Iterable[CommitmentRow]) -> progress.Counts:
    return progress.count(row.standing.state for row in rows)


def deadline_of(record) -> progress.Deadline:
    return progress.Deadline(record.starts_on, record.due_on, record.due_provenance)


def with_dates(queryset):
    """The dates of the period beside each record."""
    return queryset.annotate(
        starts_on=F("period__starts_on"), ends_on=F("period__ends_on")
    )


def load(plan: Plan, today: date, supporter: Agency | None = None) -> Board:
    """
    Everything that stands in the plan, with its state today.

    For a ``supporter`` it also knows which commitments that agency supports.
    """
    supporting = Commitment.supporting.through.objects.filter(
        commitment=OuterRef("pk"), agency=supporter
    )
    commitments = (
        Commitment.objects.public()
        .standing()
        .filter(plan=plan)
        .select_related("lead", "programme__area")
        .annotate(is_supported=Exists(supporting))
    )
    activities = (
        Activity.objects.public().standing().filter(plan=plan).select_related("agency")
    )
    updates = with_dates(
        ActivityUpdate.objects.counted_or_in_review().filter(plan=plan)
    )
    declared = with_dates(CommitmentUpdate.objects.counted().filter(plan=plan))
    rows = build(
        commitments,
        activities,
        updates.values_list(*REPORTED, *FILED, named=True),
        declared.values_list("commitment_id", "result_reached", *FILED, named=True),
        today,
    )
    for row in rows:
        row.commitment.plan = plan
    return Board(plan, rows, supporter)


def build(commitments, activities, updates, declared, today) -> tuple:
    """
    Rows of ``commitments``.

    ``updates`` and ``declared`` are counted records, each with the dates of its period;
    of an update in review nothing is read but that it was handed in.
    """
    handed_in = defaultdict(set)
    for update in updates:
        if update.status == Status.SUBMITTED:
            handed_in[update.activity_id].add(update.period_id)
    counted = [update for update in updates if update.status == Status.PUBLISHED]
    reports = _by(counted, "activity_id", _filed)
    declarations = _by(declared, "commitment_id", _declaration)
    entered = {each.commitment_id for each in declared if each.origin == "entered"}
    work = defaultdict(list)
    for activity in activities:
        filed = tuple(reports[activity.pk])
        standing = progress.activity_standing(filed, deadline_of(activity), today)
        row = ActivityRow(activity, standing, filed, frozenset(handed_in[activity.pk]))
        work[activity.commitment_id].append(row)
    rows = []
    for commitment in commitments:
        activities_of_it = tuple(work[commitment.pk])
        standing = progress.commitment_standing(
            [each.standing for each in activities_of_it],
            declarations[commitment.pk],
            deadline_of(commitment),
            today,
            is_official=commitment.is_official,
        )
        rows.append(
            CommitmentRow(
                commitment,
                standing,
                activities_of_it,
                commitment.pk in entered,
            )
        )
    return tuple(rows)


def _by(records, key, make) -> Mapping[int, list]:
    grouped = defaultdict(list)
    for record in records:
        grouped[getattr(record, key)].append(make(record))
    return grouped


def _filed(record) -> Filed:
    return Filed(
        pk=record.pk,
        execution=record.execution,
        # A figure that the law withholds enters no page; that it was reported does.
        percent=None if record.is_reserved else record.percent,
        period_ends_on=record.ends_on,
        period_starts_on=record.starts_on,
        reported_on=_said_on(record),
        revision=record.revision,
        period_id=record.period_id,
        was_entered=record.origin == "entered",
        published_at=record.published_at,
    )


def _declaration(record) -> progress.Declaration:
    return progress.Declaration(
        result_reached=record.result_reached,
        period_ends_on=record.ends_on,
        period_starts_on=record.starts_on,
        reported_on=_said_on(record),
        revision=record.revision,
    )


def _said_on(record) -> date | None:
    """The day of the public source, or that on which the agency handed it in."""
    if record.reported_on or record.submitted_at is None:
        return record.reported_on
    return timezone.localdate(record.submitted_at)
