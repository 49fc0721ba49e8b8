"""What a proposed round would do: its days, whom it asks, and what is good to know."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from agencies.models import Agency, FocalPoint
from strategic_areas.models import Activity, ReportingPeriod
from strategic_areas.queries.rounds import unfinished
from strategic_areas.schedule import DAYS_BEFORE_DUE

#: The number of Saturday, and of what comes after it, among the days of the week.
SATURDAY = 5


@dataclass(frozen=True)
class RoundDay:
    day: date
    after: int | None
    word: str
    happens: str


@dataclass(frozen=True)
class Opening:
    """
    A round as those two people read it who agree to ask it.

    ``asked`` are pairs of an agency and how many reports it is asked for; ``unreached``
    those of them for which nobody with an address reports now.
    """

    days: list[RoundDay]
    asked: list[tuple[Agency, int]]
    unreached: list[Agency]
    is_due_on_weekend: bool

    @property
    def reports(self):
        return sum(number for _agency, number in self.asked)


def opening(period: ReportingPeriod) -> Opening | None:
    """What a proposed round would do; None of a period that asks nobody."""
    if not period.is_round or period.is_demonstration:
        return None
    planned = Activity.objects.standing().filter(plan=period.plan_id)
    owed = unfinished(period, planned).select_related("agency")
    numbers = Counter(activity.agency for activity in owed)
    asked = sorted(numbers.items(), key=lambda pair: pair[0].acronym)
    mandates = FocalPoint.objects.current().filter(user__is_active=True)
    reached = set(mandates.exclude(user__email="").values_list("agency", flat=True))
    return Opening(
        list(_days(period)),
        asked,
        [agency for agency, _number in asked if agency.pk not in reached],
        period.due_on.weekday() >= SATURDAY,
    )


def _days(period):
    last = None
    for day, word, happens in _moments(period):
        yield RoundDay(day, last and (day - last).days, word, happens)
        last = day


def _moments(period):
    yield period.opens_on, _("Opens"), _("Agencies see their sheet and may report.")
    for days in DAYS_BEFORE_DUE:
        day = period.due_on - timedelta(days=days)
        if days and day > period.opens_on:
            yield day, _("Reminder"), _("A mail to whoever has not sent everything.")
    yield (
        period.due_on,
        _("Due"),
        _("From the next day the public reads who has not reported."),
    )
    yield (
        period.closes_on,
        _("Closes"),
        _("After it nobody reports without asking; scorecards are made."),
    )
