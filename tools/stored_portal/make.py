"""
Makes the portal of tests/stored. Its README.md names the commit it belongs to.

The first process starts a PostgreSQL and one more process for each engine. That one
builds the portal, and packs its database with the files of its evidence.
"""

import os
import subprocess
import sys
import tarfile
import tempfile
from importlib import import_module
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from tools import run_tests


def main(folder):
    if os.environ.get("STORE_AS"):
        store(Path(folder) / os.environ["STORE_AS"])
        return
    with run_tests.database_server() as (_name, url):
        for name, address in (("sqlite", ""), ("postgresql", url)):
            surroundings = {
                "DJANGO_SETTINGS_MODULE": "tests.settings",
                "TEST_DATABASE_URL": address,
                "STORE_AS": f"{name}.tar.xz",
            }
            subprocess.run(
                [sys.executable, __file__, folder],
                env=os.environ | surroundings,
                check=True,
            )


def store(archive):
    """Build the portal on the engine of the settings and pack it."""
    django.setup()
    # After the settings: it reads models.
    audit = import_module("agencies.audit")
    if not settings.EMBEDDED_DATABASE:
        run_client("createdb")
    call_command("migrate", verbosity=0)
    import_module("made_up").build()
    head = settings.VAR_DIR / "audit-head"
    head.write_text(audit.verify_chain().head, encoding="ascii")
    with tempfile.TemporaryDirectory() as folder:
        copy = (copy_of_file if settings.EMBEDDED_DATABASE else dump)(Path(folder))
        with tarfile.open(archive, "w:xz", preset=9) as packed:
            for path in (copy, head, settings.VAR_DIR / "evidence"):
                packed.add(path, path.name, filter=without_owner)


def without_owner(member):
    """Leave out who made it."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def copy_of_file(folder):
    """The file of SQLite, without its empty pages."""
    path = folder / "portal.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(path)])
    return path


def dump(folder):
    """The database of PostgreSQL as statements that any client can run."""
    path = folder / "portal.sql"
    options = ["--inserts", "--rows-per-insert=200", "--no-owner", "--no-privileges"]
    # Lines for psql alone are left out; the rest are statements.
    lines = run_client("pg_dump", *options).splitlines()
    kept = [line for line in lines if not line.startswith("\\")]
    path.write_text("\n".join([*kept, ""]), encoding="utf-8")
    return path


def run_client(command, *options):
    """Run a client of PostgreSQL on the database of the settings; what it printed."""
    told = connection.settings_dict
    host = told["HOST"] or told["OPTIONS"]["host"]
    place = ["-h", host, "-U", told["USER"], told["NAME"]]
    done = subprocess.run(
        [command, *options, *place], stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


if __name__ == "__main__":
    main(*sys.argv[1:])
