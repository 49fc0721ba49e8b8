"""What is known of one activity, for the rule of its commitment's state."""

from collections.abc import Iterable
from datetime import date

from strategic_areas import discipline, standings
from strategic_areas.models import Plan, ReportingPeriod
from strategic_areas.queries.plan import plans
from strategic_areas.states import Work


def work_of(row, plan: Plan, periods: Iterable[ReportingPeriod], today: date) -> Work:
    """
    What is known of the activity in a row of a board, whose plan has ``periods``.

    What waits for review is true of today only; a page of the past leaves it out.
    """
    activity = row.activity
    return standings.work_of(
        row.reports,
        stopped=activity.stopped_as_of(today),
        ends_on=plan.ends_on if activity.is_continuing else None,
        in_review=bool(row.handed_in) and not plan.until,
        asked=not row.reports
        and any(
            discipline.is_owed((), activity.starts_on, asked, activity.stops)
            for asked in plans.opened(periods, today)
        ),
    )
