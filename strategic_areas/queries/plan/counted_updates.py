"""
Counted updates and reports in review, without texts or names, and disputes of any
record.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    Max,
    OuterRef,
    Q,
    Subquery,
    When,
)
from django.utils import timezone

from agencies.models import Agency
from strategic_areas import progress
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
    Plan,
    RecordDispute,
    ReportingPeriod,
    RevisionStatus,
    Source,
)
from strategic_areas.models.records import SourceVoice, with_voice
from strategic_areas.models.review import said_on


@dataclass(frozen=True)
class Dispute:
    """A public dispute; ``outcome`` is "" while it is unresolved."""

    agency: Agency
    text_es: str
    text_en: str
    signed_as: str
    written_on: date
    outcome: str
    resolved_on: date | None
    resolution_es: str
    resolution_en: str
    #: Then the page says "this figure", not "this attribution".
    is_of_figure: bool = False


def public_dispute(row: RecordDispute) -> Dispute:
    return Dispute(
        agency=row.agency,
        text_es=row.text_es,
        text_en=row.text_en or "",
        signed_as=row.get_signed_as_display(),
        written_on=timezone.localdate(row.written_at),
        outcome=row.get_outcome_display(),
        resolved_on=row.resolved_on,
        resolution_es=row.resolution_es or "",
        resolution_en=row.resolution_en or "",
        is_of_figure=row.published_figure_id is not None,
    )


def dispute_of(record) -> Dispute | None:
    """A record's dispute if it was loaded with the record, else None; no query."""
    row = record._state.fields_cache.get("dispute")
    return public_dispute(row) if row else None


def has_unresolved_dispute(record) -> bool:
    """Whether the dispute loaded with a record is unresolved; no query."""
    row = record._state.fields_cache.get("dispute")
    return row is not None and row.resolved_on is None


@cache
def unresolved_dispute_column(field: str, record="pk") -> Exists:
    """A column: whether the record at this lookup has an unresolved dispute."""
    return Exists(
        RecordDispute.objects.unresolved().filter(**{field: OuterRef(record)})
    )


DECLARATION_COLUMNS = (
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
REPORT_COLUMNS = (
    *DECLARATION_COLUMNS,
    "activity_id",
    "execution",
    "percent",
    "activity__counts_victims",
    "is_reserved",
    "is_disputed",
    "states_obstacle",
    "voice",
)


@dataclass(kw_only=True)
class CountedUpdate:
    period_id: int
    agency_id: int = 0
    provenance: str
    published_at: datetime
    public_id: str
    #: Whether its agency has an open dispute of this very update.
    is_disputed: bool = False


@dataclass(kw_only=True)
class CountedReport(CountedUpdate, progress.ActivityReport):
    """
    A report on an activity.

    ``states_obstacle`` means that it publicly states an obstacle; ``voice`` is the
    strongest of its sources, None for an agency's report.
    """

    is_reserved: bool = False
    states_obstacle: bool = False
    voice: SourceVoice | None = None


@dataclass(kw_only=True)
class CountedDeclaration(CountedUpdate, progress.Declaration):
    """A declaration on a commitment's expected result."""


def rows_of_reports_counted_or_in_review():
    """Reports that count or are in review, as rows of few columns."""
    return select_report_columns(
        ActivityUpdate.objects.counted_or_in_review().order_by()
    )


def select_report_columns(updates):
    """The rows of ``updates`` with the columns that ``build_report`` needs."""
    obstacle = Q(obstacle_es__gt="", is_reserved=False)
    # No text is read, so the rewriting for languages is not needed.
    return (
        updates.rewrite(False).annotate(
            is_disputed=unresolved_dispute_column("activity_update"),
            states_obstacle=ExpressionWrapper(obstacle, BooleanField()),
            voice=Case(When(origin="record", then=Subquery(_voices()))),
        )
    ).values_list(*REPORT_COLUMNS, named=True)


def _voices():
    links = ActivityUpdate.sources.through.objects.filter(
        activityupdate=OuterRef("pk")
    ).order_by()
    voices = links.values("activityupdate").annotate(strongest=Max(with_voice()))
    return voices.values("strongest")


def counted_declaration_rows():
    """Declarations that count, as rows of few columns."""
    rows = CommitmentUpdate.objects.rewrite(False).counted().order_by()
    return rows.values_list(*DECLARATION_COLUMNS, "commitment_id", "result", named=True)


def build_report(row, period: ReportingPeriod) -> CountedReport:
    return CountedReport(
        **_counted(row, period),
        execution=row.execution,
        # Reserved percents and those of victims stay out of public progress.
        percent=None
        if row.is_reserved or row.activity__counts_victims
        else row.percent,
        is_reserved=row.is_reserved,
        is_disputed=row.is_disputed,
        states_obstacle=row.states_obstacle,
        voice=SourceVoice(row.voice or SourceVoice.OTHER)
        if row.origin == "record"
        else None,
    )


def build_declaration(row, period: ReportingPeriod) -> CountedDeclaration:
    """Build a declaration from a row or a model instance."""
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


@dataclass(frozen=True)
class CountedUpdates:
    """
    The counted updates of a plan, by activity and commitment id.

    ``in_review`` holds the submission day of updates in review, by activity and period.
    ``reporting_agency_ids`` maps (period, activity) ids to ids of agencies.
    """

    reports: Mapping[int, list[CountedReport]] = field(default_factory=dict)
    declared: Mapping[int, list[CountedDeclaration]] = field(default_factory=dict)
    in_review: Mapping[int, Mapping[int, date]] = field(default_factory=dict)
    reporting_agency_ids: Mapping[tuple[int, int], int] = field(default_factory=dict)


def load_counted_rows(
    plan: Plan, periods: Iterable[ReportingPeriod]
) -> tuple[dict, dict]:
    """
    Rows of a plan's reports and declarations by subject id and own id; two queries.
    """
    wanted = {"plan": plan, "period__in": [each.pk for each in periods]}
    rows_by_subject = defaultdict(dict), defaultdict(dict)
    for row in rows_of_reports_counted_or_in_review().filter(**wanted):
        rows_by_subject[0][row.activity_id][row.pk] = row
    for row in counted_declaration_rows().filter(**wanted):
        rows_by_subject[1][row.commitment_id][row.pk] = row
    return rows_by_subject


def counted_updates_of(
    reports: Mapping[int, Mapping],
    declarations: Mapping[int, Mapping],
    periods: Iterable[ReportingPeriod],
) -> CountedUpdates:
    return build_counted_updates(
        *(
            [row for rows in found.values() for row in rows.values()]
            for found in (reports, declarations)
        ),
        periods,
    )


def build_counted_updates(
    report_rows: Iterable,
    declaration_rows: Iterable,
    periods: Iterable[ReportingPeriod],
) -> CountedUpdates:
    periods = {each.pk: each for each in periods}
    reports, declared, in_review = defaultdict(list), defaultdict(list), {}
    reporting_agency_ids = {}
    for row in report_rows:
        reporting_agency_ids[row.period_id, row.activity_id] = row.agency_id
        if row.status == RevisionStatus.SUBMITTED:
            in_review.setdefault(row.activity_id, {})[row.period_id] = said_on(row)
        else:
            reports[row.activity_id].append(build_report(row, periods[row.period_id]))
    for row in declaration_rows:
        declaration = build_declaration(row, periods[row.period_id])
        declared[row.commitment_id].append(declaration)
    return CountedUpdates(reports, declared, in_review, reporting_agency_ids)


def sources_of_plan(plan: Plan):
    """The distinct sources that the plan's records and counted reports cite."""
    counted = ActivityUpdate.objects.counted().filter(
        plan=plan, activity__is_in_plan=True
    )
    found = Q()
    for model, rows in (
        (Commitment, {"commitment__plan": plan}),
        (Activity, {"activity__plan": plan}),
        (ActivityUpdate, {"activityupdate__in": counted}),
    ):
        found |= Q(pk__in=model.sources.through.objects.filter(**rows).values("source"))
    return Source.objects.filter(found)
