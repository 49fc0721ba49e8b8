"""
Run in the machine by ``manage.py shell``: opens a round and creates its people.

Uses the shipped plan with the demonstration's round and accounts, which no portal in
production has, since this one is temporary. Prints the input of
tools/rehearsal/visitor.py on one line.
"""

import json
import os
from io import StringIO
from pathlib import Path

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings
from django.urls import reverse
from PIL import Image

from agencies.models import FocalPoint
from plan_portal.management.commands.prepare_portal import plan_files
from strategic_areas import workflow
from strategic_areas.models import Activity, ActivityUpdate, ReportingPeriod
from strategic_areas.queries.rounds import owed_activities

for path in plan_files():
    call_command("load_plan", str(path), stdout=StringIO())
with override_settings(EMBEDDED_DATABASE=True):
    call_command("open_demonstration", stdout=StringIO())
period = ReportingPeriod.objects.get(is_demonstration=True)
accounts = Path(settings.VAR_DIR / "demo-accounts.json")
password = {
    each["username"]: each["password"] for each in json.loads(accounts.read_text())
}
accounts.unlink()
mandate = FocalPoint.objects.filter(user__username__in=password).first()
activity = owed_activities(period, kind=Activity.Kind.ONE_OFF).filter(
    agency=mandate.agency
)[0]
update = ActivityUpdate(
    activity=activity,
    period=period,
    execution="in_progress",
    percent=40,
    narrative_es="Se revisaron los procedimientos.",
)
workflow.create_draft(update, by=mandate.user)
secret = generate_totp_secret()
TOTP.activate(mandate.user, secret)
#: Noise cannot be compressed: some 3 MB.
photo = Image.frombytes("RGB", (2300, 1700), os.urandom(2300 * 1700 * 3))
photo.save("/var/lib/plan-portal/photo.jpg", quality=87)
keys = [period.pk, mandate.agency.slug]
told = {
    "username": mandate.user.username,
    "password": password[mandate.user.username],
    "secret": secret,
    "workbook": reverse("admin:workbook", args=keys),
    "sheet": reverse("admin:sheet", args=keys),
    "attach": reverse("admin:sheet_row_attach", args=[*keys, activity.pk]),
}
print(f"PEOPLE {json.dumps(told)}")  # noqa: T201
