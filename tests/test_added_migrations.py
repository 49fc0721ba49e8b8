"""
Migrations only add: the code of the version before runs on while the new one starts.

What is no longer used is removed a version later. Until then a column that is new takes
rows that do not name it. test_stored_portal.py asks the linter of every migration since
the stored portal; here it is shown what must be refused.
"""

import pytest
from django.db import connection, models
from django.db.migrations import Migration, operations
from django_migration_linter import IgnoreMigration

from tests.migrating import Linter

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


def add(**options):
    field = models.CharField(max_length=9, **options)
    return operations.AddField("taskrun", "host", field)


ADDING = {
    "a column that may be empty": add(null=True),
    "a column that the database fills": add(db_default="", default=""),
    "a table": operations.CreateModel(
        "Host", [("id", models.BigAutoField(primary_key=True))]
    ),
}
BREAKING = {
    "a column that must be named": add(),
    "a column that only the new code fills": add(default=""),
    "a column removed": operations.RemoveField("taskrun", "ended_at"),
    "a column renamed": operations.RenameField("taskrun", "ended_at", "ended"),
    "a column of another type": operations.AlterField(
        "taskrun", "name", models.IntegerField(unique=True)
    ),
    "a table removed": operations.DeleteModel("TaskRun"),
    "a table renamed": operations.RenameModel("TaskRun", "Run"),
    "a new rule of uniqueness": operations.AddConstraint(
        "taskrun", models.UniqueConstraint(fields=["ended_at"], name="one_at_a_time")
    ),
    "a linter that is told to look away": IgnoreMigration(),
}


@pytest.fixture
def linter(monkeypatch):
    """The linter of the other test, asked of migrations that are in no file."""
    linter = Linter()
    [leaf] = linter.migration_loader.graph.leaf_nodes("agencies")
    state = linter.migration_loader.project_state(leaf)

    def refuses(operation):
        migration = Migration("next", "agencies")
        migration.operations = [operation]
        with connection.schema_editor(collect_sql=True) as editor:
            migration.apply(state.clone(), editor, collect_sql=True)
        statements = ["BEGIN;", *editor.collected_sql, "COMMIT;"]
        monkeypatch.setattr(linter, "get_sql", lambda *names: statements)
        monkeypatch.setattr(linter, "get_migration_hash", lambda *names: "")
        return linter.refuses(migration)

    return refuses


def test_what_the_code_before_would_stumble_over_is_refused_and_nothing_else(linter):
    refused = {name for name, each in (ADDING | BREAKING).items() if linter(each)}

    assert refused == BREAKING.keys()
