"""The work of a focal point: owed and returned reports."""

from django.db.models import Q
from django.utils import timezone

from agencies import access
from agencies.models import Agency, FocalPoint
from strategic_areas.desk.sheet.contents import sheet_for
from strategic_areas.desk.sheet.rows import AnswerRow, return_steps_of
from strategic_areas.models import (
    Activity,
    Commitment,
    ReportingPeriod,
    RevisionStatus,
)
from strategic_areas.queries.asked_values import asked_indicators
from strategic_areas.workflow.questions import QUESTION_BY_MODEL, UPDATE_QUESTIONS

#: The order of an agency's sheets, by the states of their rows.
STATE_ORDER = ("returned", "todo", "ready")


def open_sheets(user):
    """
    Return the sheets that the user may fill in today, those with work to do first.

    A reopened round asks only the agencies that it names. Demonstration rounds are
    included. An agency that owes nothing now has a sheet too; one that only
    participates in the plan, without a record of its own to report on, has none.
    """
    if not access.is_focal_point(user):
        return []
    agencies = FocalPoint.objects.agencies_of(user)
    sheets = [
        sheet_for(period, agency, user)
        for period, own in _accepting_rounds(user, agencies, timezone.localdate())
        for agency in own.filter(_has_something_to_report_in(period.plan))
    ]
    return sorted(sheets, key=_sort_key)


def last_closed_round(user, today):
    """
    Return pairs of the round that closed last and each of the user's agencies in it.
    """
    if not access.is_focal_point(user):
        return []
    agencies = FocalPoint.objects.agencies_of(user)
    visible = ReportingPeriod.objects.visible_to(user).counted_rounds()
    running = visible.accepting(agencies, today).order_by().values("pk")
    closed = visible.filter(closes_on__lt=today).exclude(pk__in=running)
    if not (period := closed.order_by("-closes_on", "-pk").first()):
        return []
    own = Agency.objects.filter(
        _has_something_to_report_in(period.plan), pk__in=agencies
    )
    return [(period, agency) for agency in own]


def _sort_key(sheet):
    states = {row.state for row in sheet.to_do}
    positions = (
        position for position, state in enumerate(STATE_ORDER) if state in states
    )
    return next(positions, len(STATE_ORDER)), sheet.period.due_on


def _accepting_rounds(user, agencies, today):
    periods = ReportingPeriod.objects.visible_to(user).accepting(agencies, today)
    for period in periods.select_related("plan"):
        accepted = Agency.objects.filter(pk__in=agencies)
        if not period.is_open(today):
            reopenings = period.reopenings.running(today)
            accepted = accepted.filter(pk__in=reopenings.values("agency"))
        yield period, accepted


def _has_something_to_report_in(plan):
    active = Activity.objects.not_superseded().filter(plan=plan).order_by()
    leads = Commitment.objects.not_superseded().filter(plan=plan).order_by()
    return (
        Q(pk__in=active.values("agency"))
        | Q(pk__in=leads.values("lead"))
        | Q(pk__in=asked_indicators(plan).order_by().values("agency"))
    )


def returned_answers(user):
    """
    Return the returned revisions of the user's agencies that were not sent again.

    Each has ``return_step``, the transition, and ``row_url``, its row on the sheet, or
    its own page if the round no longer asks the agency about it.
    """
    agencies, answers = FocalPoint.objects.agencies_of(user), []
    for question in QUESTION_BY_MODEL.values():
        subject = f"{question.name}__{question.answered_by}"
        rows = question.model.objects.filter(
            agency__in=agencies, status=RevisionStatus.RETURNED
        ).without_unsubmitted_transcriptions()
        rows = list(rows.select_related("agency", "period__plan", subject))
        steps = return_steps_of({row.pk: row for row in rows})
        asked_subjects = _asked_subjects(question, rows)
        for update in rows:
            update.return_step = steps[update.pk]
            row = AnswerRow(question, update.subject, update.period, update)
            is_asked = (update.period, update.subject) in asked_subjects
            is_on_sheet = is_asked and update.agency == row.agency
            update.row_url = row.page_url if is_on_sheet else row.revision_url
        answers += rows
    return sorted(answers, key=lambda row: row.return_step.at)


def _asked_subjects(question, updates):
    return {
        (period, subject)
        for period in {each.period for each in updates}
        for each_question in UPDATE_QUESTIONS
        if each_question.model is question.model
        for subject in each_question.subjects(
            period, pk__in=[each.subject.pk for each in updates]
        )
    }
