"""What each account changed in the record of a plan, and on which day."""

from datetime import date
from enum import StrEnum

from strategic_areas.models import Status
from strategic_areas.models.review import day_of


class Change(StrEnum):
    """What an account changed; of several the first that applies."""

    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"
    DECLARED = "declared"
    FIRST = "first"
    STATE = "state"
    SAME = "same"


def change_of(row, before) -> Change:
    """
    What the account in a row of ``register`` changed.

    ``before`` is what was said of the same activity for the last period before its own.
    """
    if row.status == Status.WITHDRAWN:
        return Change.WITHDRAWN
    if row.revision > 1:
        return Change.CORRECTED
    if not row.execution:
        return Change.DECLARED
    if before is None:
        return Change.FIRST
    return Change.SAME if before.execution == row.execution else Change.STATE


def changed_on(row, period_ends_on: date) -> date:
    """
    The day on which that came about.

    A withdrawal came about when it was made, a report when it was published, and what
    public sources say on the day up to which they tell.
    """
    if row.status == Status.WITHDRAWN:
        return day_of(row.withdrawn_at)
    if row.origin == "record":
        return min(row.reported_on or period_ends_on, period_ends_on)
    return day_of(row.published_at)
