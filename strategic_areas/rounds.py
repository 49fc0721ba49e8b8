"""Rounds: periods in which agencies are asked, with a window to answer in."""

from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies import audit
from agencies.access import RefusedError
from strategic_areas.discipline import REPLY_WITHIN
from strategic_areas.models import (
    UPDATE_MODELS,
    Plan,
    PlanChange,
    ReportingPeriod,
)
from strategic_areas.queries import asked_values
from strategic_areas.queries.plan.plans import reconstructed
from strategic_areas.schedule import RoundState, Slot, slots

DEMONSTRATION_CODE = "demostracion"
#: How long a demonstration round stays open from the day on which it is opened.
DEMONSTRATION_DAYS = 30


def agency_page(name, plan, agency):
    """
    The absolute address, for a mail, of one of an agency's pages in the last round.

    Where no round of the plan has opened yet, that of the desk.
    """
    period = ReportingPeriod.objects.opened().filter(plan=plan).first()
    args = [period.pk, agency.slug] if period else []
    path = reverse(f"admin:{name if period else 'index'}", args=args)
    return settings.SITE_URL + path


def open_demonstration(today):
    """
    Open the demonstration round of the latest reconstruction; None if there is none.

    A plan that people built or brought gets none. It need not lie within the plan's
    dates. If it closed meanwhile, it opens again with what was entered in it. It is
    refused on any database but the embedded one: an
    invented figure never stands under a real agency's name in production.
    """
    if not settings.EMBEDDED_DATABASE:
        raise RefusedError(
            "DATABASE_URL is set: a demonstration exists only on the embedded database."
        )
    plans = Plan.objects.public().filter(reconstructed())
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


def closed(period, today):
    """
    The unsaved round as it stands once it is closed before its day.

    That is possible once its due date has passed, so that nobody is cut off before it.
    Agencies for which it was opened again keep their time.
    """
    if period.state(today) != RoundState.LATE:
        raise RefusedError(_("A round is closed after its due date, and only once."))
    period.closes_on = today - timedelta(days=1)
    return period


def obstacle(period, today):
    """
    What stands in the way of taking a period back; "" if nothing does.

    Who is silent in a round stays on record once it was due, and nobody's work goes.
    """
    rows = [model.objects.filter(period=period) for model in UPDATE_MODELS]
    writers = {row.agency for each in rows for row in each.select_related("agency")}
    values = asked_values.asked(period.plan, [period]).get(period, ())
    writers |= {
        value.agency
        for value in values
        if value.first_day and value.first_day >= period.opens_on
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
def take_back(period, *, by, today):
    """
    Remove a period in which nobody wrote; nobody is asked in it any more.

    It is told with the changes of the plan, where the public knew the period.
    """
    period = ReportingPeriod.objects.select_for_update().get(pk=period.pk)
    plan, names = period.plan, {}
    for language in ("es", "en"):
        names[f"name_{language}"] = getattr(period, f"name_{language}") or ""
    if reason := obstacle(period, today):
        raise RefusedError(f"{period}: {reason}")
    audit.record(audit.Event.RECORD_DELETED, actor=by, obj=period)
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
    Show agencies the scorecards of the real rounds that have closed.

    Returns those rounds. Where a round takes reports again before its scorecards were
    public, they are taken back.
    """
    today = timezone.localdate(now)
    waiting = _without_public_scorecards()
    running = waiting.filter(closes_on__gte=today)
    running.exclude(scorecards_ready_at=None).update(scorecards_ready_at=None)
    closed = waiting.filter(closes_on__lt=today, scorecards_ready_at=None)
    return _stamped(closed, audit.Event.SCORECARDS_READY, scorecards_ready_at=now)


def release_scorecards(now):
    """Publish the scorecards that agencies had time to reply to; returns the rounds."""
    waiting = _without_public_scorecards()
    due = waiting.filter(scorecards_ready_at__lte=now - REPLY_WITHIN)
    return _stamped(due, audit.Event.SCORECARDS_PUBLIC, scorecards_public_at=now)


def _without_public_scorecards():
    """Real rounds of public plans: those of a plan in preparation have asked nobody."""
    rows = ReportingPeriod.objects.rounds().filter(plan__in=Plan.objects.public())
    return rows.filter(scorecards_public_at=None)


@transaction.atomic
def _stamped(rows, event, **stamp):
    """
    Stamp and record each of the rounds; returns those that were stamped here.

    Each is stamped once, whoever else does the same at the same time.
    """
    found = []
    for period in rows.select_related("plan").order_by("pk"):
        if rows.filter(pk=period.pk).update(**stamp):
            audit.record(event, obj=period)
            found.append(period)
    return found


@dataclass(frozen=True)
class Proposal:
    """What making a plan's rounds from a schedule would do."""

    added: tuple[Slot, ...]
    changed: tuple[Slot, ...]
    removed: tuple[ReportingPeriod, ...]
    kept: tuple[ReportingPeriod, ...]

    @property
    def changes_anything(self):
        return bool(self.added or self.changed or self.removed)


def propose(plan, schedule, *, today):
    """
    The rounds that a schedule makes of a plan, beside those it has.

    Kept as they are: rounds that were answered, those whose due date has passed, and
    those that somebody made by hand. A round that would be due before today is not
    made: nobody could have answered it.
    """
    movable, kept = _movable_and_kept(plan, today)
    taken = tuple((each.starts_on, each.ends_on) for each in kept)
    names = set(plan.periods.values_list("code", flat=True)) - set(movable)
    wanted = [
        _with_free_code(slot, names)
        for slot in slots(plan.starts_on, plan.ends_on, schedule, taken)
        if slot.due_on >= today
    ]
    codes = {slot.code for slot in wanted}
    return Proposal(
        added=tuple(slot for slot in wanted if slot.code not in movable),
        changed=tuple(
            slot
            for slot in wanted
            if slot.code in movable and _differs(slot, movable[slot.code])
        ),
        removed=tuple(each for code, each in movable.items() if code not in codes),
        kept=kept,
    )


@transaction.atomic
def make(plan, schedule, *, by, today, keep=None):
    """
    Do what ``propose`` says and return it; doing it again changes nothing.

    ``keep`` is called with the unsaved rounds that are made or changed, where others
    than ``by`` have to agree; without it they are saved.
    """
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    proposal = propose(plan, schedule, today=today)
    if not proposal.changes_anything:
        return proposal
    for period in proposal.removed:
        take_back(period, by=by, today=today)
    made = []
    known = {each.code: each for each in plan.periods.filter(is_scheduled=True)}
    for slot in (*proposal.changed, *proposal.added):
        period = known.get(slot.code) or ReportingPeriod(plan=plan, is_scheduled=True)
        for name, value in asdict(slot).items():
            setattr(period, name, value)
        made.append(period)
    if keep and made:
        keep(made)
        return proposal
    for period in made:
        period._history_user = by
        period.save()
    numbers = {name: len(rows) for name, rows in vars(proposal).items()}
    audit.record(audit.Event.ROUNDS_MADE, actor=by, obj=plan, **numbers)
    return proposal


def _movable_and_kept(plan, today):
    """The plan's real rounds: those a schedule may change, by code, and the others."""
    rounds = ReportingPeriod.objects.rounds().filter(plan=plan)
    movable, kept = {}, []
    for each in rounds.select_related("plan").order_by("starts_on", "pk"):
        is_ahead = each.is_scheduled and each.due_on >= today
        if is_ahead and not obstacle(each, today):
            movable[each.code] = each
        else:
            kept.append(each)
    return movable, tuple(kept)


def _with_free_code(slot, names):
    """The slot, under a code that no other period of the plan has."""
    code, number = slot.code, 1
    while code in names:
        number += 1
        code = f"{slot.code}-{number}"
    return replace(slot, code=code)


def _differs(slot, period):
    return any(getattr(period, name) != value for name, value in asdict(slot).items())
