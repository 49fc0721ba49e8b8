"""The accounts that count in a plan, as its board reads them: no text, no name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import BooleanField, Exists, ExpressionWrapper, Min, OuterRef, Q
from django.utils import timezone

from strategic_areas import disclosure, progress
from strategic_areas.models import (
    ActivityUpdate,
    CommitmentUpdate,
    Evidence,
    ReportingPeriod,
    Status,
    Transition,
)
from strategic_areas.models.provenance import OUTSIDE
from strategic_areas.models.review import said_on
from strategic_areas.queries.plan import disputes
from strategic_areas.queries.prepared import prepared

#: The columns that are read of an update and of a declaration.
READ = (
    "pk",
    "period_id",
    "agency_id",
    "status",
    "provenance",
    "origin",
    "reported_on",
    "submitted_at",
    "published_at",
    "revision",
    "public_id",
)
OF_UPDATE = (
    *READ,
    "activity_id",
    "execution",
    "percent",
    "activity__quantity",
    "activity__counts_victims",
    "is_reserved",
    "is_disputed",
    "is_held_back",
    "has_body",
)


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Where an account comes from, when it was published and under which address."""

    period_id: int
    agency_id: int = 0
    provenance: str
    published_at: datetime
    public_id: str
    #: Its agency disputes this very account, and nothing is decided yet.
    is_disputed: bool = False


@dataclass(frozen=True, kw_only=True)
class CountedReport(Counted, progress.Report):
    """
    A report of an activity.

    ``is_held_back`` tells that it states an obstacle which the public may read, and
    ``is_by_press`` that only the press or an organisation says what it says. Whether
    it came with evidence, and with some that is open to all, is read for one agency
    only.
    """

    is_reserved: bool = False
    is_held_back: bool = False
    is_by_press: bool = False
    has_evidence: bool = False
    has_open_evidence: bool = False


@dataclass(frozen=True, kw_only=True)
class CountedDeclaration(Counted, progress.Declaration):
    """A declaration on a commitment's expected result."""


@prepared
def updates(with_evidence=False):
    """Updates that count, and those that wait for review, as rows of few columns."""
    obstacle = Q(obstacle_es__gt="", is_reserved=False)
    rows = _plain(ActivityUpdate.objects).counted_or_in_review().order_by()
    rows = rows.annotate(
        is_disputed=disputes.unresolved("activity_update"),
        is_held_back=ExpressionWrapper(obstacle, BooleanField()),
        has_body=Exists(_of_bodies()),
    )
    if not with_evidence:
        return rows.values_list(*OF_UPDATE, named=True)
    given = Evidence.objects.filter(activity_update=OuterRef("pk"))
    given = given.exclude(kind=Evidence.Kind.REMOVED)
    return rows.annotate(
        has_evidence=Exists(given),
        has_open_evidence=Exists(given.filter(is_public=True)),
    ).values_list(*OF_UPDATE, "has_evidence", "has_open_evidence", named=True)


def _plain(rows):
    """Rows that say none of their texts, so that no text is looked for in each."""
    return rows.rewrite(False)


def _of_bodies():
    """The sources of an update that are not the press's or an organisation's."""
    links = ActivityUpdate.sources.through.objects
    return links.filter(activityupdate=OuterRef("pk")).exclude(source__kind__in=OUTSIDE)


@prepared
def declarations():
    """Declarations that count, as rows of few columns."""
    rows = _plain(CommitmentUpdate.objects).counted().order_by()
    return rows.values_list(*READ, "commitment_id", "result", named=True)


@dataclass(frozen=True)
class HandedIn:
    """The day on which a report was handed in, and the id of its agency."""

    day: date
    agency_id: int


def first_submissions(updates) -> Mapping[tuple[int, int], HandedIn]:
    """
    When in Santo Domingo each of these reports was first handed in, and by whom.

    Keys are the ids of period and activity. What the agency took back was not handed
    in then.
    """
    steps = (
        Transition.objects.filter(
            to_status=Status.SUBMITTED, activity_update__in=updates
        )
        .exclude(Exists(_taken_back()))
        .values_list(
            "activity_update__period_id",
            "activity_update__activity_id",
            "activity_update__agency_id",
        )
        .annotate(first=Min("at"))
        .order_by("-first")
    )
    return {
        (period, activity): HandedIn(timezone.localdate(first), agency)
        for period, activity, agency, first in steps
    }


def _taken_back():
    """The step by which the agency took back what it submitted by the outer step."""
    later = Transition.objects.filter(
        activity_update=OuterRef("activity_update"), at__gt=OuterRef("at")
    )
    returned = Transition.objects.filter(
        activity_update=OuterRef("activity_update"),
        to_status=Status.RETURNED,
        at__gt=OuterRef(OuterRef("at")),
        at__lt=OuterRef("at"),
    )
    return later.filter(to_status=Status.DRAFT).exclude(Exists(returned))


def report(row, period: ReportingPeriod) -> CountedReport:
    """The report in a row of ``updates``."""
    return CountedReport(
        **_counted(row, period),
        execution=row.execution,
        # A figure that the law withholds enters no page; that it was reported does.
        percent=None if row.is_reserved or row.percent is None else _percent(row),
        is_reserved=row.is_reserved,
        is_disputed=row.is_disputed,
        is_held_back=row.is_held_back,
        is_by_press=row.origin == "record" and not row.has_body,
        has_evidence=getattr(row, "has_evidence", False),
        has_open_evidence=getattr(row, "has_open_evidence", False),
    )


def _percent(row):
    counts_victims = row.activity__counts_victims
    return disclosure.percent(row.percent, row.activity__quantity, counts_victims)


def declaration(row, period: ReportingPeriod) -> CountedDeclaration:
    """The declaration in a row of ``declarations``, or in a whole declaration."""
    return CountedDeclaration(**_counted(row, period), result=row.result)


def _counted(row, period):
    return {
        "pk": row.pk,
        "period_id": row.period_id,
        "agency_id": row.agency_id,
        "period_ends_on": period.ends_on,
        "period_starts_on": period.starts_on,
        "said_on": said_on(row),
        "revision": row.revision,
        "provenance": row.provenance,
        "was_entered": row.origin == "entered",
        "published_at": row.published_at,
        "public_id": row.public_id,
    }
