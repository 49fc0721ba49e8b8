"""Copies the SQLite database of a trial into an empty one on PostgreSQL."""

from itertools import islice
from pathlib import Path
from types import SimpleNamespace

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.management.color import no_style
from django.db import DatabaseError, connection, connections, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.sql import InsertQuery

from agencies import audit
from agencies.models import User
from plan_portal import databases
from strategic_areas import triggers
from strategic_areas.models import Plan

#: Alias of the SQLite database.
TRIAL = "trial"
#: Sessions are not copied: everybody signs in again.
UNCOPIED_MODELS = {Session, UserSession}
#: How many rows are in memory at a time.
CHUNK = 1000


class Command(BaseCommand):
    help = (
        "Copy every row of the SQLite database FILE into the empty database that "
        "DATABASE_URL names, compare each with what PostgreSQL then holds, and check "
        "the audit record: all of it or nothing. Stop the portal first. Files of "
        "evidence and letters are not touched."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *, file, **options):
        if connection.vendor != "postgresql":
            raise CommandError("DATABASE_URL names no database on PostgreSQL.")
        if not file.is_file():
            raise CommandError(f"{file} is no file.")
        call_command("migrate", interactive=False, verbosity=0)
        if any(each.objects.exists() for each in (User, Plan, audit.AuditEntry)):
            raise CommandError("The database is not empty: copy into a new one.")
        connections.settings = connections.configure_settings(
            {**settings.DATABASES, TRIAL: databases.embedded_database(file)}
        )
        try:
            with connections[TRIAL].wrap_database_errors:
                connections[TRIAL].connect()
            refuse_other_version()
            with transaction.atomic(), transaction.atomic(using=TRIAL):
                number, head = copy_everything()
        except DatabaseError as error:
            message = str(error).splitlines()[0]  # the others repeat the row
            raise CommandError(f"The trial cannot be copied: {message}") from error
        self.stdout.write(f"{number} rows are the same; audit record {head}")


def refuse_other_version():
    trial, own = (
        set(MigrationRecorder(connections[alias]).applied_migrations())
        for alias in (TRIAL, "default")
    )
    if trial != own:
        raise CommandError(
            "The trial is of another version: update it first, with prepare_portal."
        )


def copy_everything():
    """Copy all tables; return the number of rows and the head of the audit record."""
    models_to_copy = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    tables = [model._meta.db_table for model in models_to_copy]
    number = 0
    triggers.drop()
    with connection.cursor() as cursor:
        # Also rows that migrations create: permissions and content types.
        for statement in connection.ops.sql_flush(no_style(), tables):
            cursor.execute(statement)
        for model in models_to_copy:
            if model not in UNCOPIED_MODELS:
                number += copy_rows(model)
        connection.check_constraints()
        for statement in connection.ops.sequence_reset_sql(no_style(), models_to_copy):
            cursor.execute(statement)
    head = audit.AuditHead.objects.using(TRIAL).first()
    check = audit.verify_chain(str(head) if head else "")
    if check.fault:
        raise CommandError(f"The audit record is broken: {check.fault}.")
    triggers.install()
    return number, check.head


def copy_rows(model):
    """Copy a table; raise ``CommandError`` for a row that differs afterwards."""
    table = model._meta.db_table
    fields = [f for f in model._meta.local_concrete_fields if not f.generated]
    names = [field.attname for field in fields]
    # Not the model's manager, which may filter or translate rows.
    rows = models.QuerySet(model, using=TRIAL).order_by("pk").values_list("pk", *names)
    copied_rows = models.QuerySet(model).order_by("pk").values_list("pk", *names)
    waiting, number = rows.iterator(chunk_size=CHUNK), 0
    while chunk := {row[0]: row for row in islice(waiting, CHUNK)}:
        insert_rows(model, fields, chunk.values())
        written = {row[0]: comparable(row) for row in copied_rows.filter(pk__in=chunk)}
        if different := [pk for pk, row in chunk.items() if written.get(pk) != row]:
            raise CommandError(f"{table}, row {different[0]}: not the same there.")
        number += len(chunk)
    if copied_rows.count() != number:
        raise CommandError(f"{table}: {copied_rows.count()} rows instead of {number}.")
    return number


def comparable(row):
    """The row with bytes in place of the memory views that psycopg2 returns."""
    return tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)


def insert_rows(model, fields, rows):
    """Insert rows unchanged; bulk_create would set new creation times."""
    names = ["pk", *(field.attname for field in fields)]
    insertion = InsertQuery(model)
    objects = [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in rows]
    insertion.insert_values(fields, objects, raw=True)
    insertion.get_compiler("default").execute_sql()
