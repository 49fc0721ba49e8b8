"""
Health probes, answered before the host is checked.

``/salud/viva``: restart the process? ``/salud/lista``: send visitors to it?
``/salud/tareas``: does the operator have to act?
"""

import logging
import shutil
from datetime import timedelta

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from agencies import tasks
from agencies.mail import Mail
from plan_portal.databases import unreadable_tables
from plan_portal.management.commands.migrate import reason_not_to_migrate
from strategic_areas import triggers
from strategic_areas.datasets import editions
from strategic_areas.models import Edition

logger = logging.getLogger(__name__)

#: Bytes that must be free where the portal writes.
MIN_FREE_BYTES = 2 * 2**30
#: How long a given-up mail or edition is reported; some addresses never work again.
GIVEN_UP_RECENTLY = timedelta(days=3)
#: From when on the edition of a round is missing; a timer makes it within a minute.
EDITION_IS_LATE = timedelta(minutes=15)
NOT_STORED = {"Cache-Control": "no-store"}


class HealthMiddleware(MiddlewareMixin):
    def process_request(self, request):
        if request.path_info == "/salud/viva":
            return plain_response("viva")
        if request.path_info == "/salud/lista":
            reasons = without_database_errors(reasons_not_to_serve)
            words = "no lista" if reasons else "lista"
            text = "\n".join([f"{words} {settings.VERSION}", *reasons])
            return plain_response(text, status=503 if reasons else 200)
        if request.path_info == "/salud/tareas":
            problems = without_database_errors(operating_problems)
            return JsonResponse(
                {"is_well": not problems, "problems": problems},
                status=503 if problems else 200,
                headers=NOT_STORED,
            )
        return None


def without_database_errors(list_problems):
    """Call the function; report a database error as a problem, without its text."""
    try:
        return list_problems()
    except Error:
        # The error may name hosts and accounts, so it is written to the log alone.
        logger.exception("The health check could not use the database")
        return ["the database does not answer"]


def reasons_not_to_serve():
    if unreadable := unreadable_tables(connection):
        return [
            f"the portal's role may not read {unreadable} tables: "
            "deploy/manage --owner grant_application ROLE"
        ]
    applied = MigrationRecorder(connection).applied_migrations()
    if reason := reason_not_to_migrate(applied):
        return [reason]
    executor = MigrationExecutor(connection)
    if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return [f"unapplied migrations: {len(plan)}"]
    return [f"missing trigger: {name}" for name in triggers.missing()]


def operating_problems():
    now = timezone.now()
    found = tasks.overdue_tasks(now)
    for name in ("VAR_DIR", "BACKUP_FOLDER", "FILE_STORE_FOLDER"):
        folder = getattr(settings, name)
        if folder and shutil.disk_usage(folder).free < MIN_FREE_BYTES:
            found.append(f"less than 2 GB are free on the disk of {name}")
    recently = now - GIVEN_UP_RECENTLY
    if given_up := Mail.objects.filter(given_up_at__gt=recently).count():
        found.append(f"mails given up in the last three days: {given_up}")
    # A missing edition is tried until the scorecards are public. After that somebody
    # may correct the round's last day, so any edition made since it closed counts.
    ready_on = OuterRef("scorecards_ready_at__date")
    made_since = Edition.objects.filter(period=OuterRef("pk"), made_on__gte=ready_on)
    missing = editions.rounds_without_edition().filter(
        Q(scorecards_public_at=None)
        | Q(~Exists(made_since), scorecards_public_at__gt=recently),
        scorecards_ready_at__lt=now - EDITION_IS_LATE,
    )
    found += [f"no edition of round {each.code} of {each.plan}" for each in missing]
    return found


def plain_response(text, status=200):
    return HttpResponse(
        f"{text}\n",
        status=status,
        content_type="text/plain; charset=utf-8",
        headers=NOT_STORED,
    )
