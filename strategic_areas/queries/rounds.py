"""What a round asks of whom, and who answered."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from strategic_areas import discipline, headline
from strategic_areas.models import Activity, ActivityUpdate, Plan, ReportingPeriod
from strategic_areas.queries import past
from strategic_areas.queries.board import ActivityRow, Board

#: Of how many rounds the lists of agencies tell who reported on time.
LAST_ROUNDS = 4


def latest(periods: Iterable[ReportingPeriod], today: date) -> ReportingPeriod | None:
    """The last real round among a plan's periods that has opened."""
    return next(iter(opened(periods, today)), None)


def opened(periods: Iterable[ReportingPeriod], today: date) -> list[ReportingPeriod]:
    """The real rounds among a plan's periods that have opened, newest first."""
    rounds = [
        period
        for period in periods
        if period.is_round and not period.is_demonstration and period.opens_on <= today
    ]
    return sorted(
        rounds, key=lambda each: (each.ends_on, each.opens_on, -each.pk), reverse=True
    )


def told(periods: Iterable[ReportingPeriod], today: date) -> list[ReportingPeriod]:
    """The last rounds whose scorecards are public, newest first."""
    public = [each for each in opened(periods, today) if each.scorecards_public_at]
    return public[:LAST_ROUNDS]


def owes(row: ActivityRow, asked: ReportingPeriod | None) -> bool:
    """Whether the round asks for a report of this activity of a board."""
    return asked is not None and discipline.is_owed(
        row.reports, row.activity.starts_on, asked
    )


def owed(asked: ReportingPeriod, **lookups) -> QuerySet:
    """
    The activities of which a round asks for a report, narrowed by ``lookups``.

    The same as ``owes`` says of the rows of a board; a plan in preparation asks nobody.
    """
    planned = Activity.objects.public().standing().filter(plan=asked.plan)
    return unfinished(asked, planned.filter(**lookups))


def unfinished(asked: ReportingPeriod, activities: QuerySet) -> QuerySet:
    """Those of ``activities`` that have begun and that no earlier report ended."""
    accounts = defaultdict(list)
    counted = ActivityUpdate.objects.counted().filter(activity__in=activities)
    for update in counted.select_related("period"):
        accounts[update.activity_id].append(update)
    starts = dict(activities.values_list("pk", "starts_on"))
    wanted = [
        pk
        for pk, starts_on in starts.items()
        if discipline.is_owed(accounts[pk], starts_on, asked)
    ]
    return Activity.objects.filter(pk__in=wanted)


def has_reported(row: ActivityRow, asked: ReportingPeriod | None) -> bool:
    return asked is not None and any(
        report.period_id == asked.pk for report in row.reports
    )


def has_answered(row: ActivityRow, asked: ReportingPeriod | None) -> bool:
    """Reported, or handed in and waiting for review: either way not silent."""
    return has_reported(row, asked) or (asked is not None and asked.pk in row.handed_in)


def headline_of(board: Board, today: date) -> headline.Headline:
    """What may be said of the plan first."""
    asked = latest(board.periods, today)
    owing = {
        row.activity.agency.acronym for row in board.activities if owes(row, asked)
    }
    answered = {
        row.activity.agency.acronym
        for row in board.activities
        if has_answered(row, asked)
    }
    plan = board.plan
    is_over = plan.ends_on < past.day_of(plan, today) or (
        plan.until is None and plan.status == Plan.Status.ENDED
    )
    return headline.headline(
        [row.standing for row in board.rows],
        ended_on=plan.ends_on if is_over else None,
        anyone_reported=anyone_reported(board),
        asked=sorted(owing),
        reported=answered,
    )


def anyone_reported(board: Board) -> bool:
    """Whether any agency has reported in this portal; public sources are no report."""
    return any(row.was_declared_here for row in board.rows) or any(
        report.was_entered for row in board.activities for report in row.reports
    )
