import shutil

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from agencies import tasks
from agencies.mail import Mail
from plan_portal import health
from strategic_areas import triggers
from strategic_areas.datasets import editions
from strategic_areas.desk.rounds.notices import prepare_and_release_scorecards
from tests import make

pytestmark = pytest.mark.both_databases

PROBE = {"host": "10.0.0.7:8000"}


def test_the_living_process_says_so_without_a_database(client):
    response = client.get("/salud/viva", headers=PROBE)

    assert (response.status_code, response.content) == (200, b"viva\n")


@pytest.mark.django_db
def test_a_portal_that_can_serve_is_ready(client):
    response = client.get("/salud/lista", headers=PROBE)

    assert (response.status_code, response.content) == (
        200,
        f"lista {settings.VERSION}\n".encode(),
    )
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        (["keeps_version"], "missing trigger: keeps_version"),
        ([], "unapplied migrations: 1"),
    ],
)
def test_a_portal_that_lacks_something_is_not_ready(client, monkeypatch, lacking, said):
    monkeypatch.setattr(triggers, "missing", lambda: lacking)
    if not lacking:
        MigrationRecorder.Migration.objects.filter(app="sessions").delete()

    response = client.get("/salud/lista")

    assert (response.status_code, response.content) == (
        503,
        f"no lista {settings.VERSION}\n{said}\n".encode(),
    )


def fail(*arguments, **options):
    raise OperationalError("no route to secret-host")


def test_a_database_that_fails_is_told_without_its_words(client, monkeypatch):
    monkeypatch.setattr(health, "reasons_not_to_serve", fail)
    monkeypatch.setattr(health, "operating_problems", fail)

    ready, tasks_answer = client.get("/salud/lista"), client.get("/salud/tareas")

    assert (ready.status_code, ready.content) == (
        503,
        f"no lista {settings.VERSION}\nthe database does not answer\n".encode(),
    )
    assert (tasks_answer.status_code, tasks_answer.json()["problems"]) == (
        503,
        ["the database does not answer"],
    )


@pytest.fixture
def disk(monkeypatch):
    """A disk whose free bytes can be set: so many that nothing is wrong at first."""

    class Disk:
        free = health.MIN_FREE_BYTES

    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Disk)
    return Disk


def problems(client):
    response = client.get("/salud/tareas", headers=PROBE)
    told = response.json()
    assert response["Cache-Control"] == "no-store"
    assert response.status_code == (200 if told["is_well"] else 503)
    return told["problems"]


@pytest.mark.django_db
def test_without_timers_nothing_is_overdue(client, disk):
    assert problems(client) == []

    call_command("run_task", "mail", verbosity=0)

    assert problems(client) == [
        f"overdue: {name} failed or never ran" for name in list(tasks.all_tasks())[1:]
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("name", tasks.all_tasks())
def test_a_failed_or_late_task_is_named(client, disk, name, monkeypatch):
    now, task = timezone.now(), tasks.all_tasks()[name]
    tasks.TaskRun.objects.bulk_create(
        tasks.TaskRun(name=each, ended_at=now) for each in tasks.all_tasks()
    )
    assert problems(client) == []

    late = now - task.overdue - timezone.timedelta(seconds=1)
    tasks.TaskRun.objects.filter(name=name).update(ended_at=late)
    assert problems(client) == [
        f"overdue: {name} last ended well at {late:%Y-%m-%dT%H:%MZ}"
    ]

    monkeypatch.setattr(tasks, "call_command", fail)
    with pytest.raises(OperationalError):
        call_command("run_task", name)
    assert problems(client) == [f"overdue: {name} failed or never ran"]

    monkeypatch.setattr(tasks, "call_command", lambda *arguments, **options: None)
    call_command("run_task", name)
    assert problems(client) == []


@pytest.mark.django_db
def test_a_short_disk_and_lost_mails_are_problems(client, disk, settings, tmp_path):
    settings.BACKUP_FOLDER = tmp_path
    settings.FILE_STORE_FOLDER = tmp_path
    disk.free = health.MIN_FREE_BYTES - 1
    now = timezone.now()
    for key, age in ("new", timezone.timedelta(0)), ("old", health.GIVEN_UP_RECENTLY):
        Mail.objects.create(key=key, to="a@example.org", given_up_at=now - age)

    assert problems(client) == [
        "less than 2 GB are free on the disk of VAR_DIR",
        "less than 2 GB are free on the disk of BACKUP_FOLDER",
        "less than 2 GB are free on the disk of FILE_STORE_FOLDER",
        "mails given up in the last three days: 1",
    ]


@pytest.mark.django_db
def test_a_round_is_named_whose_edition_fails(client, disk, monkeypatch):
    now, day = timezone.now(), timezone.localdate() - timezone.timedelta(days=1)
    period = make.round(opens_on=day, due_on=day, closes_on=day)
    told, one_day = [], timezone.timedelta(days=1)
    period.closes_on -= one_day
    with time_machine.travel(now - 2 * one_day, tick=False):
        editions.make_edition(period.plan, period=period)
    with monkeypatch.context() as patch:
        patch.setattr(editions, "take_snapshot", fail)
        for hours in (0, 1, 73, 140, 150):
            with time_machine.travel(now + timezone.timedelta(hours=hours), tick=False):
                prepare_and_release_scorecards()
                told.append(problems(client))
    # Later somebody corrects the day on which it closed.
    period.closes_on -= one_day
    editions.make_edition(period.plan, period=period)
    with time_machine.travel(now + timezone.timedelta(hours=140), tick=False):
        told.append(problems(client))
    named = [f"no edition of round {period.code} of {period.plan.code}"]
    assert told == [[], named, named, named, [], []]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/salud/viva", "/salud/lista", "/salud/tareas"])
def test_probes_need_no_secure_transport(client, settings, disk, path):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get(path).status_code == 200
