"""The rounds in progress: which agencies answered, and which are missing."""

from datetime import timedelta

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy, pgettext_lazy

from agencies.mail import agencies_with_contact
from strategic_areas import schedule
from strategic_areas.compliance import AgencyRoundState
from strategic_areas.desk.rounds import notices, views
from strategic_areas.models import Plan, ReportingPeriod
from strategic_areas.queries.rounds import load_agency_rounds

#: State → slug in the URL, name after the due date, name before, and explanation.
AGENCY_GROUPS = {
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
    Return the rounds that have opened and do not close before today.

    A round's ``groups`` are its agencies by state; ``query`` names the chosen one.
    """
    periods = ReportingPeriod.objects.opened_by(today).filter(
        plan__in=Plan.objects.public(), closes_on__gte=today
    )
    agency_rounds = [
        each
        for each in load_agency_rounds(periods.select_related("plan"), today)
        if each.items
    ]
    return [
        _round_context(
            period,
            [each for each in agency_rounds if each.period == period],
            query,
            today,
        )
        for period in dict.fromkeys(each.period for each in agency_rounds)
    ]


def _round_context(period, agency_rounds, query, today):
    # Between its due date and its closing date a round accepts late reports.
    is_late, to_dos = today > period.due_on, notices.agency_to_dos(agency_rounds, today)
    reachable_ids = agencies_with_contact(today)
    reachable = [to_do for to_do in to_dos if to_do.agency.pk in reachable_ids]
    reminder_days = [
        period.opens_on,
        *(
            day
            for number in range(1, (period.closes_on - period.opens_on).days + 1)
            if schedule.is_reminder_day(
                period.due_on, day := period.opens_on + timedelta(number)
            )
        ),
    ]
    return {
        "period": period,
        "is_late": is_late,
        "days_until_close": (period.closes_on - today).days,
        "asked": sum(len(each.items) for each in agency_rounds),
        "handed_in": sum(len(each.submitted) for each in agency_rounds),
        "groups": [
            {
                "slug": slug,
                "state": state,
                "name": late_name if is_late else name,
                "note": note,
                "agency_rounds": (
                    own := [each for each in agency_rounds if each.state == state]
                ),
                "agencies": views.agencies_by_missing(own, to_dos),
                "is_chosen": (str(period.pk), slug)
                == (query.get("ronda"), query.get("parte")),
            }
            for state, (slug, late_name, name, note) in AGENCY_GROUPS.items()
        ],
        "to_dos": to_dos,
        "reachable": reachable,
        "unreachable": [each for each in to_dos if each.agency.pk not in reachable_ids],
        "subject_preview": notices.reminder_subject(
            notices.ReminderMail(None, reachable[:1])
        ),
        "mail_preview": reachable
        and render_to_string("email/_round.txt", {"to_do": reachable[0]}).strip(),
        "reminded": notices.agencies_reminded_today(today),
        "last_reminder_day": max(
            (day for day in reminder_days if day <= today), default=None
        ),
        "next_reminder_day": min(
            (day for day in reminder_days if day > today), default=None
        ),
    }
