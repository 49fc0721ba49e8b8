"""Dump and restore of the database, on both engines."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.db import connection, transaction

from plan_portal.backup import BackupError

DUMP_NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


def dump_database(folder, collect_facts):
    """
    Write the dump into ``folder``; return its path and the result of ``collect_facts``.

    ``collect_facts`` runs on the same snapshot.
    """
    path = folder / DUMP_NAMES[connection.vendor]
    if connection.vendor == "sqlite":
        # The transaction waits for writers and blocks new ones.
        with transaction.atomic():
            with (
                closing(sqlite3.connect(connection.settings_dict["NAME"])) as source,
                closing(sqlite3.connect(path)) as target,
            ):
                source.backup(target)
            return path, collect_facts()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        [snapshot] = cursor.fetchone()
        facts = collect_facts()
        _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={path}")
        return path, facts


def restore_database(folder):
    """Restore into the empty database, all or nothing."""
    path = folder / DUMP_NAMES[connection.vendor]
    if connection.vendor == "sqlite":
        connection.close()
        target = Path(connection.settings_dict["NAME"])
        target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        return
    _run(
        *("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error"),
        *("--single-transaction", f"--dbname={connection.settings_dict['NAME']}"),
        str(path),
    )


def is_empty():
    file = Path(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and not file.exists():
        return True
    return not connection.introspection.table_names()


def table_counts():
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names()):
            if table in {"django_session", "usersessions_usersession", "shared_cache"}:
                continue
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            [found[table]] = cursor.fetchone()
    return found


def _run(program, *arguments):
    parameters = connection.get_connection_params()
    variables = {
        "PGHOST": "host",
        "PGPORT": "port",
        "PGUSER": "user",
        "PGPASSWORD": "password",
        "PGDATABASE": "dbname",
        "PGSSLMODE": "sslmode",
        "PGSSLROOTCERT": "sslrootcert",
    }
    environment = {
        variable: str(parameters[name])
        for variable, name in variables.items()
        if parameters.get(name)
    }
    try:
        done = subprocess.run(  # noqa: S603 - the arguments are ours
            [program, *arguments],
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise BackupError(
            f"{program} is not installed: it is in Debian's postgresql-client."
        ) from None
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error:" in line]
        raise BackupError(f"{program} failed: {(lines or [done.stderr])[0].strip()}")
