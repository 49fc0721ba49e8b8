"""Reporting rounds: creation, closing, removal and scorecards."""

from dataclasses import asdict, replace
from datetime import timedelta

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies import audit
from agencies.access import RefusedError
from strategic_areas.compliance import REPLY_WITHIN
from strategic_areas.models import (
    UPDATE_MODELS,
    PendingChange,
    Plan,
    PlanChange,
    RecordChange,
    ReportingPeriod,
)
from strategic_areas.queries import asked_values
from strategic_areas.queries.plan.plans import is_reconstructed_column
from strategic_areas.schedule import RoundState, Schedule, frequency_of, round_slots

DEMONSTRATION_CODE = "demostracion"
#: How long a demonstration round stays open from the day on which it is opened.
DEMONSTRATION_DAYS = 30
#: How long before a round's opening day the secretariat is asked to open it.
OPENED_AHEAD = timedelta(days=30)


def desk_url(name, plan, agency):
    """Absolute URL of an agency's page in its latest round, else of the desk."""
    period = (
        ReportingPeriod.objects.opened_by(timezone.localdate())
        .filter(plan=plan)
        .first()
    )
    args = [period.pk, agency.slug] if period else []
    path = reverse(f"admin:{name if period else 'index'}", args=args)
    return settings.SITE_URL + path


def open_demonstration(today):
    """
    Open the demonstration round of the latest reconstructed plan; None without one.

    A closed one is reopened with its entries. Only the embedded database allows it: in
    production no invented figure may appear under a real agency's name.
    """
    if not settings.EMBEDDED_DATABASE:
        raise RefusedError(
            "DATABASE_URL is set: a demonstration exists only on the embedded database."
        )
    plans = Plan.objects.public().filter(is_reconstructed_column())
    if (plan := plans.order_by("-starts_on").first()) is None:
        return None
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


def close_early(period, today):
    """Set its closing day to yesterday, unsaved; only after its due date."""
    if period.state(today) != RoundState.LATE:
        raise RefusedError(_("A round is closed after its due date, and only once."))
    period.closes_on = today - timedelta(days=1)
    return period


def removal_obstacle(period, today):
    """
    The reason why a period cannot be removed, or "".

    No agency's work is deleted; after the due date missing answers stay on record.
    """
    rows = [model.objects.filter(period=period) for model in UPDATE_MODELS]
    writers = {row.agency for each in rows for row in each.select_related("agency")}
    writers |= {
        value.agency
        for value in asked_values.values_by_round(period.plan, [period]).get(period, ())
        if value.first_submitted_on and value.first_submitted_on >= period.opens_on
    }
    names = {"names": ", ".join(sorted(agency.acronym for agency in writers))}
    if writers:
        return _("These have written or handed in something: %(names)s.") % names
    is_asked = period.is_round and not period.is_demonstration
    is_public = period.plan.status != Plan.Status.IN_PREPARATION
    if is_asked and is_public and period.due_on < today:
        return _("Its due date has passed: who did not answer in it stays on record.")
    return ""


@transaction.atomic
def remove_period(period, *, by, today):
    """
    Remove a period without entries; the plan's list of changes mentions it if it was
    public.
    """
    period = ReportingPeriod.objects.select_for_update().get(pk=period.pk)
    plan = period.plan
    names = {name: getattr(period, name) or "" for name in ("name_es", "name_en")}
    if reason := removal_obstacle(period, today):
        raise RefusedError(f"{period}: {reason}")
    audit.record_event(audit.Event.RECORD_DELETED, actor=by, obj=period)
    period._history_user = by
    try:
        with transaction.atomic():
            period.delete()
    except (ProtectedError, IntegrityError) as error:
        raise RefusedError(
            _("%(period)s: something was sent in it, so it stays.") % {"period": period}
        ) from error
    if plan.status != Plan.Status.IN_PREPARATION:
        PlanChange.objects.create(
            plan=plan,
            model=ReportingPeriod._meta.model_name,
            field=PlanChange.REMOVED,
            decided_on=today,
            **names,
        )


def make_scorecards_ready(now):
    """
    Show agencies the scorecards of closed real rounds, and hide those of rounds that
    are open again. Return the rounds shown now.
    """
    today = timezone.localdate(now)
    unpublished = _without_public_scorecards()
    still_open = unpublished.filter(closes_on__gte=today)
    still_open.exclude(scorecards_ready_at=None).update(scorecards_ready_at=None)
    closed = unpublished.filter(closes_on__lt=today, scorecards_ready_at=None)
    return _stamp_rounds(closed, audit.Event.SCORECARDS_READY, scorecards_ready_at=now)


def release_scorecards(now):
    unpublished = _without_public_scorecards()
    due = unpublished.filter(scorecards_ready_at__lte=now - REPLY_WITHIN)
    return _stamp_rounds(due, audit.Event.SCORECARDS_PUBLIC, scorecards_public_at=now)


def _without_public_scorecards():
    return ReportingPeriod.objects.counted_rounds().filter(
        plan__in=Plan.objects.public(), scorecards_public_at=None
    )


@transaction.atomic
def _stamp_rounds(rows, event, **stamp):
    """
    Stamp and record each round once, also under concurrency; return those stamped here.
    """
    found = []
    for period in rows.select_related("plan").order_by("pk"):
        if rows.filter(pk=period.pk).update(**stamp):
            audit.record_event(event, obj=period)
            found.append(period)
    return found


def schedule_of(rounds):
    """
    The schedule that a plan's rounds follow, or the default.

    The longest round decides frequency and months; the latest, how many days agencies
    have to answer.
    """
    if not (regular := [each for each in rounds if not each.is_final]):
        return Schedule()
    longest = max(regular, key=lambda each: each.ends_on - each.starts_on)
    last = max(regular, key=lambda each: each.ends_on)
    is_of_months = (longest.ends_on + timedelta(days=1)).day == 1
    return Schedule(
        frequency_of(longest.starts_on, longest.ends_on),
        (last.due_on - last.ends_on).days,
        (last.closes_on - last.ends_on).days,
        longest.ends_on.month if is_of_months else 12,
    )


def next_round(plan, today, frequency=None):
    """
    The unsaved next round by the plan's schedule, or None after the last.

    It covers days that no round covers; a round that would be overdue is skipped.
    ``frequency`` replaces that of the schedule.
    """
    periods = list(plan.periods.all())
    rounds = [each for each in periods if each.is_round and not each.is_demonstration]
    schedule = schedule_of(rounds)
    schedule = replace(schedule, frequency=frequency or schedule.frequency)
    covered = tuple((each.starts_on, each.ends_on) for each in rounds)
    codes = {each.code for each in periods}
    for slot in round_slots(plan.starts_on, plan.ends_on, schedule, covered):
        if slot.due_on >= today:
            days = asdict(_with_free_code(slot, codes))
            return ReportingPeriod(plan=plan, is_scheduled=True, **days)
    return None


def rounds_to_open(today, until=None):
    """Build the rounds that approved plans need up to a day, in order; save nothing."""
    until = until or today + OPENED_AHEAD
    plans = Plan.objects.filter(status=Plan.Status.APPROVED).exclude(
        is_reconstructed_column()
    )
    found = (next_round(plan, today) for plan in plans.prefetch_related("periods"))
    opening = [
        each
        for each in found
        if each and each.opens_on <= until and not proposed_round(each.plan)
    ]
    return sorted(opening, key=lambda each: each.opens_on)


def proposed_round(plan):
    """The proposal to open a round of the plan, not decided yet, or None."""
    record_changes = RecordChange.objects.filter(
        content_type=ContentType.objects.get_for_model(ReportingPeriod),
        object_id=None,
        after__plan=plan.pk,
    )
    return PendingChange.objects.waiting().filter(records__in=record_changes).first()


def _with_free_code(slot, codes):
    code, number = slot.code, 1
    while code in codes:
        number += 1
        code = f"{slot.code}-{number}"
    return replace(slot, code=code)
