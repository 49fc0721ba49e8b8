"""Who gave no answer to a round, and the reminder that is sent to one with a press."""

from collections import defaultdict
from datetime import datetime, time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies import audit
from agencies.access import RefusedError
from agencies.mail import Mail, queue_mail
from agencies.models import User
from strategic_areas.desk.rounds.reminders import Digest, write
from strategic_areas.discipline import Promptness
from strategic_areas.models import Plan, ReportingPeriod
from strategic_areas.queries.rounds import cells

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
    mandates = agency.focal_points.current(today)
    people = User.objects.filter(is_active=True, is_staff=True, mandates__in=mandates)
    number = sum(
        queue_mail(
            to=person.email,
            language=person.language,
            kind=KIND,
            key=f"{KIND}:{agency.pk}:{today:%Y%m%d}:{person.pk}",
            **write(Digest(person, [part]), today),
        )
        for person in people.exclude(email="").distinct()
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
