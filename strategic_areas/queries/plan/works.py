"""What is known of one activity, for its own state and that of its commitment."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from strategic_areas import discipline, standings
from strategic_areas.models import Activity, Plan, ReportingPeriod
from strategic_areas.progress import Punctuality, Standing, State
from strategic_areas.queries.plan import past
from strategic_areas.states import Work


def untold(
    activity: Activity,
    handed_in: Mapping[int, date],
    opened: Iterable[ReportingPeriod],
) -> State:
    """
    The state of an activity of which no account tells; these rounds have ``opened``.

    What waits for review is true of today only; a page of the past leaves it out.
    """
    if not activity.commitment.is_official:
        return State.NO_RECORD
    if handed_in and not activity.plan.until:
        return State.IN_REVIEW
    is_asked = any(
        discipline.is_owed((), activity.starts_on, asked, activity.stops)
        for asked in opened
    )
    return State.NO_REPORT if is_asked else State.NOT_ASKED


def work_of(row, plan: Plan, today: date) -> Work:
    """What is known of the activity in a row of a board."""
    activity, state = row.activity, row.standing.state
    return standings.work_of(
        row.reports,
        stopped=activity.stopped_as_of(today),
        ends_on=plan.ends_on if activity.is_continuing else None,
        in_review=state == State.IN_REVIEW,
        asked=state == State.NO_REPORT,
    )


def late_if_asked(
    standing: Standing, plan: Plan, opened: Iterable[ReportingPeriod], today: date
) -> Standing:
    """The standing; of a plan that ended before anybody was asked, nothing is late."""
    if standing.punctuality != Punctuality.LATE or not past.is_over(plan, today):
        return standing
    return standing if opened else replace(standing, punctuality=None)
