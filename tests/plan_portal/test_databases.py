"""What a server process asks of PostgreSQL, and what it leaves to SQLite."""

from contextlib import closing

import psycopg2
import pytest
from django.db import connection

from plan_portal import databases

pytestmark = pytest.mark.both_databases

POSTGRESQL = "django.db.backends.postgresql"


def test_a_server_process_has_deadlines():
    config = {"ENGINE": POSTGRESQL, "OPTIONS": {}}

    databases.set_statement_timeouts(config)

    assert config["OPTIONS"]["options"] == (
        "-c statement_timeout=5s -c lock_timeout=3s "
        "-c idle_in_transaction_session_timeout=10s"
    )


def test_what_the_address_of_the_database_says_comes_last():
    config = databases.named_database(
        {"ENGINE": POSTGRESQL, "OPTIONS": {"options": "-c lock_timeout=1s"}}
    )

    databases.set_statement_timeouts(config)

    assert config["OPTIONS"]["options"].endswith(" -c lock_timeout=1s")


@pytest.mark.postgresql
def test_postgresql_compiles_no_query(db):
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)


def test_sqlite_is_left_as_it_is(tmp_path):
    config = databases.embedded_database(tmp_path / "portal.sqlite3")
    before = dict(config["OPTIONS"])

    databases.set_statement_timeouts(config)

    assert config["OPTIONS"] == before


@pytest.mark.postgresql
def test_postgresql_ends_what_takes_too_long(db, monkeypatch):
    monkeypatch.setitem(databases.DEADLINES, "statement_timeout", "50ms")
    config = databases.named_database({**connection.settings_dict, "OPTIONS": {}})
    databases.set_statement_timeouts(config)
    parameters = connection.get_connection_params() | config["OPTIONS"]
    parameters.pop("cursor_factory", None)

    with (
        closing(psycopg2.connect(**parameters)) as other,
        other.cursor() as cursor,
        pytest.raises(psycopg2.errors.QueryCanceled),
    ):
        cursor.execute("SELECT pg_sleep(5)")
