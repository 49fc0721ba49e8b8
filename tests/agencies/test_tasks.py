"""A task runs once, however many machines have its timer."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from agencies import tasks


@pytest.mark.parametrize(
    ("name", "now", "due"),
    [
        ("backup", "2026-12-24 07:00", "2026-12-24 06:30"),
        ("backup", "2026-12-24 06:30", "2026-12-24 06:30"),
        ("backup", "2026-12-24 06:29", "2026-12-23 06:30"),
        ("access", "2027-01-01 04:10", "2027-01-01 04:10"),
        ("access", "2027-01-01 04:09", "2026-12-01 04:10"),
        ("access", "2027-01-31 12:00", "2027-01-01 04:10"),
        ("mail", "2026-12-24 07:00", "2026-12-24 07:00"),
    ],
)
def test_a_task_was_last_due_at_the_hour_of_santo_domingo(name, now, due):
    now, due = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (now, due))

    assert tasks.all_tasks()[name].last_due(now) == due


def test_each_task_is_of_each_minute_or_of_a_readable_hour():
    assert {
        name: bool(tasks.CALENDAR.fullmatch(task.when))
        for name, task in tasks.all_tasks().items()
    } == {name: task.when != "minutely" for name, task in tasks.all_tasks().items()}


@pytest.mark.django_db
def test_a_task_runs_again_only_when_it_is_due_again(monkeypatch, capsys):
    ran = []
    monkeypatch.setattr(tasks, "call_command", lambda *_, **__: ran.append(1))

    for _machine in range(2):
        call_command("run_task", "audit")
    said = capsys.readouterr().out
    at_once = len(ran)
    tasks.TaskRun.objects.update(ended_at=timezone.now() - timedelta(days=1))
    call_command("run_task", "audit")

    assert (at_once, len(ran)) == (1, 2)
    assert said == "audit runs elsewhere, or ran since it was due\n"


@pytest.mark.postgresql
@pytest.mark.django_db
def test_a_task_does_not_run_while_another_machine_runs_it(monkeypatch):
    ran = []
    monkeypatch.setattr(tasks, "call_command", lambda *_, **__: ran.append(1))
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory", None)

    with closing(psycopg2.connect(**parameters)) as other, other.cursor() as cursor:
        key = "hashtextextended('task:mail', 0)"
        cursor.execute(f"SELECT pg_advisory_lock({key})")
        meanwhile = tasks.execute_task(tasks.all_tasks()["mail"])
        cursor.execute(f"SELECT pg_advisory_unlock({key})")
    after = tasks.execute_task(tasks.all_tasks()["mail"])

    assert (meanwhile, after, ran) == (False, True, [1])


@pytest.mark.postgresql
@pytest.mark.django_db
def test_postgresql_soon_ends_a_vanished_machines_session():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source FROM pg_settings WHERE name LIKE 'tcp_keepalives%'"
        )
        assert cursor.fetchall() == [("client",)] * 3
