"""The rounds that run now, on the secretariat's desk: who answered, who is missing."""

from datetime import timedelta

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy, pgettext_lazy

from agencies.mail import reached
from strategic_areas import schedule
from strategic_areas.desk.rounds import notices, pages
from strategic_areas.discipline import AgencyState
from strategic_areas.models import Plan, ReportingPeriod
from strategic_areas.queries.rounds import cells

#: The parts of a round in their order: state → its word in the address, its name and
#: what it means; before the due date nobody is late.
PARTS = {
    AgencyState.PUBLISHED: (
        "respondieron",
        pgettext_lazy("agencies", "Answered"),
        gettext_lazy("all of it published"),
    ),
    AgencyState.SUBMITTED: (
        "por-revisar",
        pgettext_lazy("agencies", "To review"),
        gettext_lazy("the secretariat has it"),
    ),
    AgencyState.RETURNED: (
        "devueltas",
        pgettext_lazy("agencies", "Returned"),
        gettext_lazy("the agency has it"),
    ),
    AgencyState.IN_PROGRESS: (
        "con-atraso",
        pgettext_lazy("agencies", "Late"),
        gettext_lazy("begun and not sent"),
    ),
    AgencyState.NOTHING: (
        "en-silencio",
        pgettext_lazy("agencies", "Silent"),
        gettext_lazy("nothing written yet"),
    ),
}
IN_TIME = {
    AgencyState.IN_PROGRESS: pgettext_lazy("agencies", "Being written"),
    AgencyState.NOTHING: pgettext_lazy("agencies", "Not begun"),
}


def running(asked_for, today):
    """
    The rounds that take reports today, each with the parts of its bar.

    The parts add up to the agencies that it asks. ``asked_for`` may name a ``ronda``
    and of it a ``parte``, whose agencies are the ``rows`` then.
    """
    opened = ReportingPeriod.objects.opened(today).filter(closes_on__gte=today)
    opened = opened.filter(plan__in=Plan.objects.public()).select_related("plan")
    asked = [cell for cell in cells(opened, today) if cell.items]
    named = asked_for.get("ronda"), asked_for.get("parte")
    return [
        _running(period, [x for x in asked if x.period == period], named, today)
        for period in dict.fromkeys(cell.period for cell in asked)
    ]


def _running(period, asked, named, today):
    is_late, missing = today > period.due_on, notices.to_do_in(asked, today)
    mailed = reached(today)
    written_to = [part for part in missing if part.agency.pk in mailed]
    days = [
        day
        for number in range((period.closes_on - period.opens_on).days + 1)
        if schedule.is_reminder_day(
            period.due_on, day := period.opens_on + timedelta(number)
        )
    ]
    parts = [
        {
            "word": word,
            "state": state,
            "name": name if is_late else IN_TIME.get(state, name),
            "note": note,
            "cells": [cell for cell in asked if cell.state == state],
            "is_chosen": (str(period.pk), word) == named,
        }
        for state, (word, name, note) in PARTS.items()
    ]
    chosen = next((part for part in parts if part["is_chosen"]), None)
    return {
        "period": period,
        "is_late": is_late,
        "days_left": (period.closes_on - today).days,
        "asked": sum(len(cell.items) for cell in asked),
        "handed_in": sum(len(cell.handed_in) for cell in asked),
        "agencies": len(asked),
        "parts": parts,
        "missing": missing,
        "written_to": written_to,
        "unreached": [part for part in missing if part.agency.pk not in mailed],
        "subject": notices.subject(notices.Digest(None, written_to[:1])),
        "mail": written_to
        and render_to_string("email/_round.txt", {"part": written_to[0]}).strip(),
        "reminded": notices.reminded_today(today),
        "last": max((day for day in days if day <= today), default=None),
        "next": min((day for day in days if day > today), default=None),
        "chosen": chosen,
        "rows": chosen and pages.unpublished(chosen["cells"], missing),
    }
