"""Scorecards of closed rounds: each agency reads its own first, and can reply."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agencies.mail import queue_mail
from agencies.models import User
from strategic_areas import rounds
from strategic_areas.discipline import REPLY_WITHIN, Scorecard
from strategic_areas.queries.plan import board
from strategic_areas.queries.rounds import asked_in, cells, scorecards


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
        mandates = agency.focal_points.current()
        people = User.objects.filter(is_active=True, mandates__in=mandates)
        for person in people.exclude(email="").distinct():
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
