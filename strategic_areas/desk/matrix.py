"""Agencies × rounds: who has answered, how far, in time or not."""

from collections import defaultdict
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies import access
from agencies.models import Agency
from strategic_areas.desk import reminders
from strategic_areas.discipline import AgencyState, Promptness
from strategic_areas.models import Plan, ReportingPeriod
from strategic_areas.queries.rounds import cells
from strategic_areas.schedule import RoundState

#: How many rounds the page shows unless it is asked for all.
COLUMNS = 8

STATE_WORDS = {
    AgencyState.NOT_ASKED: gettext_lazy("Not asked"),
    AgencyState.NOTHING: gettext_lazy("Nothing yet"),
    AgencyState.IN_PROGRESS: gettext_lazy("Being written"),
    AgencyState.RETURNED: gettext_lazy("Returned"),
    AgencyState.SUBMITTED: gettext_lazy("All submitted"),
    AgencyState.PUBLISHED: gettext_lazy("All published"),
}
PROMPTNESS_WORDS = {
    Promptness.ON_TIME: gettext_lazy("on time"),
    Promptness.LATE: gettext_lazy("late"),
    Promptness.SILENT: gettext_lazy("silent"),
}
ROUND_WORDS = {
    RoundState.UPCOMING: gettext_lazy("Not open yet"),
    RoundState.OPEN: gettext_lazy("Open"),
    RoundState.LATE: gettext_lazy("Late, still accepted"),
    RoundState.CLOSED: gettext_lazy("Closed"),
}


@dataclass(frozen=True)
class Entry:
    """A cell as the table shows it."""

    period: ReportingPeriod
    state: AgencyState
    word: str
    promptness: str
    handed_in: int
    owed: int
    address: str


@dataclass(frozen=True)
class Row:
    agency: Agency
    entries: tuple[Entry, ...]
    reminder: str


def matrix_page(request):
    """The secretariat's table; the plan and all its rounds are asked for by address."""
    if not (access.is_reviewer(request.user) or request.user.is_superuser):
        raise PermissionDenied
    today = timezone.localdate()
    plans = _plans(today)
    plan = next(
        (each for each in plans if each.code == request.GET.get("plan")),
        plans[0] if plans else None,
    )
    table = _table(plan, today, every="todas" in request.GET) if plan else {}
    context = {
        **admin.site.each_context(request),
        "title": _("Agencies and rounds"),
        "plans": plans,
        "plan": plan,
        **table,
    }
    return TemplateResponse(request, "desk/rounds.html", context)


def _plans(today):
    """The plans of which a round has opened, the one of the newest round first."""
    rounds = ReportingPeriod.objects.opened(today)
    rounds = rounds.filter(plan__in=Plan.objects.public()).select_related("plan")
    newest = rounds.order_by("-opens_on", "-pk")
    return list(dict.fromkeys(period.plan for period in newest))


def _table(plan, today, *, every):
    periods = list(plan.periods.opened(today).select_related("plan"))
    shown = periods if every else periods[:COLUMNS]
    asked = cells(shown, today)
    to_do, by_agency = defaultdict(list), defaultdict(list)
    for part in reminders.parts_of(asked, today):
        to_do[part.agency].append(part)
    for cell in asked:
        by_agency[cell.agency].append(cell)
    return {
        "columns": [(each, ROUND_WORDS[each.state(today)]) for each in shown],
        "left_out": len(periods) - len(shown),
        "rows": [
            Row(
                agency,
                tuple(_entry(cell, today) for cell in by_agency[agency]),
                _reminder(to_do[agency]),
            )
            for agency in sorted(by_agency, key=lambda agency: agency.acronym)
        ],
    }


def _entry(cell, today):
    kept = cell.promptness(today)
    query = {
        "period__id__exact": cell.period.pk,
        "activity__agency__id__exact": cell.agency.pk,
    }
    changelist = reverse("admin:strategic_areas_activityupdate_changelist")
    return Entry(
        period=cell.period,
        state=cell.state,
        word=STATE_WORDS[cell.state],
        promptness=PROMPTNESS_WORDS.get(kept, ""),
        handed_in=cell.tally.handed_in,
        owed=cell.tally.owed,
        address=f"{changelist}?{urlencode(query)}",
    )


def _reminder(parts):
    """What to send an agency by any other way, in Spanish; empty if nothing is due."""
    if not parts:
        return ""
    with translation.override("es"):
        return render_to_string("email/agency.txt", {"parts": parts}).strip()
