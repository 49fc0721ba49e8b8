"""Rounds: periods in which agencies are asked, with a window to answer in."""

from datetime import timedelta

from django.conf import settings

from strategic_areas.models import Plan, ReportingPeriod

DEMONSTRATION_CODE = "demostracion"
#: How long a demonstration round stays open from the day on which it is opened.
DEMONSTRATION_DAYS = 30


class RefusedError(Exception):
    """The round cannot be opened here; the message says why."""


def open_demonstration(today):
    """
    Open the demonstration round of the latest plan that has commitments.

    Exempt from the plan's dates. A round that closed meanwhile opens again; what was
    entered in it stays. Refused on any database but the embedded one: an invented
    figure never stands under a real agency's name in production.
    """
    if not settings.EMBEDDED_DATABASE:
        raise RefusedError(
            "DATABASE_URL is set: a demonstration exists only on the embedded database."
        )
    plan = (
        Plan.objects.public()
        .filter(commitments__isnull=False)
        .order_by("-starts_on")
        .first()
    )
    if plan is None:
        raise RefusedError("No plan has commitments yet: load one with load_plan.")
    window = {
        "opens_on": today,
        "due_on": today + timedelta(days=DEMONSTRATION_DAYS // 2),
        "closes_on": today + timedelta(days=DEMONSTRATION_DAYS),
    }
    period, _created = ReportingPeriod.objects.get_or_create(
        plan=plan,
        code=DEMONSTRATION_CODE,
        defaults={
            "name_es": "Ronda de demostración",
            "name_en": "Demonstration round",
            "mode": ReportingPeriod.Mode.ROUND,
            "is_demonstration": True,
            "starts_on": today - timedelta(days=90),
            "ends_on": today,
            **window,
        },
    )
    if not period.is_open(today):
        for name, day in window.items():
            setattr(period, name, day)
        period.save()
    return period
