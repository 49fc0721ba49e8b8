"""
Two addresses for health probes: is the process alive, and is it ready?

They are answered before anything looks at the host: a probe from inside the machine
needs neither TLS nor the portal's name. ``/salud/viva`` tells whether to restart the
process, ``/salud/lista`` whether to send people to it.
"""

import logging

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse
from django.utils import timezone

from agencies import tasks
from plan_portal.databases import unreadable_tables
from strategic_areas import triggers

logger = logging.getLogger(__name__)


class HealthMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path_info == "/salud/viva":
            return plain_answer("viva")
        if request.path_info == "/salud/lista":
            return readiness()
        return self.get_response(request)


def readiness():
    """
    200, or 503 with the reasons in words.

    Overdue tasks are named, and are no reason.
    """
    late = []
    try:
        reasons = reasons_not_to_serve()
        if not reasons:
            late = tasks.overdue(timezone.now())
    except Error:
        # The error may name hosts and accounts, so it is written to the log alone.
        logger.exception("The readiness check could not use the database")
        reasons = ["the database does not answer"]
    if reasons:
        return plain_answer("\n".join(["no lista", *reasons]), status=503)
    return plain_answer("\n".join(["lista", *late]))


def reasons_not_to_serve():
    if unreadable := unreadable_tables(connection):
        return [
            f"the portal's role may not read {unreadable} tables: "
            "deploy/manage --owner grant_application ROLE"
        ]
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        return [f"unapplied migrations: {len(plan)}"]
    return [f"missing trigger: {name}" for name in triggers.missing()]


def plain_answer(text, status=200):
    return HttpResponse(
        f"{text}\n",
        status=status,
        content_type="text/plain; charset=utf-8",
        headers={"Cache-Control": "no-store"},
    )
