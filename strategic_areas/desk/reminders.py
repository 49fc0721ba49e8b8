"""Who is reminded today, and of what: one digest for each person."""

from collections import defaultdict
from dataclasses import replace

from django.utils import timezone

from agencies.access import Role
from agencies.models import FocalPoint, User
from strategic_areas.desk.digests import Digest, Part, Returned
from strategic_areas.desk.waiting import KINDS
from strategic_areas.discipline import Standing
from strategic_areas.models import ReportingPeriod, Status, Transition
from strategic_areas.queries.rounds import cells

MONDAY = 0


def digests(today):
    """Today's digests, by user name; demonstration rounds never remind anybody."""
    parts = _parts_of_all_plans(today)
    found = {}
    for user, own, copies in _focal_points(parts, today):
        if _wants_now(user, own, today) or copies:
            digest = found.setdefault(user, Digest(user))
            digest.parts += own
            digest.copies += copies
    waiting = _waiting()
    copied = [part for part in parts if part.is_copied(today)]
    for user in _staff(Role.REVIEWER):
        has_news = waiting and _is_welcome(user, today)
        if has_news or copied:
            digest = found.setdefault(user, Digest(user))
            digest.waiting = len(waiting)
            digest.oldest = min(waiting, default=None)
            digest.copies += [p for p in copied if p not in digest.copies]
    return sorted(found.values(), key=lambda digest: digest.user.username)


def _parts_of_all_plans(today):
    asked = ReportingPeriod.objects.rounds().opened(today).select_related("plan")
    return _with_declarations(parts_of(cells(asked, today), today))


def parts_of(cells, today):
    """What the agencies still have to do, from ``queries.rounds.cells``."""
    returns = _returns([cell.period for cell in cells])
    parts = []
    for cell in cells:
        back = tuple(
            Returned(item.activity, *returns[cell.period.pk, item.activity.pk])
            for item in cell.items
            if item.standing == Standing.RETURNED
        )
        missing = tuple(
            item.activity
            for item in cell.items
            if item.standing in {Standing.NOTHING, Standing.DRAFTED}
            and cell.accepts(today)
        )
        if missing or back:
            parts.append(
                Part(
                    cell.agency,
                    cell.period,
                    cell.answer_by,
                    cell.accepted_until,
                    missing,
                    back,
                    is_late=today > cell.answer_by,
                )
            )
    return parts


def _returns(periods):
    """(round, activity) → reason and moment of the last return."""
    steps = (
        Transition.objects.filter(
            activity_update__period__in={period.pk for period in periods},
            activity_update__status=Status.RETURNED,
            activity_update__letter__isnull=True,
            to_status=Status.RETURNED,
        )
        .order_by("at", "pk")
        .values_list(
            "activity_update__period_id",
            "activity_update__activity_id",
            "reason",
            "at",
        )
    )
    return {
        (period, activity): (reason, moment)
        for period, activity, reason, moment in steps
    }


def _with_declarations(parts):
    """The parts, and in them what came back of declarations on commitments."""
    by_key = {(part.agency, part.period): part for part in parts}
    for (agency, period), back in _declared_back().items():
        part = by_key.get((agency, period)) or Part(
            agency, period, period.due_on, period.closes_on, (), (), is_late=False
        )
        returned = (*part.returned, *back)
        by_key[agency, period] = replace(part, returned=returned)
    return list(by_key.values())


def _declared_back():
    """(lead, round) → the declarations that stand returned, each by its last return."""
    steps = (
        Transition.objects.filter(
            commitment_update__status=Status.RETURNED,
            commitment_update__letter__isnull=True,
            commitment_update__period__is_demonstration=False,
            to_status=Status.RETURNED,
        )
        .order_by("at", "pk")
        .select_related(
            "commitment_update__commitment__lead", "commitment_update__period__plan"
        )
    )
    last = {step.commitment_update: step for step in steps}
    found = defaultdict(list)
    for record, step in last.items():
        back = Returned(record.commitment, step.reason, step.at)
        found[record.agency, record.period].append(back)
    return found


def _focal_points(parts, today):
    """(user, what is hers, copies for her): titulars, else alternates, then copies."""
    mandates = defaultdict(list)
    people = {user.pk: user for user in _staff(Role.FOCAL_POINT)}
    for mandate in FocalPoint.objects.current(today).filter(user__in=people):
        mandates[mandate.agency_id].append(mandate)
    own, copies = defaultdict(list), defaultdict(list)
    for part in parts:
        holders = mandates[part.agency.pk]
        titulars = [each for each in holders if each.kind == FocalPoint.Kind.TITULAR]
        asked = {each.user_id for each in titulars or holders}
        for user_id in asked:
            own[user_id].append(part)
        if part.is_copied(today):
            for user_id in {each.user_id for each in holders} - asked:
                copies[user_id].append(part)
    for user_id in own.keys() | copies.keys():
        yield people[user_id], own[user_id], copies[user_id]


def _staff(group):
    """The active accounts of a role that have an address."""
    return User.objects.filter(
        is_active=True, is_staff=True, groups__name=group
    ).exclude(email="")


def _is_welcome(user, today):
    """Whether the person wants optional mail today."""
    if user.reminders == User.Reminders.WEEKLY:
        return today.weekday() == MONDAY
    return user.reminders == User.Reminders.STEPS


def _wants_now(user, parts, today):
    """Whether what she has to do is told today, as often as she chose."""
    if user.reminders == User.Reminders.WEEKLY:
        return bool(parts) and _is_welcome(user, today)
    return any(
        part.is_due_today(today)
        and (_is_welcome(user, today) or part.is_late or part.is_day_to_mend(today))
        for part in parts
    )


def _waiting():
    """The days on which what waits for review was submitted."""
    return [
        timezone.localdate(moment)
        for model in KINDS.values()
        for moment in model.objects.filter(
            status=Status.SUBMITTED, period__is_demonstration=False
        ).values_list("submitted_at", flat=True)
    ]
