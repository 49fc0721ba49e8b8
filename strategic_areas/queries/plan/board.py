"""Where every commitment and activity of one plan stands, in a few queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from agencies.models import Agency
from strategic_areas import headline, progress, standings
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    Plan,
    ReportingPeriod,
    Status,
)
from strategic_areas.models.review import said_on
from strategic_areas.newest import newest
from strategic_areas.queries import asked_values
from strategic_areas.queries.plan import (
    answering,
    counted,
    names,
    past,
    records,
    standing_records,
    works,
)
from strategic_areas.queries.plan.plans import periods_of
from strategic_areas.states import AFTERWARDS, DECLARED, CommitmentState


@dataclass(frozen=True)
class ActivityRow:
    activity: Activity
    standing: progress.Standing
    reports: tuple[counted.CountedReport, ...]
    #: By the period for which a report waits for review, the day it was handed in.
    handed_in: Mapping[int, date] = field(default_factory=dict)
    #: By period, the agency that reported for it, where another one answers now.
    reported_by: Mapping[int, Agency] = field(default_factory=dict)

    @property
    def deadline(self):
        return deadline_of(self.activity)

    def answering(self, period) -> Agency:
        """The agency that a round asks: who reported for it, else who answers now."""
        return self.reported_by.get(period.pk, self.activity.agency)


@dataclass(frozen=True)
class CommitmentRow:
    commitment: Commitment
    standing: progress.Standing
    activities: tuple[ActivityRow, ...]
    declarations: tuple[counted.CountedDeclaration, ...] = ()

    @property
    def declared_by(self):
        """The lead, if the state is what it declared itself; else None."""
        declared = newest(self.declarations)
        if not declared or self.standing.state not in DECLARED:
            return None
        is_own = declared.was_entered and declared.agency_id == self.commitment.lead_id
        return self.commitment.lead if is_own else None

    @property
    def records(self):
        """What is on record of it if it is reconstructed, else None."""
        return records_of([self])

    @property
    def was_declared_here(self):
        return any(each.was_entered for each in self.declarations)

    @property
    def since(self):
        """The account with which the commitment's present state began, if any."""
        said = [
            (each.activity.pk, report)
            for each in self.activities
            for report in each.reports
        ]
        said += [(None, declared) for declared in self.declarations]
        first, state = standings.begun_with(said, len(self.activities))
        now = self.standing.state
        if now in AFTERWARDS:
            now = CommitmentState.IN_PROGRESS
        return first if state == now else None

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
    #: Of that agency, or of all in the rounds asked for: (period, activity) → when and
    #: by whom the report was first handed in.
    handed_in: Mapping[tuple[int, int], counted.HandedIn] = field(default_factory=dict)
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

    @property
    def activities(self):
        return [each for row in self.rows for each in row.activities]

    @property
    def counts(self):
        return count_rows(self.rows)

    @property
    def records(self):
        return records_of(self.rows)

    def first_day(self, row: ActivityRow, period: ReportingPeriod) -> date | None:
        """The day on which a report was first handed in for the round, if any was."""
        found = self.handed_in.get((period.pk, row.activity.pk))
        return found and found.day

    @property
    def recorded_until(self):
        return recorded_until(self.rows)


def recorded_until(rows: Iterable[CommitmentRow]) -> date | None:
    """The day up to which accounts tell of the commitments; never a day to come."""
    every = (each for row in rows for each in row.activities)
    return max((r.known_by for each in every for r in each.reports), default=None)


def count_rows(rows: Iterable[CommitmentRow]) -> progress.Counts:
    return progress.count(row.standing.state for row in rows)


def records_of(rows: Iterable[CommitmentRow]) -> records.Records | None:
    """What is on record of those that are reconstructed; None if none is."""
    found = [row for row in rows if not row.commitment.is_official]
    if not found:
        return None
    plan = found[0].commitment.plan
    accounts = [each.reports for row in found for each in row.activities]
    return records.records(accounts, plan.starts_on.year, plan.ends_on.year)


def sentence_of(rows: Iterable[CommitmentRow]) -> headline.Headline:
    """Counts and punctuality of a part of a plan, however few have reported."""
    return headline.headline([row.standing for row in rows], today=date.min)


def deadline_of(record) -> progress.Deadline:
    return progress.Deadline(record.starts_on, record.due_on, record.due_provenance)


def load(
    plan: Plan,
    today: date,
    supporter: Agency | None = None,
    asked: Iterable[ReportingPeriod] = (),
) -> Board:
    """
    Every standing commitment and activity of a plan, with its state today.

    Of a plan read as of a past period: what stood at its end, with its state then. For
    a ``supporter`` the board also knows which commitments that agency supports, and on
    which days it first handed in its reports; for the rounds ``asked``, on which days
    all agencies did. With either it knows what each round asked of which agency.
    """
    commitments = standing_records.commitments(plan, supporter)
    activities = standing_records.activities(plan, commitments)
    if plan.until:
        plan.changes.undo(commitments)
        plan.changes.undo(activities)
        names.use_names_then(commitments, "lead")
        names.use_names_then(activities, "agency")
    periods = periods_of(plan)
    handed_in, asked_then, values = {}, {}, {}
    if supporter or asked:
        values = asked_values.asked(plan, periods, supporter)
        own = Q(agency=supporter) | Q(activity__agency=supporter)
        told = Q(plan=plan) & (own if supporter else Q(period__in=asked))
        handed_in = counted.first_submissions(ActivityUpdate.objects.filter(told))
        moves = answering.moves(plan)
        asked_then = answering.asked_then(activities, asked or periods, moves)
        asked_then |= {key: each.agency_id for key, each in handed_in.items()}
    updates = counted.updates(supporter is not None).filter(plan=plan)
    rows = build(
        commitments,
        activities,
        past.until(updates, plan),
        past.until(counted.declarations().filter(plan=plan), plan),
        periods,
        past.day_of(plan, today),
        asked_then,
    )
    return Board(plan, rows, tuple(periods), supporter, handed_in, values)


def build(
    commitments: Iterable[Commitment],
    activities: Iterable[Activity],
    updates: Iterable,
    declarations: Iterable,
    periods: Iterable[ReportingPeriod],
    today: date,
    asked_then: Mapping[tuple[int, int], int] | None = None,
) -> tuple[CommitmentRow, ...]:
    """
    The rows of ``commitments``, of which ``activities`` are a part.

    ``periods`` are all of the plan, ``updates`` and ``declarations`` rows of
    ``counted``. Of an update in review nothing is read but the day on which it was
    handed in, and by which agency. ``asked_then`` maps a period and an activity to the
    agency that was asked, by ids, where no such update tells it.
    """
    handed_in, reports = defaultdict(dict), defaultdict(list)
    declared, work = defaultdict(list), defaultdict(list)
    periods, activities = {each.pk: each for each in periods}, list(activities)
    asked_of = dict(asked_then or {})
    for update in updates:
        asked_of[update.period_id, update.activity_id] = update.agency_id
        if update.status == Status.SUBMITTED:
            handed_in[update.activity_id][update.period_id] = said_on(update)
        else:
            report = counted.report(update, periods[update.period_id])
            reports[update.activity_id].append(report)
    for row in declarations:
        said = counted.declaration(row, periods[row.period_id])
        declared[row.commitment_id].append(said)
    reported_by = answering.agencies_by_period(activities, asked_of)
    for activity in activities:
        filed = tuple(reports[activity.pk])
        standing = progress.activity_standing(
            filed,
            deadline_of(activity),
            today,
            activity.stopped_as_of(today),
            is_over=past.is_over(activity.plan, today),
            untold=works.untold(
                activity, handed_in[activity.pk], periods.values(), today
            ),
        )
        row = ActivityRow(
            activity,
            works.late_if_asked(standing, activity.plan, periods.values(), today),
            filed,
            handed_in[activity.pk],
            reported_by[activity.pk],
        )
        work[activity.commitment_id].append(row)
    rows = []
    for commitment in commitments:
        plan = commitment.plan
        standing = standings.commitment_standing(
            [
                (each.standing, works.work_of(each, plan, today), each.reports)
                for each in work[commitment.pk]
            ],
            declared[commitment.pk],
            deadline_of(commitment),
            today,
            is_official=commitment.is_official,
            is_over=past.is_over(plan, today),
            stopped=commitment.stopped_as_of(today),
        )
        rows.append(
            CommitmentRow(
                commitment,
                works.late_if_asked(standing, plan, periods.values(), today),
                tuple(work[commitment.pk]),
                tuple(declared[commitment.pk]),
            )
        )
    return tuple(rows)
