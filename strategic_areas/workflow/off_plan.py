"""Reports on work that an agency did outside the plan."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.models import Agency
from strategic_areas.models import PUBLIC_RECORD, Activity, Provenance, Status
from strategic_areas.workflow.authority import must_report
from strategic_areas.workflow.moves import TransitionError
from strategic_areas.workflow.steps import draft


@transaction.atomic
def report_off_plan(activity, update, *, by):
    """
    Store an activity outside the plan with its first draft, and return the draft.

    ``activity`` and ``update`` are unsaved. If the agency has already reported the same
    name for the same commitment in this round, the earlier draft is returned.
    """
    Agency.objects.select_for_update().get(pk=activity.agency_id)
    update.activity, update.agency = activity, activity.agency
    must_report(by, update)
    if earlier := _earlier_draft(activity, update.period):
        return earlier
    activity.is_in_plan = False
    activity.code = _next_code(activity)
    activity.provenance = (
        Provenance.DEMONSTRATION
        if update.period.is_demonstration
        else Provenance.REPORTED
    )
    activity._history_user = by
    activity.save()
    update.activity = activity
    return draft(update, by=by)


@transaction.atomic
def rename_off_plan(activity, *, by):
    """
    Store another name or commitment of an activity outside the plan.

    Once a report on it was published, or while one waits for review, it is refused.
    """
    stored = Activity.objects.off_plan().select_for_update().get(pk=activity.pk)
    update = stored.updates.order_by("pk").first()
    must_report(by, update)
    if stored.updates.filter(status__in=[*PUBLIC_RECORD, Status.SUBMITTED]).exists():
        raise TransitionError(
            _("%(record)s was sent already and keeps its name.") % {"record": stored}
        )
    activity._history_user = by
    activity.save()
    stored.updates.update(changed_at=timezone.now())
    for each in stored.updates.all():
        each.contributors.add(by)


def _earlier_draft(activity, period):
    same = Activity.objects.off_plan().filter(
        agency=activity.agency_id,
        commitment=activity.commitment_id,
        title_es=activity.title_es,
    )
    row = same.filter(updates__period=period).first()
    return row and row.updates.filter(period=period).order_by("-revision").first()


def _next_code(activity):
    """The next free code in the plan: F-, the agency's acronym and a number."""
    stem = f"{Activity.OFF_PLAN}{activity.agency.acronym}-".replace("/", "-")
    taken = Activity.objects.filter(
        plan=activity.commitment.plan_id, code__startswith=stem
    )
    numbers = [code.removeprefix(stem) for code in taken.values_list("code", flat=True)]
    return f"{stem}{max([0, *(int(n) for n in numbers if n.isdecimal())]) + 1}"
