"""What was filed in one plan, as a board reads it: no text, nobody's name."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import (
    BooleanField,
    DateField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    PositiveSmallIntegerField,
    Q,
    Value,
)

from agencies.models import Agency
from strategic_areas import progress
from strategic_areas.models import (
    ActivityUpdate,
    CommitmentUpdate,
    Evidence,
    Plan,
    ReportingPeriod,
    Status,
    Transition,
)
from strategic_areas.models.review import said_on
from strategic_areas.queries import disputes, past
from strategic_areas.queries.joins import columns
from strategic_areas.queries.prepared import prepared

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
    "is_held_back",
    "has_evidence",
    "has_open_evidence",
]
NO = Value(False)


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where what was filed comes from, when it was published and where it stands."""

    provenance: str
    published_at: datetime
    public_id: str
    #: Its agency does not acknowledge this very account, and nothing is decided.
    is_disputed: bool = False


@dataclass(frozen=True, kw_only=True)
class Filed(Account, progress.Report):
    """
    A report. ``is_held_back`` where it states an obstacle that the public may read.

    Evidence was handed in with it, of which some is open to everybody or none.
    """

    is_reserved: bool = False
    is_held_back: bool = False
    has_evidence: bool = False
    has_open_evidence: bool = False


@dataclass(frozen=True, kw_only=True)
class Declared(Account, progress.Declaration):
    """A declaration on a commitment's expected result."""


def with_dates(queryset, *, with_evidence=False):
    """What each record is about, the dates of its period, what a count needs of it."""
    is_update = queryset.model is ActivityUpdate
    given = Evidence.objects.filter(activity_update=OuterRef("pk"))
    given = given.exclude(kind=Evidence.Kind.REMOVED)
    is_asked = is_update and with_evidence
    obstacle = Q(obstacle_es__gt="", is_reserved=False)
    return queryset.annotate(
        subject_id=F("activity_id" if is_update else "commitment_id"),
        starts_on=F("period__starts_on"),
        ends_on=F("period__ends_on"),
        is_disputed=disputes.unresolved("activity_update") if is_update else NO,
        is_held_back=ExpressionWrapper(obstacle, BooleanField()) if is_update else NO,
        has_evidence=Exists(given) if is_asked else NO,
        has_open_evidence=Exists(given.filter(is_public=True)) if is_asked else NO,
    )


def of_plan(
    plan: Plan, agency: Agency | None = None, asked: Iterable[ReportingPeriod] = ()
) -> tuple[list, list, dict]:
    """
    Updates counted or in review, counted declarations, and first submissions.

    The last are (period, activity) → day in Santo Domingo: all of an agency's, with
    what evidence it handed in, or everybody's in the rounds ``asked``. One query.
    """
    updates = past.until(_updates(agency is not None).filter(plan=plan), plan)
    declared = past.until(_declared().filter(plan=plan), plan)
    kinds = [("update", updates), ("declaration", declared)]
    if agency or asked:
        kinds.append(("submission", _submissions(plan, agency, asked)))
    first, *others = (
        columns(rows.annotate(kind=Value(kind)), *FILED, named=True)
        for kind, rows in kinds
    )
    found, days = defaultdict(list), {}
    for row in first.union(*others, all=True):
        if row.kind == "submission":
            key, day = (row.period_id, row.subject_id), said_on(row)
            days[key] = min(day, days.get(key, day))
        else:
            found[row.kind].append(row)
    return found["update"], found["declaration"], days


@prepared
def _updates(with_evidence):
    """Updates counted or in review, under the names of ``FILED``."""
    rows = ActivityUpdate.objects.counted_or_in_review().order_by()
    rows = with_dates(rows, with_evidence=with_evidence)
    return rows.annotate(result_reached=Value(None, BooleanField()))


@prepared
def _declared():
    """Counted declarations, likewise."""
    return with_dates(CommitmentUpdate.objects.counted().order_by()).annotate(
        execution=Value(""),
        percent=Value(None, PositiveSmallIntegerField()),
        is_reserved=NO,
    )


def _submissions(plan, agency, asked):
    """Submissions of updates in the plan: an agency's, or all of some rounds."""
    rows = _submitted().filter(activity_update__plan=plan)
    if agency:
        return rows.filter(activity_update__activity__agency=agency)
    return rows.filter(activity_update__period__in=[period.pk for period in asked])


@prepared
def _submitted():
    """Submissions of updates, under the names of ``FILED``."""
    rows = Transition.objects.filter(
        to_status=Status.SUBMITTED, activity_update__isnull=False
    )
    return rows.order_by().annotate(
        subject_id=F("activity_update__activity_id"),
        execution=Value(""),
        percent=Value(None, PositiveSmallIntegerField()),
        is_reserved=NO,
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
        is_disputed=NO,
        is_held_back=NO,
        has_evidence=NO,
        has_open_evidence=NO,
    )


def filed(record) -> Filed:
    """A report of a counted update, with the dates of its period."""
    return Filed(
        **_said(record),
        execution=record.execution,
        # A figure that the law withholds enters no page; that it was reported does.
        percent=None if record.is_reserved else record.percent,
        is_disputed=record.is_disputed,
        is_reserved=bool(record.is_reserved),
        is_held_back=bool(record.is_held_back),
        has_evidence=record.has_evidence,
        has_open_evidence=record.has_open_evidence,
    )


def declaration(record) -> Declared:
    """Likewise, of a counted declaration."""
    return Declared(**_said(record), result_reached=record.result_reached)


def _said(record):
    return {
        "pk": record.pk,
        "period_id": record.period_id,
        "period_ends_on": record.ends_on,
        "period_starts_on": record.starts_on,
        "said_on": said_on(record),
        "revision": record.revision,
        "provenance": record.provenance,
        "was_entered": record.origin == "entered",
        "published_at": record.published_at,
        "public_id": record.public_id,
    }
