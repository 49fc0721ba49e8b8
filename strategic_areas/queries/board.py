"""Where every commitment and activity of one plan stands, in three queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, JSONField, OuterRef, Value

from agencies.models import Agency
from strategic_areas import headline, progress
from strategic_areas.models import (
    Activity,
    Commitment,
    Plan,
    Programme,
    ReportingPeriod,
    Status,
    StrategicArea,
)
from strategic_areas.models.review import said_on
from strategic_areas.queries import disputes, filings, names, past
from strategic_areas.queries.joins import parted, records
from strategic_areas.queries.plans import periods_of
from strategic_areas.queries.prepared import prepared

#: What stands in a row of the one query of a plan's commitments and activities.
PARTS = {
    "": Commitment,
    "lead": Agency,
    "programme": Programme,
    "programme__area": StrategicArea,
    "activities": Activity,
    "activities__agency": Agency,
}


@dataclass(frozen=True)
class ActivityRow:
    activity: Activity
    standing: progress.Standing
    reports: tuple[filings.Filed, ...]
    #: By the period for which a report waits for review, the day it was handed in.
    handed_in: Mapping[int, date] = field(default_factory=dict)

    @property
    def deadline(self):
        return deadline_of(self.activity)


@dataclass(frozen=True)
class CommitmentRow:
    commitment: Commitment
    standing: progress.Standing
    activities: tuple[ActivityRow, ...]
    declarations: tuple[filings.Declared, ...] = ()

    @property
    def was_declared_here(self):
        return any(each.was_entered for each in self.declarations)

    @property
    def since(self):
        """The account with which its present state began; None without any."""
        said = [
            (each.activity.pk, report)
            for each in self.activities
            for report in each.reports
        ]
        said += [(None, declared) for declared in self.declarations]
        return progress.begun_with(said)

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
    #: All of the plan's, the latest first.
    periods: tuple[ReportingPeriod, ...] = ()
    #: The agency for which it was loaded, if any.
    supporter: Agency | None = None
    #: Of that agency, or of all in the rounds asked for: (period, activity) → day of
    #: the first submission.
    first_days: Mapping[tuple[int, int], date] = field(default_factory=dict)

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


def sentence_of(rows: Iterable[CommitmentRow]) -> headline.Headline:
    """Counts and punctuality of part of a plan, however few have reported."""
    standings = [row.standing for row in rows]
    return headline.headline(standings, ended_on=None, anyone_reported=True)


def deadline_of(record) -> progress.Deadline:
    return progress.Deadline(record.starts_on, record.due_on, record.due_provenance)


def load(
    plan: Plan,
    today: date,
    supporter: Agency | None = None,
    asked: Iterable[ReportingPeriod] = (),
) -> Board:
    """
    Everything that stands in the plan, with its state today; three queries at most.

    Of a plan read as of a past period, what stood at its end and its state then.

    For a ``supporter`` it also knows which commitments that agency supports, and when
    it first handed in what; of the rounds ``asked``, when everybody did.
    """
    updates, declared, submitted = filings.of_plan(plan, supporter, asked)
    commitments, activities = _planned(plan, supporter)
    if plan.until:
        plan.changes.undo(commitments)
        plan.changes.undo(activities)
        names.call_as_then(commitments, "lead")
        names.call_as_then(activities, "agency")
    day = past.day_of(plan, today)
    rows = build(commitments, activities, updates, declared, day)
    return Board(plan, rows, tuple(periods_of(plan)), supporter, submitted)


def _planned(plan, supporter):
    """The standing commitments, and the standing activities of each; one query."""
    if plan.until:
        rows = _with_activities(
            Commitment.objects.filter(plan.changes.standing(Commitment)),
            Activity.objects.filter(plan.changes.standing(Activity)),
            plan.until.ends_on,
        )
    else:
        rows = _standing_now()
    supporting = Commitment.supporting.through.objects.filter(
        commitment=OuterRef("pk"), agency=supporter
    )
    rows = rows.filter(plan=plan).annotate(
        is_supported=Exists(supporting) if supporter else Value(False)
    )
    commitments, activities = {}, []
    for commitment, lead, programme, area, activity, agency, *told in records(
        rows, PARTS
    ):
        stands, is_disputed, disputes_it, lead_then, agency_then, is_supported = told
        if commitment.pk not in commitments:
            commitments[commitment.pk] = commitment
            commitment.plan, commitment.lead = plan, lead
            commitment.programme, programme.area = programme, area
            commitment.is_disputed, commitment.is_supported = is_disputed, is_supported
            lead.called_then = lead_then
        if stands:
            activity.commitment, activity.plan = commitment, plan
            activity.is_disputed = disputes_it or is_disputed
            activity.agency, agency.called_then = agency, agency_then
            activities.append(activity)
    return list(commitments.values()), activities


@prepared
def _standing_now():
    return _with_activities(Commitment.objects.standing(), Activity.objects.standing())


def _with_activities(commitments, activities, day=None):
    """
    Public ones of ``commitments``, one row for each activity, in the order of codes:
    ``PARTS``, and what is told of them.

    Of a ``day`` that is past each row tells what lead and agency were called then.
    """
    stands = activities.filter(pk=OuterRef("activities__pk"), is_in_plan=True)
    nothing = Value(None, JSONField())
    told = {
        "stands": Exists(stands),
        "is_disputed": disputes.unresolved("commitment"),
        "disputes_it": disputes.unresolved("activity", "activities__pk"),
        "lead_then": names.then("lead", day) if day else nothing,
        "agency_then": names.then("activities__agency", day) if day else nothing,
    }
    rows = commitments.public().annotate(**told)
    rows = rows.order_by("sort_code", "pk", "activities__sort_code")
    return parted(rows, PARTS, *told)


def build(commitments, activities, updates, declared, today) -> tuple:
    """
    Rows of ``commitments``.

    ``updates`` and ``declared`` are counted records, each with the dates of its period;
    of an update in review nothing is read but the day on which it was handed in.
    """
    handed_in = defaultdict(dict)
    for update in updates:
        if update.status == Status.SUBMITTED:
            day = said_on(update)
            handed_in[update.subject_id][update.period_id] = day
    counted = [update for update in updates if update.status == Status.PUBLISHED]
    reports = _by_subject(counted, filings.filed)
    declarations = _by_subject(declared, filings.declaration)
    work = defaultdict(list)
    for activity in activities:
        filed = tuple(reports[activity.pk])
        standing = progress.activity_standing(filed, deadline_of(activity), today)
        row = ActivityRow(activity, standing, filed, handed_in[activity.pk])
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
        declared_of_it = tuple(declarations[commitment.pk])
        rows.append(
            CommitmentRow(commitment, standing, activities_of_it, declared_of_it)
        )
    return tuple(rows)


def _by_subject(records, make) -> Mapping[int, list]:
    grouped = defaultdict(list)
    for record in records:
        grouped[record.subject_id].append(make(record))
    return grouped
