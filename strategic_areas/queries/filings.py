"""What was filed in one plan, as a board reads it: no text, nobody's name."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import (
    BooleanField,
    DateField,
    DateTimeField,
    F,
    PositiveSmallIntegerField,
    Value,
)
from django.utils import timezone

from agencies.models import Agency
from strategic_areas import progress
from strategic_areas.models import (
    ActivityUpdate,
    CommitmentUpdate,
    Plan,
    Status,
    Transition,
)
from strategic_areas.queries import disputes, past
from strategic_areas.queries.joins import columns

#: What the board reads of an update or a declaration: no text, nobody's name.
FILED = [
    "kind",
    "pk",
    "subject_id",
    "execution",
    "percent",
    "is_reserved",
    "result_reached",
    "status",
    "provenance",
    "starts_on",
    "ends_on",
    "reported_on",
    "submitted_at",
    "published_at",
    "revision",
    "period_id",
    "origin",
    "public_id",
    "is_disputed",
]


@dataclass(frozen=True, kw_only=True)
class Filed(progress.Report):
    """A report with the period it was filed for, and when it was published."""

    pk: int
    period_id: int
    provenance: str
    was_entered: bool
    published_at: datetime
    public_id: str
    #: Its agency does not acknowledge this very account, and nothing is decided.
    is_disputed: bool = False


def with_dates(queryset):
    """What each record is about, and the dates of its period, beside it."""
    is_update = queryset.model is ActivityUpdate
    return queryset.annotate(
        subject_id=F("activity_id" if is_update else "commitment_id"),
        starts_on=F("period__starts_on"),
        ends_on=F("period__ends_on"),
        is_disputed=disputes.unresolved("activity_update")
        if is_update
        else Value(False),
    )


def of_plan(plan: Plan, agency: Agency | None) -> tuple[list, list, dict]:
    """
    Updates counted or in review, counted declarations, an agency's first submissions.

    One query; the last are (period, activity) → day in Santo Domingo.
    """
    updates = with_dates(
        ActivityUpdate.objects.counted_or_in_review().filter(plan=plan)
    ).annotate(result_reached=Value(None, BooleanField()))
    declared = with_dates(CommitmentUpdate.objects.counted().filter(plan=plan))
    declared = declared.annotate(
        execution=Value(""),
        percent=Value(None, PositiveSmallIntegerField()),
        is_reserved=Value(False),
    )
    updates, declared = past.until(updates, plan), past.until(declared, plan)
    kinds = [("update", updates), ("declaration", declared)]
    if agency:
        kinds.append(("submission", _submissions(plan, agency)))
    first, *others = (
        columns(rows.order_by().annotate(kind=Value(kind)), *FILED, named=True)
        for kind, rows in kinds
    )
    found, days = defaultdict(list), {}
    for row in first.union(*others, all=True):
        if row.kind == "submission":
            key, day = (row.period_id, row.subject_id), _said_on(row)
            days[key] = min(day, days.get(key, day))
        else:
            found[row.kind].append(row)
    return found["update"], found["declaration"], days


def _submissions(plan, agency):
    """The agency's submissions of updates in the plan, under the names of ``FILED``."""
    rows = Transition.objects.filter(
        to_status=Status.SUBMITTED,
        activity_update__plan=plan,
        activity_update__activity__agency=agency,
    )
    return rows.annotate(
        subject_id=F("activity_update__activity_id"),
        execution=Value(""),
        percent=Value(None, PositiveSmallIntegerField()),
        is_reserved=Value(False),
        result_reached=Value(None, BooleanField()),
        status=F("to_status"),
        provenance=Value(""),
        starts_on=Value(None, DateField()),
        ends_on=Value(None, DateField()),
        reported_on=Value(None, DateField()),
        submitted_at=F("at"),
        published_at=Value(None, DateTimeField()),
        revision=Value(1),
        period_id=F("activity_update__period_id"),
        origin=Value("entered"),
        public_id=Value(""),
        is_disputed=Value(False),
    )


def filed(record) -> Filed:
    """A report of a counted update, with the dates of its period."""
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
        provenance=record.provenance,
        was_entered=record.origin == "entered",
        published_at=record.published_at,
        public_id=record.public_id,
        is_disputed=record.is_disputed,
    )


def declaration(record) -> progress.Declaration:
    """Likewise, of a counted declaration."""
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
