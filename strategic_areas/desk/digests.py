"""What one person is told in a reminder, and in which words."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agencies.models import Agency, User
from strategic_areas import schedule
from strategic_areas.models import Activity, Commitment, ReportingPeriod


@dataclass(frozen=True)
class Returned:
    """An activity or a commitment whose report came back, why and when."""

    subject: Activity | Commitment
    reason: str
    at: datetime

    @property
    def on(self):
        """The day in Santo Domingo."""
        return timezone.localdate(self.at)


@dataclass(frozen=True)
class Part:
    """What one agency has to do in one round."""

    agency: Agency
    period: ReportingPeriod
    answer_by: date
    accepted_until: date
    missing: tuple[Activity, ...]
    returned: tuple[Returned, ...]
    is_late: bool

    @property
    def url(self):
        """The sheet, from outside."""
        path = reverse("admin:sheet", args=[self.period.pk, self.agency.slug])
        return settings.SITE_URL + path

    def is_due_today(self, today):
        """Whether somebody is reminded of it today."""
        asked = self.missing and schedule.is_reminder_day(self.answer_by, today)
        return bool(asked) or self.is_day_to_mend(today)

    def is_day_to_mend(self, today):
        return any(schedule.is_day_to_mend(each.on, today) for each in self.returned)

    def is_copied(self, today):
        weekly = self.missing and schedule.is_reminder_day(self.answer_by, today)
        return bool(weekly) and schedule.is_copied(self.answer_by, today)


@dataclass
class Digest:
    """All that one person is told today."""

    user: User
    parts: list[Part] = field(default_factory=list)
    copies: list[Part] = field(default_factory=list)
    waiting: int = 0
    oldest: date | None = None

    @property
    def due(self):
        return sum(len(part.missing) for part in self.parts if not part.is_late)

    @property
    def late(self):
        return sum(len(part.missing) for part in self.parts if part.is_late)

    @property
    def returned(self):
        return sum(len(part.returned) for part in self.parts)

    def __str__(self):
        said = (
            f"{self.user.username}: {self.due} due, {self.late} late, "
            f"{self.returned} returned, {self.waiting} wait for review"
        )
        return f"{said}, {len(self.copies)} copied" if self.copies else said


def write(digest, today):
    """Subject, text and HTML of a digest, in the person's language."""
    with translation.override(digest.user.language):
        context = {
            "digest": digest,
            "today": today,
            "desk": settings.SITE_URL + reverse("admin:index"),
            "choice": settings.SITE_URL + reverse("admin:reminders"),
        }
        return {
            "subject": _subject(digest),
            "text": render_to_string("email/reminder.txt", context),
            "html": render_to_string("email/reminder.html", context),
        }


def _subject(digest):
    if digest.parts:
        number = digest.due + digest.late + digest.returned
        return _("Reports to hand in: %(number)d") % {"number": number}
    if digest.waiting:
        return _("Reports waiting for review: %(number)d") % {"number": digest.waiting}
    return _("Reports that are late: a copy")
