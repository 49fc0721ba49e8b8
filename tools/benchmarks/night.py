"""The nightly task, so that no benchmark measures a database of its first day."""

import io

from django.core.management import call_command
from django.db import connection


def pass_a_night():
    """
    Run the nightly task, which updates SQLite's statistics; PostgreSQL updates its own.
    """
    call_command("forget_old_data", stdout=io.StringIO())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # autovacuum, without waiting for it
