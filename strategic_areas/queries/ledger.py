"""
What each agency owes and has handed in, round by round.

The one place that says so, for the secretariat's table, for reminders and for what the
public reads of an agency's discipline. It knows how many reports stand where and since
when, never what an unpublished one says.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Min
from django.utils import timezone

from agencies.models import Agency
from strategic_areas import discipline
from strategic_areas.discipline import Standing
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    ReportingPeriod,
    RoundReopening,
    Status,
    Transition,
)
from strategic_areas.queries import rounds
from strategic_areas.queries.board import ActivityRow, Board


@dataclass(frozen=True)
class Item:
    """One activity that a round asks about."""

    activity: Activity
    standing: Standing
    first_day: date | None


@dataclass(frozen=True)
class Cell:
    """One agency in one round."""

    agency: Agency
    period: ReportingPeriod
    items: tuple[Item, ...]
    #: The last day on which the round takes its first reports.
    accepted_until: date
    #: The day by which it is asked: the due date, later where opened again.
    answer_by: date

    @cached_property
    def tally(self):
        return discipline.tally(item.standing for item in self.items)

    @property
    def state(self):
        return discipline.agency_state(self.tally)

    def promptness(self, today):
        days = [item.first_day for item in self.items]
        return discipline.promptness(self.period.due_on, days, today)

    def accepts(self, today):
        return self.period.opens_on <= today <= self.accepted_until


def opened(plan, today):
    """The plan's rounds that have opened, newest first, demonstrations included."""
    return (
        ReportingPeriod.objects.filter(plan=plan, mode="round", opens_on__lte=today)
        .select_related("plan")
        .order_by("-ends_on", "-opens_on", "pk")
    )


def cells(board: Board, periods, today) -> tuple[Cell, ...]:
    """Every agency with activities in each of ``periods``; three queries."""
    periods = list(periods)
    statuses, first_days = _statuses(periods), _first_days(periods)
    until = _opened_again_until(periods, today)
    activities = defaultdict(list)
    for row in board.activities:
        activities[row.activity.agency].append(row)
    found = []
    for agency, rows in activities.items():
        for period in periods:
            again = until.get((period.pk, agency.pk))
            items = tuple(
                Item(
                    row.activity,
                    discipline.standing(statuses[period.pk, row.activity.pk]),
                    first_days.get((period.pk, row.activity.pk)),
                )
                for row in rows
                if rounds.owes(row, period)
            )
            found.append(
                Cell(
                    agency,
                    period,
                    items,
                    accepted_until=again or period.closes_on,
                    answer_by=again or period.due_on,
                )
            )
    return tuple(found)


def _statuses(periods):
    """(round, activity) → the statuses of all revisions."""
    found = defaultdict(set)
    updates = ActivityUpdate.objects.without_transcriptions()
    updates = updates.filter(period__in=periods).order_by()
    for period, activity, status in updates.values_list(
        "period_id", "activity_id", "status"
    ):
        found[period, activity].add(status)
    return found


def _first_days(periods):
    """(round, activity) → the day in Santo Domingo of the first submission."""
    steps = (
        Transition.objects.filter(
            activity_update__period__in=periods, to_status=Status.SUBMITTED
        )
        .order_by()
        .values_list("activity_update__period_id", "activity_update__activity_id")
        .annotate(first=Min("at"))
    )
    return {
        (period, activity): timezone.localdate(moment)
        for period, activity, moment in steps
    }


def _opened_again_until(periods, today):
    """(round, agency) → the last day, of the rounds opened again and running."""
    again = RoundReopening.objects.running(today).filter(period__in=periods)
    rows = again.order_by("until").values_list("period_id", "agency_id", "until")
    return {(period, agency): until for period, agency, until in rows}


def first_days(board: Board, today: date) -> dict[ReportingPeriod, dict[int, date]]:
    """
    The plan's real rounds, newest first → activity id → day of first submission.

    ``board`` is loaded for the agency whose submissions these are, or for the rounds
    that are looked at.
    """
    found = {period: {} for period in rounds.opened(board.periods, today)}
    by_id = {period.pk: days for period, days in found.items()}
    for (period, activity), day in board.first_days.items():
        if period in by_id:
            by_id[period][activity] = day
    return found


def discipline_of(
    rows: Iterable[ActivityRow],
    answered: dict[ReportingPeriod, dict[int, date]],
    today: date,
) -> discipline.Discipline:
    """
    How one agency, whose activities are ``rows``, kept the rounds' due dates.

    Only rounds whose scorecards are public count.
    """
    cards = scorecards(rows, answered, today)
    return discipline.discipline(
        card.promptness for period, card in cards.items() if period.scorecards_public_at
    )


def scorecards(
    rows: Iterable[ActivityRow],
    answered: dict[ReportingPeriod, dict[int, date]],
    today: date,
) -> dict[ReportingPeriod, discipline.Scorecard]:
    """The agency's scorecard of each round that asked it and is ready, newest first."""
    found = {}
    for period, days in answered.items():
        if period.scorecards_ready_at:
            owed = [row.activity.pk for row in rows if rounds.owes(row, period)]
            given = [days.get(activity) for activity in owed]
            card = discipline.scorecard(period.due_on, given, today)
            if card.asked:
                found[period] = card
    return found


def review_days() -> int | None:
    """The secretariat's median days from a submission to its decision."""
    steps = (
        Transition.objects.filter(
            activity_update__period__in=ReportingPeriod.objects.rounds(),
            activity_update__activity__is_in_plan=True,
            to_status__in=[Status.SUBMITTED, Status.RETURNED, Status.PUBLISHED],
        )
        .order_by("at", "pk")
        .values_list("activity_update_id", "to_status", "at")
    )
    return discipline.median_days(discipline.review_days(steps))
