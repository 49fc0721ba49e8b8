"""
The database as it was before the first test, put back after a test that commits.

Django would empty all tables and fill some of them again, and so make every trigger
anew on SQLite: that takes longer than most tests.
"""

import sqlite3

from django.db import connection, transaction

#: Where PostgreSQL keeps the rows: out of the way of whoever asks for the tables.
KEPT = "first_state"


class SqliteState:
    """A copy of the whole file in memory."""

    def __init__(self):
        self.copy = sqlite3.connect(":memory:", check_same_thread=False)
        connection.ensure_connection()
        connection.connection.backup(self.copy)

    def put_back(self):
        """Copying would wait for ever for who still writes: that fails first."""
        with connection.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("ROLLBACK")
        self.copy.backup(connection.connection)

    def close(self):
        self.copy.close()


class PostgresqlState:
    """
    A copy of every table that held rows.

    The guards rest while the tables are emptied, since some of them refuse it.
    """

    def __init__(self):
        quoted = connection.ops.quote_name
        tables = [quoted(each) for each in connection.introspection.table_names()]
        steps = ["SET LOCAL session_replication_role = replica"]
        steps += [f"DELETE FROM {table}" for table in tables]  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA {KEPT}")
            for table in tables:
                cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")  # noqa: S608
                if cursor.fetchone()[0]:
                    cursor.execute(f"CREATE TABLE {KEPT}.{table} AS TABLE {table}")
                    steps.append(f"INSERT INTO {table} TABLE {KEPT}.{table}")
        self.statements = "; ".join(steps)

    def put_back(self):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(self.statements)

    def close(self):
        """The copy goes with the database."""


def remember():
    """The state that stands now: to be put back after tests, and closed at the end."""
    return SqliteState() if connection.vendor == "sqlite" else PostgresqlState()
