"""The rounds in progress: which agencies answered, and which are missing."""

from datetime import timedelta

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy, pgettext_lazy

from agencies.mail import agencies_with_contact
from strategic_areas import schedule
from strategic_areas.compliance import AgencyRoundState
from strategic_areas.desk.rounds import notices, views
from strategic_areas.models import Plan, ReportingPeriod
from strategic_areas.queries.rounds import agency_rounds

#: State → slug in the URL, name after the due date, name before, and explanation.
ROUND_PARTS = {
    AgencyRoundState.PUBLISHED: (
        "respondieron",
        pgettext_lazy("agencies", "Answered"),
        pgettext_lazy("agencies", "Answered"),
        gettext_lazy("all of it published"),
    ),
    AgencyRoundState.SUBMITTED: (
        "por-revisar",
        pgettext_lazy("agencies", "To review"),
        pgettext_lazy("agencies", "To review"),
        gettext_lazy("the secretariat has it"),
    ),
    AgencyRoundState.RETURNED: (
        "devueltas",
        pgettext_lazy("agencies", "Returned"),
        pgettext_lazy("agencies", "Returned"),
        gettext_lazy("the agency has it"),
    ),
    AgencyRoundState.IN_PROGRESS: (
        "con-atraso",
        pgettext_lazy("agencies", "Late"),
        pgettext_lazy("agencies", "Being written"),
        gettext_lazy("begun and not sent"),
    ),
    AgencyRoundState.NOTHING: (
        "en-silencio",
        pgettext_lazy("agencies", "Silent"),
        pgettext_lazy("agencies", "Not begun"),
        gettext_lazy("nothing written yet"),
    ),
}


def rounds_in_progress(query, today):
    """
    Return the rounds that accept reports today, late ones included.

    A round's parts group its agencies by state; ``query`` names the chosen part.
    """
    periods = ReportingPeriod.objects.opened(today).filter(
        plan__in=Plan.objects.public(), closes_on__gte=today
    )
    cells = [x for x in agency_rounds(periods.select_related("plan"), today) if x.items]
    return [
        _round_context(period, [x for x in cells if x.period == period], query, today)
        for period in dict.fromkeys(cell.period for cell in cells)
    ]


def _round_context(period, cells, query, today):
    # Between its due date and its closing date a round accepts late reports.
    is_late, missing = today > period.due_on, notices.agency_to_dos(cells, today)
    mailed = agencies_with_contact(today)
    written_to = [to_do for to_do in missing if to_do.agency.pk in mailed]
    days = [
        day
        for number in range((period.closes_on - period.opens_on).days + 1)
        if schedule.is_reminder_day(
            period.due_on, day := period.opens_on + timedelta(number)
        )
    ]
    return {
        "period": period,
        "is_late": is_late,
        "days_left": (period.closes_on - today).days,
        "asked": sum(len(cell.items) for cell in cells),
        "handed_in": sum(len(cell.submitted) for cell in cells),
        "parts": [
            {
                "word": slug,
                "state": state,
                "name": late_name if is_late else name,
                "note": note,
                "cells": (own := [cell for cell in cells if cell.state == state]),
                "rows": views.agencies_by_missing(own, missing),
                "is_chosen": (str(period.pk), slug)
                == (query.get("ronda"), query.get("parte")),
            }
            for state, (slug, late_name, name, note) in ROUND_PARTS.items()
        ],
        "missing": missing,
        "written_to": written_to,
        "unreached": [to_do for to_do in missing if to_do.agency.pk not in mailed],
        "subject": notices.reminder_subject(notices.ReminderMail(None, written_to[:1])),
        "mail": written_to
        and render_to_string("email/_round.txt", {"part": written_to[0]}).strip(),
        "reminded": notices.agencies_reminded_today(today),
        "last": max((day for day in days if day <= today), default=None),
        "next": min((day for day in days if day > today), default=None),
    }
