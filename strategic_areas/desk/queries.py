"""What a focal point still has to do: reports that are owed or were returned."""

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from agencies import access
from agencies.models import Agency, FocalPoint
from strategic_areas.desk.sheet.contents import read_sheet
from strategic_areas.desk.sheet.rows import AnswerRow, returned_steps
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
    ReportingPeriod,
    Status,
)
from strategic_areas.queries import rounds
from strategic_areas.queries.asked_values import asked_indicators
from strategic_areas.workflow.questions import DECLARATION

#: In which order an agency reads its sheets, by the states of their rows.
ORDER = ("returned", "todo", "ready")
#: The page on which an update is written that no sheet shows.
OWN_PAGE = "admin:strategic_areas_activityupdate_change"
OWN_DECLARATION = "admin:strategic_areas_commitmentupdate_change"


def open_sheets(user, today=None):
    """
    The sheets that the user may fill, in the rounds that take reports today.

    A round opened again asks only the agencies it names; demonstration rounds ask too.
    First stand those on which something is to be done, by their due dates. An agency
    that owes nothing has a sheet too while it has a part in the plan.
    """
    if not access.is_focal_point(user):
        return []
    today = today or timezone.localdate()
    agencies = FocalPoint.objects.agencies_of(user)
    found = [
        read_sheet(period, agency, user)
        for period, asked in _accepting(user, agencies, today)
        for agency in asked.filter(_has_part_in(period.plan))
    ]
    return sorted(found, key=_in_order)


def last_closed(user, today):
    """
    Pairs of the round that closed last and each agency that the user reports for in it.
    """
    if not access.is_focal_point(user):
        return []
    agencies = FocalPoint.objects.agencies_of(user)
    visible = ReportingPeriod.objects.visible_to(user).rounds()
    running = visible.accepting(agencies, today).order_by().values("pk")
    closed = visible.filter(closes_on__lt=today).exclude(pk__in=running)
    if not (period := closed.order_by("-closes_on", "-pk").first()):
        return []
    asked = Agency.objects.filter(_has_part_in(period.plan), pk__in=agencies)
    return [(period, agency) for agency in asked]


def _in_order(sheet):
    states = {row.state for row in sheet.to_do}
    places = (place for place, state in enumerate(ORDER) if state in states)
    return next(places, len(ORDER)), sheet.period.due_on


def _accepting(user, agencies, today):
    periods = ReportingPeriod.objects.visible_to(user).accepting(agencies, today)
    for period in periods.select_related("plan"):
        asked = Agency.objects.filter(pk__in=agencies)
        if not period.is_open(today):
            again = period.reopenings.running(today)
            asked = asked.filter(pk__in=again.values("agency"))
        yield period, asked


def row_url(activity, period):
    sheet = reverse("admin:sheet", args=[period.pk, activity.agency.slug])
    return f"{sheet}?fila={activity.pk}#fila-{activity.pk}"


def _has_part_in(plan):
    active = Activity.objects.standing().filter(plan=plan).order_by()
    leads = Commitment.objects.standing().filter(plan=plan).order_by()
    counts = asked_indicators(plan).order_by()
    return (
        Q(pk__in=active.values("agency"))
        | Q(pk__in=leads.values("lead"))
        | Q(pk__in=counts.values("agency"))
    )


def returned_declarations(user):
    """
    The declarations of the user's agencies that were returned and not sent again.

    Each has ``returned``, the transition, and ``row_url``, where it is corrected: the
    sheet of the lead, or its own page where another agency leads meanwhile.
    """
    found = _returned(user, CommitmentUpdate, "commitment__lead", "period")
    for update in found:
        update.row_url = reverse(OWN_DECLARATION, args=[update.pk])
        if update.agency == update.answering:
            row = AnswerRow(DECLARATION, update.commitment, update.period, update)
            update.row_url = row.page_url
    return found


def returned_updates(user):
    """
    The updates of the user's agencies that were returned and not yet sent again.

    Each has ``returned``, the transition, and ``row_url``, where it is corrected: of
    work that was ended or replaced, its own page. Rounds may have closed meanwhile.
    """
    found = _returned(user, ActivityUpdate, "activity__agency", "period__plan")
    for period in {update.period for update in found}:
        of_round = [update for update in found if update.period == period]
        keys = [update.activity_id for update in of_round]
        on_sheet = set(rounds.owed(period, pk__in=keys))
        for update in of_round:
            update.row_url = (
                row_url(update.activity, period)
                if update.activity in on_sheet and update.agency == update.answering
                else reverse(OWN_PAGE, args=[update.pk])
            )
    return found


def _returned(user, model, *related):
    agencies = FocalPoint.objects.agencies_of(user)
    rows = model.objects.filter(agency__in=agencies, status=Status.RETURNED)
    found = list(rows.select_related("agency", *related).without_transcriptions())
    steps = returned_steps({row.pk: row for row in found})
    for row in found:
        row.returned = steps[row.pk]
    return sorted(found, key=lambda row: row.returned.at)
