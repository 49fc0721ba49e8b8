"""A portal from before 1.0 keeps its tables, or is told where to pass first."""

import io
from importlib import import_module

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from plan_portal.management.commands import migrate, prepare_portal

APPS = ("agencies", "strategic_areas")
FIRST = {(app, "0001_initial") for app in APPS}
EARLIER = {
    tuple(each)
    for app in APPS
    for each in import_module(f"{app}.migrations.0001_initial").Migration.replaces
}
LAST = ("strategic_areas", "0050_plain_names")


@pytest.mark.parametrize(
    ("applied", "is_refused"),
    [
        (set(), False),
        (FIRST, False),
        (EARLIER, False),
        (EARLIER | FIRST, False),
        (EARLIER - {LAST}, True),
        ({("strategic_areas", "0001_plan_and_reporting")}, True),
        ({("agencies", "0001_initial"), *EARLIER} - {LAST}, True),
    ],
)
def test_only_whole_chain_or_release_is_migrated(applied, is_refused):
    reason = migrate.reason_not_to_migrate(applied | {("auth", "0001_initial")})

    assert (migrate.COMMIT_BEFORE_1_0 in reason) is is_refused


@pytest.fixture
def record(db):
    """Replace what the database says of its migrations."""

    def replace(applied):
        rows = MigrationRecorder.Migration.objects
        rows.filter(app__in=APPS).delete()
        for app, name in sorted(applied):
            rows.create(app=app, name=name)

    return replace


def test_portal_with_every_earlier_migration_applies_later_ones_alone(record):
    record(EARLIER)

    executor = MigrationExecutor(connection)

    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    assert FIRST.isdisjoint((each.app_label, each.name) for each, _backwards in plan)


@pytest.mark.parametrize("command", ["migrate", "prepare_portal"])
def test_commands_refuse_earlier_portal_before_anything(
    command, record, monkeypatch, settings, tmp_path
):
    record(EARLIER - {LAST})
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(prepare_portal, "call_command", pytest.fail)

    with pytest.raises(CommandError, match=migrate.COMMIT_BEFORE_1_0):
        call_command(command, stdout=io.StringIO())

    assert MigrationRecorder.Migration.objects.filter(app=LAST[0]).count() == 49


def test_readiness_names_the_commit_to_an_earlier_portal(record, client):
    record(EARLIER - {LAST})

    response = client.get("/salud/lista")

    assert response.status_code == 503
    assert migrate.COMMIT_BEFORE_1_0 in response.text
