"""
The mails that agencies get about a round, besides the reminders that a timer sends.

By pressing a button the secretariat reminds an agency that gave no answer. Of a closed
round each agency reads its own scorecard first, and can reply before it is public.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agencies import audit
from agencies.access import RefusedError
from agencies.mail import Mail, focal_points_of, queue_mail
from strategic_areas import rounds
from strategic_areas.desk.rounds.reminders import Digest, write
from strategic_areas.discipline import REPLY_WITHIN, Promptness, Scorecard
from strategic_areas.models import Plan, ReportingPeriod
from strategic_areas.queries.plan import board
from strategic_areas.queries.rounds import asked_in, cells, scorecards

KIND = "asked"


def silent(asked, today):
    """The agencies of a round that gave no answer by its due date, by name."""
    found = (c.agency for c in asked if c.promptness(today) == Promptness.SILENT)
    return sorted(found, key=lambda agency: agency.acronym)


def silent_now(today):
    """Pairs of a round that is late and still open, and its silent agencies."""
    running = ReportingPeriod.objects.rounds().filter(
        plan__in=Plan.objects.public(), due_on__lt=today, closes_on__gte=today
    )
    found = defaultdict(list)
    for cell in cells(running.select_related("plan"), today):
        found[cell.period].append(cell)
    pairs = ((period, silent(asked, today)) for period, asked in found.items())
    return [(period, agencies) for period, agencies in pairs if agencies]


def reminded_today(today):
    """The ids of the agencies that were reminded by a press today."""
    begun = timezone.make_aware(datetime.combine(today, time.min))
    keys = Mail.objects.filter(kind=KIND, created_at__gte=begun)
    return {int(key.split(":")[1]) for key in keys.values_list("key", flat=True)}


@transaction.atomic
def remind(part, *, by, today):
    """
    Mail an agency's focal points what it has to do; return how many are written to.

    Refused where that was done today, or where nobody can be written to.
    """
    agency = part.agency
    if agency.pk in reminded_today(today):
        raise RefusedError(
            _("%(agency)s was reminded today already.") % {"agency": agency}
        )
    number = sum(
        queue_mail(
            to=person.email,
            language=person.language,
            kind=KIND,
            key=f"{KIND}:{agency.pk}:{today:%Y%m%d}:{person.pk}",
            **write(Digest(person, [part]), today),
        )
        for person in focal_points_of(agency, today)
    )
    if not number:
        raise RefusedError(
            _("%(agency)s has no focal point with an address to write to.")
            % {"agency": agency}
        )
    audit.record(
        audit.Event.ROUND_REMINDED,
        actor=by,
        obj=part.period,
        agency=agency,
        people=number,
    )
    return number


@dataclass(frozen=True)
class OwnScorecard:
    """An agency's scorecard as its staff read it, and when it becomes public."""

    card: Scorecard
    public_from: datetime
    is_public: bool


def prepare_and_release(now=None):
    """
    Show agencies the scorecards of closed rounds, and publish those that are due.

    A timer calls it each minute. Returns a line of text for each round handled.
    """
    now = now or timezone.now()
    lines = []
    for period in rounds.make_scorecards_ready(now):
        number = _notify(period, now)
        lines.append(f"{period.plan.code} {period.code}: ready, {number} told")
    for period in rounds.release_scorecards(now):
        lines.append(f"{period.plan.code} {period.code}: public")
    return lines


def _notify(period, now):
    """Mail the focal points of the agencies that the round asked; return how many."""
    number, today = 0, timezone.localdate(now)
    asked = [cell.agency for cell in cells([period], today) if cell.items]
    for agency in asked:
        for person in focal_points_of(agency):
            with translation.override(person.language):
                number += queue_mail(
                    to=person.email,
                    language=person.language,
                    kind="scorecard",
                    key=f"scorecard:{period.pk}:{now:%Y%m%d%H%M}:{person.pk}:{agency.pk}",
                    subject=_("Your institution's scorecard, before it is public"),
                    text=_text(period, agency, person, now),
                )
    return number


def _text(period, agency, person, now):
    path = reverse("admin:agency_comment", args=[period.pk, agency.slug])
    context = {
        "period": period,
        "agency": agency,
        "person": person,
        "public_from": now + REPLY_WITHIN,
        "address": f"{settings.SITE_URL}{path}",
    }
    return render_to_string("email/scorecard.txt", context)


def own_scorecard(agency, period, today):
    """The agency's scorecard of a round, once it is ready; else None."""
    if not period.scorecards_ready_at:
        return None
    standing = board.load(period.plan, today, supporter=agency)
    card = scorecards(agency, asked_in(standing, [period]), today).get(period)
    if card is None:
        return None
    return OwnScorecard(
        card,
        public_from=period.scorecards_ready_at + REPLY_WITHIN,
        is_public=period.scorecards_public_at is not None,
    )
