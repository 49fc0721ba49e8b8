"""A trial on SQLite goes on on PostgreSQL, with every row."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from io import StringIO

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction

from agencies import audit
from agencies.models import User
from plan_portal.management.commands.copy_from_sqlite import TRIAL
from strategic_areas import triggers
from strategic_areas.models import Plan
from tests import make

pytestmark = pytest.mark.django_db
STORED = settings.BASE_DIR / "tests/stored/sqlite.tar.xz"


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """The folder of a stored portal on SQLite, of this version, with an edition."""
    folder = tmp_path_factory.mktemp("trial")
    with tarfile.open(STORED) as packed:
        packed.extractall(folder, filter="data")
    own = {"DEBUG": "true", "SHIPPED_PLANS": "false", "VAR_DIR": str(folder)}
    subprocess.run(
        [sys.executable, "manage.py", "prepare_portal", "--verbosity=0"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], **own},
        check=True,
    )
    return folder


@pytest.fixture
def trial(stored, tmp_path):
    """A copy of its database that a test may change."""
    configured = connections.settings
    yield shutil.copy(stored / "portal.sqlite3", tmp_path)
    if TRIAL in connections.settings:
        connections[TRIAL].close()
        del connections[TRIAL]
    connections.settings = configured
    ContentType.objects.clear_cache()


def copy(file):
    said = StringIO()
    call_command("copy_from_sqlite", str(file), stdout=said)
    return said.getvalue()


def change(file, statement):
    with closing(sqlite3.connect(file)) as database, database:
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute(statement)


@pytest.mark.postgresql
def test_every_row_is_copied_and_the_portal_goes_on(trial):
    query = "SELECT narrative_es FROM strategic_areas_activityupdate"
    of_editions = "SELECT random FROM strategic_areas_edition ORDER BY id"
    head_query = "SELECT seq || ':' || hash FROM agencies_audithead"
    with closing(sqlite3.connect(trial)) as database:
        texts = sorted(text for (text,) in database.execute(query))
        bits = [bits for (bits,) in database.execute(of_editions)]
        [[head]] = database.execute(head_query)
    assert bits

    assert copy(trial).endswith(f"rows are the same; audit record {head}\n")

    with connection.cursor() as cursor:
        cursor.execute(query)
        assert sorted(text for (text,) in cursor) == texts
        cursor.execute(of_editions)
        assert [bytes(bits) for (bits,) in cursor] == bits
    assert triggers.missing() == []
    with pytest.raises(IntegrityError), transaction.atomic():
        audit.AuditEntry.objects.filter(seq=1).delete()
    newest = User.objects.latest("pk")
    assert make.reviewer(username="after the trial").pk > newest.pk
    with pytest.raises(CommandError, match="The database is not empty"):
        copy(trial)


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE agencies_user SET first_name = hex(zeroblob(80))",
            "The trial cannot be copied: value too long",
        ),
        (
            "UPDATE agencies_auditentry SET facts = '{}' WHERE seq = 3",
            "The audit record is broken: ",
        ),
        (
            "UPDATE agencies_focalpoint SET user_id = 999999",
            "The trial cannot be copied: .*violates foreign key",
        ),
        (
            "DELETE FROM django_migrations WHERE app = 'sessions'",
            "The trial is of another version",
        ),
    ],
)
def test_a_trial_that_is_not_whole_leaves_the_database_empty(trial, statement, said):
    change(trial, statement)

    with pytest.raises(CommandError, match=said):
        copy(trial)

    assert not User.objects.exists()
    assert not Plan.objects.exists()
    assert triggers.missing() == []


@pytest.mark.postgresql
def test_a_row_that_is_not_the_same_there_is_refused(trial):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.other() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN NEW.acronym = 'OTHER' || NEW.id; RETURN NEW; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER other BEFORE INSERT ON agencies_agency "
            "FOR EACH ROW EXECUTE FUNCTION pg_temp.other()"
        )

    with pytest.raises(CommandError, match=r"agencies_agency, row 1: not the same"):
        copy(trial)


@pytest.mark.postgresql
def test_a_file_that_is_no_database_is_refused(trial):
    with open(trial, "wb") as file:
        file.write(b"no database" * 1000)

    with pytest.raises(CommandError, match="file is not a database"):
        copy(trial)


@pytest.mark.sqlite
def test_the_target_is_on_postgresql(tmp_path):
    with pytest.raises(CommandError, match="names no database on PostgreSQL"):
        copy(tmp_path / "portal.sqlite3")
