"""
What is landed stays usable: a portal of an earlier version, migrated to this one.

tests/stored/README.md tells what is in it.
"""

import io
import json
import shutil
import tarfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from unittest import mock

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.contrib.auth import management
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from agencies import audit
from agencies.accounts.second_factors import FactorReset
from agencies.models import User
from plan_portal import environment, roles
from strategic_areas import models, triggers, workflow
from strategic_areas.datasets import editions
from strategic_areas.disclosure import MARKER
from strategic_areas.public_paths import public_path
from tests import make, public_site
from tests.crawling import COMPANIONS
from tests.deep import DEEP, drawn
from tests.make.people import sign_in, totp_code
from tests.migrating import Linter, written_down

pytestmark = pytest.mark.both_databases

ROOT = Path(__file__).resolve().parent.parent
#: Not long after it was stored: its rounds are open.
THEN = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)
#: What each person of it typed into the app that shows codes.
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

OURS = ("agencies", "strategic_areas")
#: Each migration → the SHA-256 of its file. No file that has landed is edited.
LANDED = {
    "agencies/migrations/0001_initial.py": (
        "cfcf751fa7f8fd787ece8b4d461db56b04821849e621e4d532864e2371110455"
    ),
    "agencies/migrations/0002_label_reminders_of_due_dates.py": (
        "3c9ee9cc9d0b8704cea8c096b6060449534521a85411f594bd3f3230ca301904"
    ),
    "strategic_areas/migrations/0001_initial.py": (
        "fad9660139142e8b27e7d02af02452259452fbb2a6333f38f12ddad27a82732f"
    ),
    "strategic_areas/migrations/0002_name_drafted_values.py": (
        "c37d01edc1a24f9601f3fdffa94fca168c396a0c640ade77fc7c35cf59255e23"
    ),
    "strategic_areas/migrations/0003_name_figure_status.py": (
        "111962bdaab0598dd5ae5777e6e462d48b478ff7231b9c505e4660261fed98b7"
    ),
    "strategic_areas/migrations/0004_name_secretariat_texts.py": (
        "f9410c5ae24444ff1973aa86a379a6a47080e2590269275139badce7d2abfaae"
    ),
    "strategic_areas/migrations/0005_name_declaration_of_edition_rows.py": (
        "11be8863572e02a24d8d5a946ec4fd1fd3fb1141d5ea8ef811c3325ef5f542b7"
    ),
    "strategic_areas/migrations/0006_name_fields_of_editions.py": (
        "82bb9ce5eff6906de75cf32d941a787aeeeb83c454f1f49cdcaa5035c37abeb6"
    ),
}
#: Later migrations that the linter refuses and that may run all the same → the reason.
ACCEPTED = {}
#: A whole drill, from backing up to a portal that is whole.
MOST_SECONDS = 60
#: Tables that each migration fills: Django's own, and SQLite's statistics.
FILLED_BY_MIGRATING = {
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "sqlite_stat1",
}


@dataclass(frozen=True)
class Migrated:
    """What the stored portal was like before it was migrated, and what was refused."""

    head: str
    rows: dict
    refused: list


@pytest.fixture(scope="module")
def migrated(django_db_setup, django_db_blocker):
    """The stored portal in the place of the tests' own database, migrated."""
    tests_own, folder = connection.settings_dict["NAME"], settings.VAR_DIR / "stored"
    with tarfile.open(ROOT / f"tests/stored/{connection.vendor}.tar.xz") as packed:
        packed.extractall(folder, filter="data")
    shutil.copytree(
        folder / "evidence", settings.VAR_DIR / "evidence", dirs_exist_ok=True
    )
    with django_db_blocker.unblock():
        put_in_place(folder)
        head, rows, linter = (folder / "audit-head").read_text(), count_rows(), Linter()
        with written_down() as linter.statements:
            call_command("migrate", verbosity=0)
        yield Migrated(head, rows, refused(linter))
        stored = connection.settings_dict["NAME"]
        connect_to(tests_own)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{stored}"')
    for path in (folder / "evidence").iterdir():
        (settings.VAR_DIR / "evidence" / path.name).unlink()
    shutil.rmtree(folder)


def put_in_place(folder):
    if connection.vendor == "sqlite":
        connect_to(folder / "portal.sqlite3")
        return
    name = f"stored_{connection.settings_dict['NAME']}"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
    connect_to(name)
    with connection.cursor() as cursor:
        cursor.execute((folder / "portal.sql").read_text(encoding="utf-8"))
    connect_to(name)  # what the dump sets holds for its connection alone


def connect_to(name):
    """Ask another database from now on; what is remembered of the last one goes."""
    connection.close()
    connection.settings_dict["NAME"] = name
    ContentType.objects.clear_cache()


def count_rows():
    """Table → number of its rows."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        return {table: count(cursor, table) for table in tables}


def count(cursor, table):
    cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608
    return cursor.fetchone()[0]


def refused(linter):
    """Names of our migrations that ran and would break or lock a live table."""
    found = [
        f"{migration.app_label}.{migration.name}"
        for migration in linter.migration_loader.disk_migrations.values()
        if linter.refuses(migration)
    ]
    # The loader knows them in no order.
    return sorted(found)


@pytest.fixture
def portal(migrated, db):
    with time_machine.travel(THEN):
        yield migrated


def test_landed_migrations_are_not_edited():
    files = (path for app in OURS for path in ROOT.glob(f"{app}/migrations/0*.py"))
    found = {str(path.relative_to(ROOT)): path.read_bytes() for path in files}

    assert {path: sha256(text).hexdigest() for path, text in found.items()} == LANDED


@pytest.mark.postgresql
def test_no_later_migration_breaks_a_table_in_use(portal):
    assert portal.refused == sorted(ACCEPTED)


def test_every_row_is_kept(portal):
    now = count_rows()

    kept = {table: now[table] for table in portal.rows.keys() - FILLED_BY_MIGRATING}

    assert kept == {table: portal.rows[table] for table in kept}


def test_every_model_finds_its_columns(portal):
    rows = count_rows()

    found = {
        model._meta.db_table: len(model._base_manager.values())
        for model in apps.get_models()
    }

    assert found == {table: rows[table] for table in found}


def test_each_role_may_what_it_may_on_a_new_portal(portal):
    """And no permission of a model that was renamed is left."""
    of_groups = Group.permissions.through.objects.values_list(
        "group__name", "permission__content_type__app_label", "permission__codename"
    )

    assert {
        (each.content_type.model_class(), each.codename)
        for each in Permission.objects.select_related("content_type")
    } == {
        (model, codename)
        for model in apps.get_models()
        for codename, _name in management._get_all_permissions(model._meta)
    }
    assert sorted(of_groups) == sorted(
        (role, *each) for role in roles.PERMISSIONS for each in roles.codenames(role)
    )


def test_the_audit_record_is_whole_and_every_trigger_in_place(portal):
    call_command("verify_audit", "--expect", portal.head)

    assert triggers.missing() == []


# On PostgreSQL the test of what was backed up reads a page of each kind.
@pytest.mark.sqlite
def test_a_public_page_of_each_kind_is_read(portal, client):
    every = {name: spanish for name, spanish, _english in public_site.instances()}
    beside = drawn(sorted(COMPANIONS & every.keys()), 8)
    pages = {name: every[name] for name in every.keys() - COMPANIONS | {*beside}}

    answers = {name: client.get(path) for name, path in pages.items()}

    # No value is published, and so none drawn, until its file is loaded next.
    found = {name: answer.status_code for name, answer in answers.items()}
    assert found == {
        name: 404 if name == "indicator_drawing" else 200 for name in pages
    }
    hidden = public_site.HIDDEN.encode()
    assert [name for name in pages if hidden in b"".join(answers[name])] == []


#: Username → addresses of what such a person works with, and the arguments of each.
WORK = {
    "focal": {
        "index attributions": list,
        "sheet sheet_check workbook": lambda: [open_round().pk, "rectora"],
        "sheet_propose": lambda: [open_round().pk, "rectora"],
        "receipt": lambda: [models.Submission.objects.get().pk],
        "strategic_areas_activityupdate_history": lambda: [a_report("returned").pk],
    },
    "reviewer": {
        "index letters purges rounds strategic_areas_pendingchange_changelist": list,
        "review": lambda: ["avance", a_report("submitted").pk],
        "approval": lambda: [waiting_changes()[0].pk],
        "proposal": lambda: [models.ActivityProposal.objects.first().pk],
        "letter": lambda: [models.Letter.objects.first().pk],
        "purge": lambda: [models.Purge.objects.get(status="pending").pk],
        "round": lambda: [open_round().pk],
        "strategic_areas_activityupdate_history": lambda: [a_report("withdrawn").pk],
    },
    "administrator": {
        "index access_review agencies_agency_changelist agencies_user_changelist": list,
        "agencies_auditentry_changelist agencies_invitation_changelist": list,
        "agencies_mail_changelist": list,
        "agencies_factorreset_change": lambda: [FactorReset.objects.earliest("pk").pk],
    },
}


def open_round():
    return models.Submission.objects.get().period


def a_report(status):
    return models.ActivityUpdate.objects.filter(status=status).first()


def waiting_changes():
    return models.PendingChange.objects.filter(status="pending").order_by("pk")


@pytest.mark.sqlite
@pytest.mark.parametrize("username", WORK)
def test_staff_sign_in_with_their_stored_factor_and_work(username, portal, client):
    sign_in(client, username)
    client.post(reverse("mfa_authenticate"), {"code": totp_code(SECRET)})

    statuses = {
        name: client.get(reverse(f"admin:{name}", args=arguments())).status_code
        for names, arguments in WORK[username].items()
        for name in names.split()
    }

    assert statuses == dict.fromkeys(statuses, 200)


def test_stored_recovery_codes_are_opened(portal):
    stored = Authenticator.objects.filter(
        user__in=User.objects.filter(username__in=WORK), type="recovery_codes"
    )

    assert [len(codes.wrap().get_unused_codes()) for codes in stored] == [10] * 3


def test_a_file_of_evidence_is_read(portal, client):
    token = models.Evidence.objects.exclude(file="").filter(is_public=True).get().token

    response = client.get(public_path("evidence", token, language="es"))

    assert b"".join(response).startswith(b"%PDF")


def test_what_waited_is_decided(portal):
    changes = list(waiting_changes())
    reviewer = make.reviewer(username="colleague")

    for change in changes:
        workflow.approve(change, by=reviewer)

    assert len(changes) > 3
    assert list(waiting_changes()) == []


# --- its backup, restored elsewhere


@dataclass(frozen=True)
class Restored:
    """What a portal says that was restored from a backup of the migrated one."""

    said: str
    rows: tuple
    head: str
    purged: tuple
    purged_file: str
    files: set
    editions: tuple
    seconds: float


def contents():
    """What each edition tells, packed."""
    rows = models.EditionRows.objects.order_by("pk").values_list("dataset", "content")
    return [(dataset, bytes(content)) for dataset, content in rows]


@pytest.fixture(scope="module")
def restored(migrated, django_db_blocker, tmp_path_factory):
    """The drill: back up, lose everything, restore; one text was purged meanwhile."""
    folder, var = (tmp_path_factory.mktemp(name) for name in ("backups", "var"))
    with django_db_blocker.unblock():
        # The head of the audit record is compared below.
        with mock.patch.object(editions.audit, "record_event"):
            editions.make_edition(models.Plan.objects.public().first())
        before, told = kept_rows(), contents()
        begun = time.monotonic()
        call_command("back_up", folder, verbosity=0)
        update = (
            models.ActivityUpdate.objects.exclude(narrative_es="")
            .order_by("pk")
            .first()
        )
        file = models.Evidence.objects.exclude(file="").order_by("pk").first()
        (folder / "purged.jsonl").unlink()
        note_purged(folder, update, "narrative_es")
        note_purged(folder, file, "original_name")
        own = connection.settings_dict["NAME"]
        connect_to(empty_database(var))
        try:
            with override_settings(
                VAR_DIR=var,
                STATIC_ROOT=var / "static",
                # In the long form static files are compressed, as on a server.
                STORAGES=environment.storages(var, compresses_static=DEEP),
            ):
                [backup] = folder.glob("plan-portal-*.tar.gz")
                said = io.StringIO()
                call_command("restore", backup, stdout=said)
                text = models.ActivityUpdate.objects.get(pk=update.pk).narrative_es
                found = Restored(
                    said.getvalue(),
                    (before, kept_rows()),
                    audit.verify_chain().head,
                    (text, models.Evidence.objects.get(pk=file.pk).file.name),
                    file.file.name,
                    {path.name for path in (var / "evidence").iterdir()},
                    (told, contents()),
                    time.monotonic() - begun,
                )
        finally:
            gone = connection.settings_dict["NAME"]
            connect_to(own)
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f'DROP DATABASE IF EXISTS "{gone}"')
    return found


def kept_rows():
    """Table → number of its rows, but of what starts anew, as sessions and counters."""
    ended = {"django_session", "usersessions_usersession", "shared_cache"}
    ended |= {"sqlite_stat1"}
    return {table: n for table, n in count_rows().items() if table not in ended}


def note_purged(folder, record, field):
    """Note beside the backups that this place was purged a moment ago."""
    at, model = timezone.now().isoformat(), record._meta.label_lower
    with (folder / "purged.jsonl").open("a", encoding="utf-8") as file:
        place = {"at": at, "model": model, "row": record.pk, "field": field}
        file.write(json.dumps(place) + "\n")


def empty_database(folder):
    """The name of a new database without tables."""
    if connection.vendor == "sqlite":
        return folder / "portal.sqlite3"
    name = f"restored_{connection.settings_dict['NAME']}"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
    return name


@pytest.mark.usefixtures("db")
def test_a_backup_comes_back_without_what_was_purged(migrated, restored):
    assert "; 2 fields that were purged since are blank;" in restored.said
    before, now = restored.rows
    assert now == before
    assert restored.head == migrated.head
    assert restored.purged == (MARKER, "")
    assert restored.purged_file not in restored.files
    assert restored.files
    told, tells = restored.editions
    assert tells == told != []
    assert restored.seconds < MOST_SECONDS
