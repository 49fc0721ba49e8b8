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
    public = [
        each for each in opened_rounds(periods, today) if each.scorecards_public_at
    ]
    return public[:LAST_ROUNDS]


@dataclass(frozen=True)
class ReportingObligation:
    """
    A report or value that a round requires of an agency.

    ``is_handed_in`` includes returned ones; ``first_day`` is the first submission.
    """

    subject: Activity | AskedValue
    first_day: date | None
    is_handed_in: bool
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
        for agency, items in _asked_in(plan_progress, period).items()
    }


def _asked_in(plan_progress, period):
    found = {
        agency: [_asked(plan_progress, row, period) for row in rows if row.owes(period)]
        for agency, rows in round_assignments.activities_by_agency(
            plan_progress, period
        ).items()
        if plan_progress.for_agency in {None, agency}
    }
    for value in plan_progress.values.get(period, ()):
        found.setdefault(value.agency, []).append(
            ReportingObligation(
                value, value.first_day, value.is_handed_in, value.is_public
            )
        )
    return found


def _asked(plan_progress, row, period):
    return ReportingObligation(
        row.activity,
        plan_progress.first_day(row, period),
        was_ever_submitted(plan_progress, row, period),
        row.has_reported(period),
    )


def owed_activities(asked: ReportingPeriod, **lookups) -> QuerySet:
    """
    Activities on which a round requires a report, narrowed by ``lookups``.

    The same rule as ``ActivityProgress.owes``; a plan in preparation requires none.
    """
    planned = Activity.objects.public().not_superseded().filter(plan=asked.plan)
    return still_owed(asked, planned.filter(**lookups))


def still_owed(asked: ReportingPeriod, activities: QuerySet) -> QuerySet:
    """
    Of these activities, those begun and neither ended nor stopped.

    Activities on which another agency reported before a move are left out.
    """
    others = ActivityUpdate.objects.filter(
        activity=OuterRef("pk"), period=asked.pk, status__in=EVER_SUBMITTED
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
        if compliance.is_owed(reports[each.pk], each.starts_on, asked, each.stops)
    ]
    return Activity.objects.filter(pk__in=wanted) if wanted else Activity.objects.none()


def was_ever_submitted(
    plan_progress: PlanProgress, row: ActivityProgress, asked: ReportingPeriod
) -> bool:
    """Whether a report for the round was ever submitted, even if returned since."""
    is_in = row.has_reported(asked) or asked.pk in row.handed_in
    return is_in or plan_progress.first_day(row, asked) is not None


@dataclass(frozen=True)
class ObligationStatus:
    subject: Activity | AskedValue
    report_status: ReportStatus
    first_day: date | None


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
    def handed_in(self):
        """Subjects in review or published."""
        return self.subjects_with(*compliance.NO_WORK_LEFT)

    @property
    def missing(self):
        """How many reports and values the agency still has to write or correct."""
        return len(self.items) - len(self.handed_in)

    def subjects_with(self, *statuses):
        return tuple(
            item.subject for item in self.items if item.report_status in statuses
        )

    def promptness(self, today):
        days = [item.first_day for item in self.items]
        return compliance.timeliness_of(self.period.due_on, days, today)

    def accepts(self, today):
        return self.period.opens_on <= today <= self.accepted_until


def agency_rounds(periods: Iterable[ReportingPeriod], today: date) -> list[AgencyRound]:
    """
    Every agency in each of ``periods``; two queries and those of each plan's progress.
    """
    by_plan, periods = defaultdict(list), list(periods)
    for period in periods:
        by_plan[period.plan].append(period)
    statuses, again = _statuses(periods), _opened_again_until(periods, today)
    found = []
    for plan, asked in by_plan.items():
        work = obligations_in(load_plan_progress(plan, today, asked=asked), asked)
        found += [
            _cell(agency, period, work.get((agency, period), ()), statuses, again)
            for agency in dict.fromkeys(agency for agency, _period in work)
            for period in asked
        ]
    return found


def _cell(agency, period, asked, statuses, again):
    until = again.get((period.pk, agency.pk))
    return AgencyRound(
        agency,
        period,
        tuple(
            ObligationStatus(
                each.subject,
                _standing(each.subject, agency, period, statuses),
                each.first_day,
            )
            for each in asked
        ),
        accepted_until=until or period.closes_on,
        answer_by=until or period.due_on,
    )


def _standing(subject, agency, period, statuses):
    if isinstance(subject, AskedValue):
        return subject.report_status
    return compliance.report_status(statuses[period.pk, subject.pk, agency.pk])


def _statuses(periods):
    found = defaultdict(set)
    updates = (
        ActivityUpdate.objects.without_transcriptions()
        .filter(period__in=periods)
        .order_by()
    )
    for *key, status in updates.values_list(
        "period_id", "activity_id", "agency_id", "status"
    ):
        found[tuple(key)].add(status)
    return found


def _opened_again_until(periods, today):
    again = RoundReopening.objects.running(today).filter(period__in=periods)
    rows = again.order_by("until").values_list("period_id", "agency_id", "until")
    return {(period, agency): until for period, agency, until in rows}


def scorecards(
    agency: Agency,
    asked: Mapping[tuple[Agency, ReportingPeriod], list[ReportingObligation]],
    today: date,
) -> dict[ReportingPeriod, compliance.Scorecard]:
    """
    An agency's scorecards by round, once each is ready.

    ``asked`` comes from ``obligations_in``.
    """
    found = {}
    for period in dict.fromkeys(period for _agency, period in asked):
        given = [each.first_day for each in asked.get((agency, period), ())]
        if given and period.scorecards_ready_at:
            found[period] = compliance.scorecard_of(period.due_on, given, today)
    return found


def compliance_of(
    cards: dict[ReportingPeriod, compliance.Scorecard],
) -> compliance.ComplianceCounts:
    return compliance.count_compliance(
        card.promptness for period, card in cards.items() if period.scorecards_public_at
    )


@dataclass(frozen=True)
class AgencyAnswers:
    agency: Agency
    owed: int
    published: int
    missing: tuple[Activity | AskedValue, ...]

    @property
    def handed_in(self):
        return self.owed - len(self.missing)

    @property
    def unpublished(self):
        return self.handed_in - self.published


def agency_answers(
    plan_progress: PlanProgress, period: ReportingPeriod
) -> list[AgencyAnswers]:
    """
    The agencies that the round asks, most missing first.

    ``plan_progress`` must be loaded for the round.
    """
    found = []
    for (agency, _period), owed in obligations_in(plan_progress, [period]).items():
        missing = tuple(each.subject for each in owed if not each.is_handed_in)
        published = sum(each.is_published for each in owed)
        if owed:
            found.append(AgencyAnswers(agency, len(owed), published, missing))
    return sorted(found, key=lambda each: (-len(each.missing), each.agency.acronym))
