"""Grants the application's PostgreSQL role the rights it needs, and no more."""

import re

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from agencies.audit import AuditEntry, AuditHead

#: Tables that the application may only append to and read.
APPENDED = [AuditEntry._meta.db_table]
#: Tables that it may only read; triggers write them as their owner.
READ = [AuditHead._meta.db_table]


class Command(BaseCommand):
    help = (
        "Let a database role run the portal without owning its tables: it reads and "
        "writes rows, but only appends to the audit record, and changes no table, "
        "function or trigger. Run it as the owner, again after each migrate."
    )

    def add_arguments(self, parser):
        parser.add_argument("role", help="The role that the portal connects as.")

    def handle(self, *, role, **options):
        if connection.vendor != "postgresql":
            raise CommandError("Only PostgreSQL has roles; DATABASE_URL names none.")
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", role):
            raise CommandError(f"{role!r} is no name of a role: a-z, 0-9 and _ only.")
        with transaction.atomic(), connection.cursor() as cursor:
            _refuse_owner(cursor, role)
            for statement in statements(role, _schema(cursor)):
                cursor.execute(statement)
        self.stdout.write(f"{role} may run the portal and only append to its record")


def _refuse_owner(cursor, role):
    cursor.execute(
        "SELECT rolsuper OR pg_has_role(oid, current_user, 'MEMBER') "
        "FROM pg_roles WHERE rolname = %s",
        [role],
    )
    found = cursor.fetchone()
    if found is None:
        raise CommandError(f"There is no role {role}: CREATE ROLE {role} LOGIN …")
    if found[0]:
        raise CommandError(f"{role} owns the tables, or may become who does.")


def _schema(cursor):
    cursor.execute("SELECT current_schema()")
    return cursor.fetchone()[0]


def statements(role, schema):
    """The SQL statements for the owner; they may be run repeatedly."""
    on = ", ".join(f'"{name}"' for name in connection.introspection.table_names())
    guarded = ", ".join(f'"{name}"' for name in [*APPENDED, *READ])
    appended = ", ".join(f'"{name}"' for name in APPENDED)
    everything = "SELECT, INSERT, UPDATE, DELETE"
    return [
        f'GRANT {everything} ON {on} TO "{role}"',
        f'REVOKE ALL ON {guarded} FROM "{role}", PUBLIC',
        f'GRANT SELECT ON {guarded} TO "{role}"',
        f'GRANT INSERT ON {appended} TO "{role}"',
        # A backup reads the state of sequences.
        f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA "{schema}" TO "{role}"',
    ]
