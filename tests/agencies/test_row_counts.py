"""SQLite knows how many rows its tables hold: it counts when the portal tells it."""

import io

import pytest
from django.core.management import call_command
from django.db import connection

from agencies import mail
from plan_portal.management.commands import serve_portal
from strategic_areas.desk.rounds import notices
from tests import make
from tests.strategic_areas.plans import small, write

pytestmark = pytest.mark.django_db


def counted():
    """The tables that SQLite has counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'")
        if cursor.fetchone() is None:
            return set()
        cursor.execute("SELECT tbl FROM sqlite_stat1")
        return {name for (name,) in cursor}


@pytest.fixture(autouse=True)
def uncounted():
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("DELETE FROM sqlite_stat1")
    make.user()


@pytest.mark.parametrize("command", ["migrate", "forget_old_data"])
def test_it_counts_after_a_migration_and_each_night(command):
    call_command(command, stdout=io.StringIO(), verbosity=0)

    assert "agencies_user" in counted()


def test_it_counts_after_a_plan_was_loaded(tmp_path):
    call_command("load_plan", str(write(tmp_path, small())), stdout=io.StringIO())

    assert "strategic_areas_activity" in counted()


def test_a_trial_counts_nothing(tmp_path):
    call_command(
        "load_plan", str(write(tmp_path, small())), "--dry-run", stdout=io.StringIO()
    )
    call_command("forget_old_data", "--dry-run", stdout=io.StringIO())

    assert counted() == set()


def test_a_portal_on_ones_own_machine_counts_while_it_runs(monkeypatch):
    monkeypatch.setattr(notices, "prepare_and_release_scorecards", lambda: None)
    monkeypatch.setattr(mail, "send_queue", lambda: None)

    serve_portal.run_timers()

    assert "agencies_user" in counted()
