"""Opens the demonstration round and creates its accounts, on the embedded database."""

import json
import os
import secrets
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from agencies.access import RefusedError, Role
from agencies.mail import DEMONSTRATION_MAIL_DOMAIN
from agencies.models import FocalPoint, User
from strategic_areas import rounds
from strategic_areas.desk.rounds import notices
from strategic_areas.models import Activity, Participation
from strategic_areas.queries.rounds import load_agency_rounds, owed_activities

#: User name, agency and role: two of each, since many steps need a second person.
REVIEWERS_AND_ADMINISTRATORS = [
    ("demo-revision", None, Role.REVIEWER),
    ("demo-revision-2", None, Role.REVIEWER),
    ("demo-administracion", None, Role.ADMINISTRATOR),
    ("demo-administracion-2", None, Role.ADMINISTRATOR),
]
NAMES = [
    ("Prudencia", "Ejemplo"),
    ("Casimiro", "Muestra"),
    ("Remedios", "Ensayo"),
    ("Fulgencio", "Supuesto"),
    ("Consuelo", "Modelo"),
    ("Inocencio", "Prueba"),
]


class Command(BaseCommand):
    help = (
        "Open the demonstration round and create its accounts. Their passwords are "
        "generated here and kept in var/demo-accounts.json."
    )

    @transaction.atomic
    def handle(self, **options):
        today = timezone.localdate()
        try:
            period = rounds.open_demonstration(today)
        except RefusedError as error:
            raise CommandError(str(error)) from error
        if period is None:
            self.stdout.write("no plan is a reconstruction, so there is none")
            return
        path = Path(settings.VAR_DIR) / "demo-accounts.json"
        known = _known_passwords(path)
        focal_points = [(*each, Role.FOCAL_POINT) for each in _focal_points(period)]
        people = zip(NAMES, [*focal_points, *REVIEWERS_AND_ADMINISTRATORS], strict=True)
        accounts = [_account(known, *name, *person) for name, person in people]
        accounts = [each for each in accounts if each]
        _store_accounts(path, accounts)
        # These reminders are shown on pages and never sent.
        for to_do in notices.agency_to_dos(load_agency_rounds([period], today), today):
            with suppress(RefusedError):
                notices.remind_agency(to_do, by=None, today=today)
        self.stdout.write(
            f"{period.name_en} of {period.plan} is open until {period.closes_on}; "
            f"{len(accounts)} accounts."
        )


def _focal_points(period):
    """
    Pairs of a user name and an agency with unfinished work.

    The choice does not change later. Members of the commission come before partners.
    """
    mandates = FocalPoint.objects.filter(user__username__startswith="demo-")
    chosen = {}
    for mandate in mandates.select_related("user", "agency").order_by("pk"):
        chosen.setdefault(mandate.agency, mandate.user.username)
    if len(chosen) < 2:
        chosen = {agency: f"demo-{agency.slug}" for agency in _agencies(period)}
    return [(username, agency) for agency, username in chosen.items()][:2]


def _agencies(period):
    unfinished = (
        owed_activities(period, kind=Activity.Kind.ONE_OFF)
        .order_by("sort_code")
        .select_related("agency")
    )
    partners = set(
        Participation.objects.filter(
            plan=period.plan, role=Participation.Role.PARTNER
        ).values_list("agency", flat=True)
    )
    by_rank = sorted(unfinished, key=lambda activity: activity.agency_id in partners)
    agencies = list(dict.fromkeys(activity.agency for activity in by_rank))
    if len(agencies) < 2:
        raise CommandError(
            "Fewer than two agencies have unfinished one-off activities."
        )
    return agencies[:2]


def _known_passwords(path):
    if not path.exists():
        return {}
    return {
        entry["username"]: entry["password"] for entry in json.loads(path.read_text())
    }


def _account(known, first, last, username, agency, role):
    """
    Create a missing account; return its entry for the file of passwords.

    A closed account has no entry; a mandate that was handed over is not given again.
    """
    password = known.get(username) or secrets.token_urlsafe(12)
    user, _created = User.objects.get_or_create(
        username=username,
        defaults={
            "is_staff": True,
            "first_name": first,
            "last_name": last,
            "email": f"{first}.{last}{DEMONSTRATION_MAIL_DOMAIN}".lower(),
        },
    )
    if not user.is_active:
        return None
    if not user.check_password(password):
        user.set_password(password)
        user.save()
    user.groups.set([Group.objects.get(name=role)])
    if agency and not user.mandates.exists():
        FocalPoint.objects.create(
            user=user, agency=agency, kind=FocalPoint.Kind.TITULAR
        )
    mandates = user.mandates.current().select_related("agency").order_by("pk")
    return {
        "username": username,
        "password": password,
        "role": role,
        "agency": ", ".join(each.agency.acronym for each in mandates) or None,
    }


def _store_accounts(path, accounts):
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(accounts, file, indent=2, ensure_ascii=False)
    temporary.chmod(0o600)
    temporary.replace(path)
