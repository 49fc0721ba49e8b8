"""Agencies that a round of April 2025 asks, and what they do on which day."""

from datetime import UTC, date, datetime

import time_machine

from strategic_areas import workflow
from strategic_areas.models import ReportingPeriod
from tests import make

OPENS, DUE, CLOSES = date(2025, 4, 1), date(2025, 4, 30), date(2025, 5, 31)
LONG_AGO = {"starts_on": date(2025, 1, 1)}


def on(day):
    """Noon of that day in Santo Domingo."""
    noon = datetime(day.year, day.month, day.day, 16, tzinfo=UTC)
    return time_machine.travel(noon, tick=False)


def make_asked(agency=None, **fields):
    activity = make.activity(agency=agency or make.agency(), plan=make.plan())
    fields = {"opens_on": OPENS, "due_on": DUE, "closes_on": CLOSES} | fields
    period = make.round(
        plan=activity.plan,
        starts_on=date(2025, 1, 1),
        ends_on=date(2025, 3, 31),
        **fields,
    )
    return activity, period


def make_person(agency, **fields):
    mandate = LONG_AGO | fields.pop("mandate", {})
    return make.focal_point(agency=agency, mandate=mandate, **fields)


def submit(activity, period, day, by):
    with on(day):
        return make.submitted_update(activity=activity, period=period, by=by)


def give_back(update, day, reason="Falta la fecha."):
    with on(day):
        workflow.return_to_agency(update, by=make.reviewer(email=""), reason=reason)


def release(plan):
    """Make the scorecards of all of a plan's rounds public, as the timer does."""
    rounds = ReportingPeriod.objects.filter(plan=plan, mode="round")
    rounds.update(scorecards_ready_at=datetime(2025, 6, 1, tzinfo=UTC))
    rounds.update(scorecards_public_at=datetime(2025, 6, 4, tzinfo=UTC))
