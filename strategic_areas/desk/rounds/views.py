"""Pages of rounds for the secretariat: the table of agencies, and one round."""

from collections import defaultdict
from datetime import date
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from agencies import access
from strategic_areas import rounds, workflow
from strategic_areas.compliance import AgencyRoundState, ReportStatus, Timeliness
from strategic_areas.desk.changes.decisions import redirect_to_change
from strategic_areas.desk.inputs import one_button_helper
from strategic_areas.desk.rounds import notices
from strategic_areas.desk.screens import render_screen, take_valid_step
from strategic_areas.models import Plan, ReportingPeriod
from strategic_areas.queries.rounds import load_agency_rounds
from strategic_areas.schedule import RoundState
from strategic_areas.sentences import ROUND_WORDS

ROUNDS_SHOWN = 8

STATE_WORDS = {
    AgencyRoundState.NOT_ASKED: gettext_lazy("Not asked"),
    AgencyRoundState.NOTHING: gettext_lazy("Nothing yet"),
    AgencyRoundState.IN_PROGRESS: gettext_lazy("Being written"),
    AgencyRoundState.RETURNED: gettext_lazy("Returned"),
    AgencyRoundState.SUBMITTED: gettext_lazy("All submitted"),
    AgencyRoundState.PUBLISHED: gettext_lazy("All published"),
}
#: Statuses of unpublished reports, in the order of the page.
REPORT_STATUS_WORDS = {
    ReportStatus.NOTHING: gettext_lazy("Nothing yet"),
    ReportStatus.DRAFTED: gettext_lazy("Being written"),
    ReportStatus.RETURNED: gettext_lazy("Returned"),
    ReportStatus.SUBMITTED: gettext_lazy("Waiting for review"),
}
TIMELINESS_WORDS = {
    Timeliness.ON_TIME: gettext_lazy("on time"),
    Timeliness.LATE: gettext_lazy("late"),
    Timeliness.SILENT: gettext_lazy("silent"),
}


class CloseRoundForm(forms.Form):
    has_read = forms.BooleanField(
        label=gettext_lazy(
            "I have read what is missing; the round closes once another person agrees"
        )
    )

    def __init__(self, *args, action, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.helper = one_button_helper(
            "step-form", "close", _("Ask to close the round"), action=action
        )


class TakeRoundBackForm(forms.Form):
    has_read = forms.BooleanField(
        label=gettext_lazy("Nobody wrote in it: take it back")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.helper = one_button_helper(
            "step-form", "take_back", _("Take it back"), css_class="deletelink"
        )


def round_list(request):
    """Show the table of agencies and rounds of a plan, by default the latest plan."""
    require_may_manage_rounds(request.user)
    today = timezone.localdate()
    plans = _plans(today)
    plan = next(
        (each for each in plans if each.code == request.GET.get("plan")),
        plans[0] if plans else None,
    )
    return render_screen(
        request,
        "desk/rounds.html",
        title=_("Agencies and rounds"),
        to_open=rounds.rounds_to_open(today, until=date.max),
        plans=plans,
        plan=plan,
        **_table(plan, today, shows_all="todas" in request.GET) if plan else {},
    )


def round_detail(request, pk):
    today = timezone.localdate()
    period = round_or_404(request.user, pk)
    form = CloseRoundForm(
        request.POST if request.method == "POST" else None,
        action=reverse("admin:round", args=[pk]),
    )
    if form.is_valid():
        return _close(request, period, today)
    state = period.state(today)
    agency_rounds = [each for each in load_agency_rounds([period], today) if each.items]
    return render_screen(
        request,
        "desk/round.html",
        status=422 if form.is_bound else 200,
        title=period.name,
        period=period,
        word=ROUND_WORDS[state],
        agencies=agencies_by_missing(
            agency_rounds, notices.agency_to_dos(agency_rounds, today)
        ),
        silent=sorted(
            each.agency.acronym
            for each in agency_rounds
            if each.timeliness(today) == Timeliness.SILENT
        ),
        reminded=notices.agencies_reminded_today(today),
        form=form if state == RoundState.LATE else None,
        is_open=state == RoundState.OPEN,
        is_public=period.plan.status != Plan.Status.IN_PREPARATION,
        pending_change=workflow.waiting_change(period),
    )


@require_POST
def remind_agencies(request, pk, agency=None):
    period, today = round_or_404(request.user, pk), timezone.localdate()
    agency_rounds = [
        each
        for each in load_agency_rounds([period], today)
        if agency in {None, each.agency.slug}
    ]
    if not agency_rounds:
        raise Http404
    reminded, refused = [], []
    for to_do in notices.agency_to_dos(agency_rounds, today):
        try:
            notices.remind_agency(to_do, by=request.user, today=today)
            reminded.append(to_do.agency.acronym)
        except access.RefusedError as error:
            refused.append(str(error))
    done = _("Reminded by mail: %(names)s.") % {"names": ", ".join(reminded)}
    messages.add_message(
        request,
        messages.SUCCESS if reminded else messages.ERROR,
        " ".join([done, *refused] if reminded else refused)
        or _("Nothing is to be done: no reminder was sent."),
    )
    return redirect("admin:round", pk) if agency else redirect("admin:index")


def round_or_404(user, pk):
    require_may_manage_rounds(user)
    opened = ReportingPeriod.objects.visible_to(user).opened_by(timezone.localdate())
    return get_object_or_404(opened.select_related("plan"), pk=pk)


def require_may_manage_rounds(user):
    if not (access.is_reviewer(user) or user.is_superuser):
        raise PermissionDenied


def _plans(today):
    opened = (
        ReportingPeriod.objects.opened_by(today)
        .filter(plan__in=Plan.objects.public())
        .select_related("plan")
    )
    newest = opened.order_by("-opens_on", "-pk")
    return list(dict.fromkeys(period.plan for period in newest))


def _table(plan, today, *, shows_all):
    periods = list(plan.periods.opened_by(today))
    shown = periods if shows_all else periods[:ROUNDS_SHOWN]
    by_agency = defaultdict(list)
    for agency_round in load_agency_rounds(shown, today):
        by_agency[agency_round.agency].append(agency_round)
    return {
        "columns": [(each, ROUND_WORDS[each.state(today)]) for each in shown],
        "left_out": len(periods) - len(shown),
        "rows": [
            {
                "agency": agency,
                "entries": [_table_entry(each, today) for each in by_agency[agency]],
            }
            for agency in sorted(by_agency, key=lambda agency: agency.acronym)
        ],
    }


def _table_entry(agency_round, today):
    query = {
        "period__id__exact": agency_round.period.pk,
        "agency__id__exact": agency_round.agency.pk,
    }
    changelist = reverse("admin:strategic_areas_activityupdate_changelist")
    return {
        "agency_round": agency_round,
        "word": STATE_WORDS[agency_round.state],
        "promptness": TIMELINESS_WORDS.get(agency_round.timeliness(today), ""),
        "address": f"{changelist}?{urlencode(query)}",
    }


def agencies_by_missing(agency_rounds, to_dos):
    """Return a context for each agency, those with most missing reports first."""
    owing = {to_do.agency for to_do in to_dos}
    agency_rounds = sorted(
        agency_rounds,
        key=lambda each: (
            each.state == AgencyRoundState.PUBLISHED,
            -len(each.subjects_with(ReportStatus.NOTHING)),
            each.agency.acronym,
        ),
    )
    return [
        {
            "agency": agency_round.agency,
            "activities": {
                word: activities
                for status, word in REPORT_STATUS_WORDS.items()
                if (activities := agency_round.subjects_with(status))
            },
            "owes": agency_round.agency in owing,
        }
        for agency_round in agency_rounds
    ]


def _close(request, period, today):
    try:
        change = workflow.propose(rounds.close_early(period, today), by=request.user)
    except workflow.AlreadyWaitingError as error:
        return redirect("admin:approval", pk=error.current.pk)
    except access.RefusedError as error:
        messages.error(request, str(error))
        return redirect("admin:round", pk=period.pk)
    return redirect_to_change(request, change)


def take_round_back(request, pk):
    """Remove a period in which nobody wrote, or show what prevents it."""
    require_may_manage_rounds(request.user)
    rows = ReportingPeriod.objects.visible_to(request.user).select_related("plan")
    period = get_object_or_404(rows, pk=pk)
    form = TakeRoundBackForm(request.POST if request.method == "POST" else None)
    today = timezone.localdate()
    if take_valid_step(
        form, rounds.remove_period, period, by=request.user, today=today
    ):
        messages.success(request, _("%(period)s is taken back.") % {"period": period})
        return redirect("admin:strategic_areas_reportingperiod_changelist")
    return render_screen(
        request,
        "desk/take_back.html",
        status=422 if form.errors else 200,
        title=_("Take back: %(period)s") % {"period": period},
        period=period,
        obstacle=rounds.removal_obstacle(period, today),
        form=form,
    )
