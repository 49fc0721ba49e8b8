"""Open the demonstration round and make its accounts, on the embedded database."""

import json
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from agencies.access import RefusedError, Role
from agencies.models import FocalPoint, User
from strategic_areas import rounds
from strategic_areas.models import Activity, Participation
from strategic_areas.queries.rounds import owed


class Command(BaseCommand):
    help = (
        "Open the demonstration round and create its accounts. Their passwords are "
        "generated here and kept in var/demo-accounts.json."
    )

    @transaction.atomic
    def handle(self, **options):
        try:
            period = rounds.open_demonstration(timezone.localdate())
        except RefusedError as error:
            raise CommandError(str(error)) from error
        path = Path(settings.VAR_DIR) / "demo-accounts.json"
        known = _known_passwords(path)
        accounts = [
            *(
                _account(known, f"demo-{agency.slug}", Role.FOCAL_POINT, agency)
                for agency in _agencies(period)
            ),
            _account(known, "demo-revision", Role.REVIEWER),
            _account(known, "demo-administracion", Role.ADMINISTRATOR),
        ]
        _store(path, accounts)
        self.stdout.write(
            f"{period.name_en} of {period.plan} is open until {period.closes_on}; "
            f"{len(accounts)} accounts."
        )


def _agencies(period):
    """
    The two agencies that have an unfinished one-off activity to show.

    Once chosen they stay the same, whatever is published later. Members of the
    commission are chosen before partners.
    """
    mandates = FocalPoint.objects.filter(user__username__startswith="demo-")
    chosen = [mandate.agency for mandate in mandates.order_by("pk")]
    if len(set(chosen)) >= 2:
        return list(dict.fromkeys(chosen))[:2]
    unfinished = (
        owed(period, kind=Activity.Kind.ONE_OFF)
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
    """The passwords of an earlier run by username: a later run keeps them."""
    if not path.exists():
        return {}
    return {
        entry["username"]: entry["password"] for entry in json.loads(path.read_text())
    }


def _account(known, username, role, agency=None):
    """Create the account if it is missing; return its entry for the file."""
    password = known.get(username) or secrets.token_urlsafe(12)
    user, _created = User.objects.get_or_create(
        username=username, defaults={"is_staff": True, "first_name": "Demostración"}
    )
    if not user.check_password(password):
        user.set_password(password)
        user.save()
    user.groups.set([Group.objects.get(name=role)])
    if agency and not user.mandates.current().filter(agency=agency).exists():
        FocalPoint.objects.create(
            user=user, agency=agency, kind=FocalPoint.Kind.TITULAR
        )
    return {
        "username": username,
        "password": password,
        "role": role,
        "agency": agency.acronym if agency else None,
    }


def _store(path, accounts):
    """Write the file so that only the user who runs the portal can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(accounts, file, indent=2, ensure_ascii=False)
    temporary.chmod(0o600)
    temporary.replace(path)
