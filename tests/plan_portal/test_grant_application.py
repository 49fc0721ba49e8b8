"""On PostgreSQL the portal may run as a role that owns nothing."""

import re
from io import StringIO

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from agencies import audit
from agencies.audit import Event
from strategic_areas.search import index
from strategic_areas.views.search import documents
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

ROLE = "portal_app_of_tests"


def sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def application():
    """Everything from here on is done as the application's role."""
    sql(f"CREATE ROLE {ROLE}")
    call_command("grant_application", ROLE, stdout=StringIO())
    audit.record_event(Event.SIGN_IN)
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql(f"SET ROLE {ROLE}")
    yield
    sql("RESET ROLE")


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE agencies_auditentry SET event = 'x'",
        "UPDATE agencies_auditentry SET seq = NULL",
        "DELETE FROM agencies_auditentry",
        "TRUNCATE agencies_auditentry",
        "ALTER TABLE agencies_auditentry DISABLE TRIGGER ALL",
        "ALTER TABLE agencies_auditentry DISABLE TRIGGER portal_audit_change",
        "DROP TRIGGER portal_audit_change ON agencies_auditentry",
        "DROP TABLE agencies_auditentry",
        "CREATE OR REPLACE FUNCTION portal_audit_append(bigint) RETURNS void "
        "LANGUAGE sql AS 'SELECT'",
        "SELECT portal_audit_append(1)",
        "INSERT INTO agencies_audithead (id, seq, hash) VALUES (2, 1, 'x')",
        "UPDATE agencies_audithead SET seq = seq + 1",
        "DELETE FROM agencies_audithead",
        "TRUNCATE agencies_audithead",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_may_not_touch_what_is_recorded(application, statement):
    with pytest.raises(ProgrammingError), transaction.atomic():
        sql(statement)

    assert audit.verify_chain().fault == ""


@pytest.mark.postgresql
def test_the_application_reads_all_that_a_backup_reads(application):
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'LOCK TABLE "{table}" IN ACCESS SHARE MODE')
        cursor.execute("SELECT sequencename FROM pg_sequences")
        sequences = cursor.fetchall()
        for (name,) in sequences:
            cursor.execute(f'SELECT last_value, is_called FROM "{name}"')  # noqa: S608

    assert sequences


@pytest.mark.postgresql
def test_the_application_records_verifies_and_does_its_work(application):
    audit.record_event(Event.SIGN_OUT)
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    update = make.published_update()
    person = make.user()
    get_user_model().objects.filter(pk=person.pk).delete()

    index.update_index("now", documents)
    index.empty_index()

    verdict = audit.verify_chain()

    assert verdict.fault == ""
    assert verdict.count >= 2
    assert update.status == "published"


@pytest.fixture
def stranger():
    """Everything from here on is done as a role to which nothing was granted."""
    sql(f"CREATE ROLE {ROLE}")
    sql(f"SET ROLE {ROLE}")
    yield
    sql("RESET ROLE")


@pytest.mark.postgresql
def test_without_it_the_portal_says_what_is_missing(stranger, client):
    response = client.get("/salud/lista")

    assert response.status_code == 503
    assert re.fullmatch(
        rf"no lista {re.escape(settings.VERSION)}\n"
        r"the portal's role may not read \d+ tables: "
        r"deploy/manage --owner grant_application ROLE\n",
        response.content.decode(),
    )


@pytest.mark.postgresql
@pytest.mark.parametrize("command", ["migrate", "prepare_portal"])
def test_whoever_owns_no_table_is_told_to_run_as_their_owner(stranger, command):
    with pytest.raises(CommandError, match="deploy/manage --owner"):
        call_command(command, stdout=StringIO())

    sql("ROLLBACK")
    sql("BEGIN")


@pytest.mark.postgresql
@pytest.mark.parametrize("role", ["postgres", "no_such_role", 'x"; DROP', ""])
def test_an_owner_or_nobody_gets_nothing(role):
    with pytest.raises(CommandError):
        call_command("grant_application", role)


@pytest.mark.sqlite
def test_the_embedded_database_has_no_roles():
    with pytest.raises(CommandError):
        call_command("grant_application", ROLE)
