"""
Reminders to agencies and reviewers, and mails about scorecards.

A timer's task shows and publishes scorecards and makes editions.

An agency reads its scorecard of a closed round before the public does, and may reply.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _, gettext_lazy

from agencies import audit
from agencies.access import RefusedError, Role
from agencies.mail import (
    DEMONSTRATION_MAIL_DOMAIN,
    Mail,
    focal_points_of,
    mail_person,
    queue_mail,
)
from agencies.models import Agency, FocalPoint, User
from agencies.stand_ins import reviewers
from strategic_areas import rounds, schedule
from strategic_areas.compliance import REPLY_WITHIN, ReportStatus
from strategic_areas.datasets import editions
from strategic_areas.desk.review.review_queue import review_queue_of
from strategic_areas.desk.sheet.rows import return_steps_of
from strategic_areas.figures.submission import last_submitted_values
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
    ReportingPeriod,
    RevisionStatus,
)
from strategic_areas.queries.asked_values import AskedValue
from strategic_areas.queries.plan.plan_progress import load_plan_progress
from strategic_areas.queries.rounds import (
    load_agency_rounds,
    obligations_in,
    scorecards,
)

MONDAY = 0


@dataclass(frozen=True)
class ReturnedAnswer:
    subject: Activity | Commitment | AskedValue
    at: datetime
    reason: str

    @property
    def on(self):
        return timezone.localdate(self.at)


@dataclass(frozen=True)
class AgencyToDo:
    """The work of an agency in a round: what is missing, and what was returned."""

    agency: Agency
    period: ReportingPeriod
    answer_by: date
    accepted_until: date
    missing: tuple[Activity | AskedValue, ...]
    returned: tuple[ReturnedAnswer, ...]
    is_late: bool

    @property
    def url(self):
        path = reverse("admin:sheet", args=[self.period.pk, self.agency.slug])
        return settings.SITE_URL + path

    def needs_reminder(self, today):
        is_day = self._is_reminder_day(today) or today == self.period.opens_on
        return bool(self.missing) and is_day or self.is_reminder_day_after_return(today)

    def _is_reminder_day(self, today):
        return schedule.is_reminder_day(self.answer_by, today)

    def is_reminder_day_after_return(self, today):
        return any(
            schedule.is_reminder_day_after_return(each.on, today)
            for each in self.returned
        )

    def is_copied(self, today):
        """Whether alternates and reviewers get a copy of today's reminder."""
        is_reminded = bool(self.missing) and self._is_reminder_day(today)
        return is_reminded and schedule.is_copied(self.answer_by, today)


@dataclass
class ReminderMail:
    user: User
    to_dos: list[AgencyToDo] = field(default_factory=list)
    copies: list[AgencyToDo] = field(default_factory=list)
    waiting: int = 0
    oldest: date | None = None

    @property
    def due(self):
        return sum(len(to_do.missing) for to_do in self.to_dos if not to_do.is_late)

    @property
    def late(self):
        return sum(len(to_do.missing) for to_do in self.to_dos if to_do.is_late)

    @property
    def returned(self):
        return sum(len(to_do.returned) for to_do in self.to_dos)

    def __str__(self):
        text = (
            f"{self.user.username}: {self.due} due, {self.late} late, "
            f"{self.returned} returned, {self.waiting} to decide"
        )
        return f"{text}, {len(self.copies)} copied" if self.copies else text


def reminders_due(today):
    """Return today's reminders, sorted by user name; none of demonstration rounds."""
    to_dos = _to_do_in_all_plans(today)
    mails = {}
    for user, own, copies in _focal_points(to_dos, today):
        if _is_reminded_today(user, own, today) or copies:
            mail = mails.setdefault(user, ReminderMail(user))
            mail.to_dos += own
            mail.copies += copies
    copied = [to_do for to_do in to_dos if to_do.is_copied(today)]
    for user in reviewers().exclude(email=""):
        queue = review_queue_of(user, exclude_demonstrations=True)
        is_queue_due = queue.items and _wants_optional_mail(user, today)
        if is_queue_due or copied:
            mail = mails.setdefault(user, ReminderMail(user))
            mail.waiting = len(queue.items)
            if queue.items:
                mail.oldest = timezone.localdate(queue.items[0].since)
            mail.copies += [p for p in copied if p not in mail.copies]
    return sorted(mails.values(), key=lambda mail: mail.user.username)


def _to_do_in_all_plans(today):
    periods = (
        ReportingPeriod.objects.counted_rounds().opened_by(today).select_related("plan")
    )
    return _with_unrequired_returns(
        agency_to_dos(load_agency_rounds(periods, today), today)
    )


def agency_to_dos(agency_rounds, today):
    updates = ActivityUpdate.objects.filter(
        period__in={each.period for each in agency_rounds}
    )
    # Two agencies may have reported on an activity that moved.
    returned_by_key = {
        (update.period_id, update.agency_id, update.activity): answer
        for update, answer in _returned_answers(updates.select_related("activity"))
    }
    value_keys = [
        (agency_round.period.pk, agency_round.agency.pk, each)
        for agency_round in agency_rounds
        for each in agency_round.subjects_with(ReportStatus.RETURNED)
        if isinstance(each, AskedValue)
    ]
    last = last_submitted_values(value for *_ids, value in value_keys)
    returned_by_key |= {
        (*ids, value): ReturnedAnswer(value, last[value].decided_at, last[value].reason)
        for *ids, value in value_keys
    }
    to_dos = [
        AgencyToDo(
            each.agency,
            each.period,
            each.answer_by,
            each.accepted_until,
            each.subjects_with(ReportStatus.NOTHING, ReportStatus.DRAFTED)
            if each.accepts(today)
            else (),
            tuple(
                returned_by_key[each.period.pk, each.agency.pk, subject]
                for subject in each.subjects_with(ReportStatus.RETURNED)
            ),
            is_late=today > each.answer_by,
        )
        for each in agency_rounds
    ]
    return [to_do for to_do in to_dos if to_do.missing or to_do.returned]


def _with_unrequired_returns(to_dos):
    """Add returned declarations and reports on work outside the plan."""
    by_key = {(to_do.agency, to_do.period): to_do for to_do in to_dos}
    for name, updates in (
        ("commitment", CommitmentUpdate.objects.all()),
        ("activity", ActivityUpdate.objects.filter(activity__is_in_plan=False)),
    ):
        rows = updates.filter(period__is_demonstration=False).select_related(
            name, "agency", "period__plan"
        )
        for update, answer in _returned_answers(rows):
            agency, period = update.agency, update.period
            to_do = by_key.get((agency, period)) or AgencyToDo(
                agency, period, period.due_on, period.closes_on, (), (), is_late=False
            )
            by_key[agency, period] = replace(to_do, returned=(*to_do.returned, answer))
    return list(by_key.values())


def _returned_answers(revisions):
    rows = revisions.filter(
        status=RevisionStatus.RETURNED
    ).without_unsubmitted_transcriptions()
    rows = {row.pk: row for row in rows}
    steps = return_steps_of(rows)
    return [
        (row, ReturnedAnswer(row.subject, steps[pk].at, steps[pk].reason))
        for pk, row in rows.items()
    ]


def _focal_points(to_dos, today):
    """
    Yield each focal point, what it is reminded of, and what is copied to it.

    An agency's alternates are reminded only if it has no titular.
    """
    mandates = defaultdict(list)
    users = User.objects.filter(
        is_active=True, is_staff=True, groups__name=Role.FOCAL_POINT
    )
    people = {user.pk: user for user in users.exclude(email="")}
    for mandate in FocalPoint.objects.current(today).filter(user__in=people):
        mandates[mandate.agency_id].append(mandate)
    own, copies = defaultdict(list), defaultdict(list)
    for to_do in to_dos:
        holders = mandates[to_do.agency.pk]
        titulars = [each for each in holders if each.kind == FocalPoint.Kind.TITULAR]
        reminded = {each.user_id for each in titulars or holders}
        for user_id in reminded:
            own[user_id].append(to_do)
        if to_do.is_copied(today):
            for user_id in {each.user_id for each in holders} - reminded:
                copies[user_id].append(to_do)
    for user_id in own.keys() | copies.keys():
        yield people[user_id], own[user_id], copies[user_id]


def _wants_optional_mail(user, today):
    if user.reminders == User.Reminders.WEEKLY:
        return today.weekday() == MONDAY
    return user.reminders == User.Reminders.EACH_REMINDER_DAY


def _is_reminded_today(user, to_dos, today):
    if user.reminders == User.Reminders.WEEKLY:
        return bool(to_dos) and _wants_optional_mail(user, today)
    return any(
        to_do.needs_reminder(today)
        and (
            _wants_optional_mail(user, today)
            or to_do.is_late
            or to_do.is_reminder_day_after_return(today)
        )
        for to_do in to_dos
    )


def write_reminder(mail, today):
    with translation.override(mail.user.language):
        context = {
            "reminder": mail,
            "today": today,
            "desk": settings.SITE_URL + reverse("admin:index"),
            "choice": settings.SITE_URL + reverse("admin:reminders"),
        }
        return {
            "subject": reminder_subject(mail),
            "text": render_to_string("email/reminder.txt", context),
            "html": render_to_string("email/reminder.html", context),
        }


def reminder_subject(mail):
    if mail.to_dos:
        number = mail.due + mail.late + mail.returned
        return _("Reports due: %(number)d") % {"number": number}
    if mail.waiting:
        return _("Waiting for a decision: %(number)d") % {"number": mail.waiting}
    return _("Reports that are late: a copy")


#: The kind of mail that a person sends by a button; automatic mails are "reminder".
BUTTON_REMINDER_KIND = "asked"


def agencies_reminded_today(today):
    midnight = timezone.make_aware(datetime.combine(today, time.min))
    keys = Mail.objects.filter(kind=BUTTON_REMINDER_KIND, created_at__gte=midnight)
    return {int(key.split(":")[1]) for key in keys.values_list("key", flat=True)}


@transaction.atomic
def remind_agency(to_do, *, by, today):
    """
    Mail an agency's focal points what it has to do; return the number of mails.

    For a demonstration round only invented people get a mail. Refused if the agency was
    reminded today, or if it has nobody with a mail address.
    """
    agency = to_do.agency
    if agency.pk in agencies_reminded_today(today):
        raise RefusedError(
            _("%(agency)s was reminded today already.") % {"agency": agency}
        )
    domain = DEMONSTRATION_MAIL_DOMAIN if to_do.period.is_demonstration else ""
    number = sum(
        queue_mail(
            to=person.email,
            language=person.language,
            kind=BUTTON_REMINDER_KIND,
            key=f"{BUTTON_REMINDER_KIND}:{agency.pk}:{today:%Y%m%d}:{person.pk}",
            **write_reminder(ReminderMail(person, [to_do]), today),
        )
        for person in focal_points_of(agency, today).filter(email__endswith=domain)
    )
    if not number:
        raise RefusedError(
            _("%(agency)s has no focal point with an address to write to.")
            % {"agency": agency}
        )
    audit.record_event(
        audit.Event.ROUND_REMINDED,
        actor=by,
        obj=to_do.period,
        agency=agency,
        people=number,
    )
    return number


def prepare_and_release_scorecards(now=None):
    """
    Show scorecards of closed rounds to agencies, publish due ones, and make editions.

    A timer calls this each minute. Returns a line for each round and edition.
    """
    now = now or timezone.now()
    lines = []
    for period in rounds.make_scorecards_ready(now):
        number = _notify_about_scorecard(period, now)
        lines.append(f"{period.plan.code} {period.code}: ready, {number} told")
    for period in rounds.release_scorecards(now):
        lines.append(f"{period.plan.code} {period.code}: public")
    for edition in editions.make_due_editions():
        lines.append(f"{edition.plan.code} {edition.number}: edition")
    return lines


def _notify_about_scorecard(period, now):
    number, today = 0, timezone.localdate(now)
    agencies = [
        each.agency for each in load_agency_rounds([period], today) if each.items
    ]
    for agency in agencies:
        path = reverse("admin:agency_comment", args=[period.pk, agency.slug])
        for person in focal_points_of(agency):
            number += mail_person(
                person,
                "scorecard",
                gettext_lazy("Your agency's scorecard, before it is public"),
                key=f"scorecard:{period.pk}:{now:%Y%m%d%H%M}:{person.pk}:{agency.pk}",
                period=period,
                agency=agency,
                person=person,
                public_from=now + REPLY_WITHIN,
                address=f"{settings.SITE_URL}{path}",
            )
    return number


def own_scorecard(agency, period):
    if not period.scorecards_ready_at:
        return None
    today = timezone.localdate()
    plan_progress = load_plan_progress(period.plan, today, for_agency=agency)
    obligations = obligations_in(plan_progress, [period])
    card = scorecards(agency, obligations, today).get(period)
    return card and {
        "card": card,
        "public_from": period.scorecards_ready_at + REPLY_WITHIN,
        "is_public": period.scorecards_public_at is not None,
    }
