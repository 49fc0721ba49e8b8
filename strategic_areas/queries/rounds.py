"""
What each round requires of each agency, and whether it was submitted.

Used by staff and public pages. Counts and dates only: no unpublished content is read.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from agencies.models import Agency
from strategic_areas import compliance
from strategic_areas.compliance import ReportStatus
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    ReportingPeriod,
    RoundReopening,
)
from strategic_areas.models.review import EVER_SUBMITTED
from strategic_areas.queries.asked_values import AskedValue
from strategic_areas.queries.plan import round_assignments
from strategic_areas.queries.plan.plan_progress import (
    PlanProgress,
    load_plan_progress,
)
from strategic_areas.queries.plan.plans import opened_rounds
from strategic_areas.queries.plan.progress_rows import ActivityProgress

#: Rounds over which lists of agencies show compliance.
LAST_ROUNDS = 4


def last_scored_rounds(
    periods: Iterable[ReportingPeriod], today: date
) -> list[ReportingPeriod]:
    """The last ``LAST_ROUNDS`` rounds with public scorecards, newest first."""
    return (
        [each for each in opened_rounds(periods, today) if each.scorecards_public_at]
    )[:LAST_ROUNDS]


@dataclass(frozen=True)
class ReportingObligation:
    """
    A report or value that a round requires of an agency.

    ``was_submitted`` is true for returned ones too.
    """

    subject: Activity | AskedValue
    first_submitted_on: date | None
    was_submitted: bool
    is_published: bool


def obligations_in(
    plan_progress: PlanProgress, periods: Iterable[ReportingPeriod]
) -> Mapping[tuple[Agency, ReportingPeriod], list[ReportingObligation]]:
    """
    Obligations by agency and round: reports first, then values.

    ``plan_progress`` must be loaded for these rounds or for one agency. Agencies with
    activities but no obligation have an empty list.
    """
    return {
        (agency, period): items
        for period in periods
        for agency, items in _obligations_of_round(plan_progress, period).items()
    }


def _obligations_of_round(plan_progress, period):
    obligations = {
        agency: [
            ReportingObligation(
                row.activity,
                plan_progress.first_submitted_on(row, period),
                was_ever_submitted(plan_progress, row, period),
                row.has_reported(period),
            )
            for row in rows
            if row.owes(period)
        ]
        for agency, rows in round_assignments.activities_by_agency(
            plan_progress, period
        ).items()
        if plan_progress.for_agency in {None, agency}
    }
    for value in plan_progress.values_by_round.get(period, ()):
        obligations.setdefault(value.agency, []).append(
            ReportingObligation(
                value, value.first_submitted_on, value.was_submitted, value.is_public
            )
        )
    return obligations


def owed_activities(period: ReportingPeriod, **lookups) -> QuerySet:
    """
    Activities on which a round requires a report, narrowed by ``lookups``.

    The same rule as ``ActivityProgress.owes``; a plan in preparation requires none.
    """
    planned = Activity.objects.public().not_superseded().filter(plan=period.plan)
    return still_owed(period, planned.filter(**lookups))


def still_owed(period: ReportingPeriod, activities: QuerySet) -> QuerySet:
    """
    The given activities on which the round requires a report: begun, not ended or
    stopped.

    Activities on which another agency reported before they moved are left out.
    """
    others = ActivityUpdate.objects.filter(
        activity=OuterRef("pk"), period=period.pk, status__in=EVER_SUBMITTED
    )
    activities = activities.exclude(Exists(others.exclude(agency=OuterRef("agency"))))
    found = list(activities.select_related("commitment"))
    reports = defaultdict(list)
    counted = ActivityUpdate.objects.counted().filter(activity__in=found)
    for update in counted.select_related("period"):
        reports[update.activity_id].append(update)
    wanted = [
        each.pk
        for each in found
        if compliance.is_owed(reports[each.pk], each.starts_on, period, each.stops)
    ]
    return Activity.objects.filter(pk__in=wanted) if wanted else Activity.objects.none()


def was_ever_submitted(
    plan_progress: PlanProgress, row: ActivityProgress, period: ReportingPeriod
) -> bool:
    """Whether a report for the round was ever submitted, even if returned since."""
    is_in_review = row.has_reported(period) or period.pk in row.in_review
    return is_in_review or plan_progress.first_submitted_on(row, period) is not None


@dataclass(frozen=True)
class ObligationStatus:
    subject: Activity | AskedValue
    report_status: ReportStatus
    first_submitted_on: date | None


@dataclass(frozen=True)
class AgencyRound:
    agency: Agency
    period: ReportingPeriod
    items: tuple[ObligationStatus, ...]
    #: The last day for first submissions.
    accepted_until: date
    #: The due date, later if the round was reopened.
    answer_by: date

    @property
    def state(self):
        return compliance.agency_round_state(item.report_status for item in self.items)

    @property
    def submitted(self):
        """Subjects in review or published."""
        return self.subjects_with(*compliance.NO_WORK_LEFT)

    @property
    def to_do_count(self):
        """How many reports and values the agency still has to write or correct."""
        return len(self.items) - len(self.submitted)

    def subjects_with(self, *statuses):
        return tuple(
            item.subject for item in self.items if item.report_status in statuses
        )

    def timeliness(self, today):
        return compliance.timeliness_of(
            self.period.due_on, [item.first_submitted_on for item in self.items], today
        )

    def accepts(self, today):
        return self.period.opens_on <= today <= self.accepted_until


def load_agency_rounds(
    periods: Iterable[ReportingPeriod], today: date
) -> list[AgencyRound]:
    """
    Every agency in each of ``periods``; two queries and those of each plan's progress.
    """
    by_plan, periods = defaultdict(list), list(periods)
    for period in periods:
        by_plan[period.plan].append(period)
    statuses, reopened_until = _statuses(periods), _reopened_until(periods, today)
    found = []
    for plan, rounds in by_plan.items():
        obligations = obligations_in(
            load_plan_progress(plan, today, rounds=rounds), rounds
        )
        found += [
            _agency_round(
                agency,
                period,
                obligations.get((agency, period), ()),
                statuses,
                reopened_until,
            )
            for agency in dict.fromkeys(agency for agency, _period in obligations)
            for period in rounds
        ]
    return found


def _agency_round(agency, period, obligations, statuses, reopened_until):
    until = reopened_until.get((period.pk, agency.pk))
    return AgencyRound(
        agency,
        period,
        tuple(
            ObligationStatus(
                each.subject,
                _report_status(each.subject, agency, period, statuses),
                each.first_submitted_on,
            )
            for each in obligations
        ),
        accepted_until=until or period.closes_on,
        answer_by=until or period.due_on,
    )


def _report_status(subject, agency, period, statuses):
    if isinstance(subject, AskedValue):
        return subject.report_status
    return compliance.report_status(statuses[period.pk, subject.pk, agency.pk])


def _statuses(periods):
    found = defaultdict(set)
    updates = (
        ActivityUpdate.objects.without_unsubmitted_transcriptions()
        .filter(period__in=periods)
        .order_by()
    )
    for *key, status in updates.values_list(
        "period_id", "activity_id", "agency_id", "status"
    ):
        found[tuple(key)].add(status)
    return found


def _reopened_until(periods, today):
    reopenings = RoundReopening.objects.running(today).filter(period__in=periods)
    rows = reopenings.order_by("until").values_list("period_id", "agency_id", "until")
    return {(period, agency): until for period, agency, until in rows}


def scorecards(
    agency: Agency,
    obligations: Mapping[tuple[Agency, ReportingPeriod], list[ReportingObligation]],
    today: date,
) -> dict[ReportingPeriod, compliance.Scorecard]:
    """
    An agency's scorecards by round, once each is ready.

    ``obligations`` come from ``obligations_in``.
    """
    found = {}
    for period in dict.fromkeys(period for _agency, period in obligations):
        submission_days = [
            each.first_submitted_on for each in obligations.get((agency, period), ())
        ]
        if submission_days and period.scorecards_ready_at:
            found[period] = compliance.scorecard_of(
                period.due_on, submission_days, today
            )
    return found


def compliance_of(
    cards: dict[ReportingPeriod, compliance.Scorecard],
) -> compliance.ComplianceCounts:
    return compliance.count_compliance(
        card.timeliness for period, card in cards.items() if period.scorecards_public_at
    )


@dataclass(frozen=True)
class AgencyAnswers:
    agency: Agency
    owed: int
    published: int
    missing: tuple[Activity | AskedValue, ...]

    @property
    def submitted_count(self):
        return self.owed - len(self.missing)

    @property
    def unpublished(self):
        return self.submitted_count - self.published


def agency_answers(
    plan_progress: PlanProgress, period: ReportingPeriod
) -> list[AgencyAnswers]:
    """
    The agencies that the round asks, most missing first.

    ``plan_progress`` must be loaded for the round.
    """
    found = []
    for (agency, _period), owed in obligations_in(plan_progress, [period]).items():
        missing = tuple(each.subject for each in owed if not each.was_submitted)
        published = sum(each.is_published for each in owed)
        if owed:
            found.append(AgencyAnswers(agency, len(owed), published, missing))
    return sorted(found, key=lambda each: (-len(each.missing), each.agency.acronym))
