"""Prepares a fresh clone or an updated portal for serving."""

import hashlib
import io
import time
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from plan_portal.databases import lacks_privilege
from plan_portal.management.commands.migrate import reason_not_to_migrate
from strategic_areas.datasets import editions


class Command(BaseCommand):
    help = "Migrate, compile, collect and load whatever is not there yet."

    def add_arguments(self, parser):
        parser.add_argument(
            "--database-only",
            action="store_true",
            help="Only what a management command needs: tables and catalogues.",
        )

    def handle(self, *, database_only, verbosity, **options):
        self.is_silent = verbosity == 0
        is_new = settings.EMBEDDED_DATABASE and not database_file().exists()
        try:
            self.prepare(database_only=database_only)
        except OSError as error:
            raise CommandError(
                f"{error.filename or settings.VAR_DIR}: {error.strerror}"
            ) from error
        except OperationalError as error:
            if is_new:
                remove_database()
            raise CommandError(f"The database cannot be used: {error}") from error
        except ProgrammingError as error:
            if not lacks_privilege(error):
                raise
            raise CommandError(
                "\nThe role of DATABASE_URL may not change the tables. Run this as "
                "their owner: deploy/manage --owner prepare_portal"
            ) from error

    def prepare(self, *, database_only):
        settings.VAR_DIR.mkdir(mode=0o750, parents=True, exist_ok=True)
        applied = MigrationRecorder(connection).applied_migrations()
        if reason := reason_not_to_migrate(applied):
            raise CommandError(reason)
        self.step("Database", self.migrate)
        self.step("Catalogues", output_of, "compile_catalogues")
        if database_only:
            return
        if not settings.DEBUG:  # the development server reads them where they lie
            self.step("Static files", collect_static_files, self.write)
        for path in plan_files() if settings.SHIPPED_PLANS else ():
            self.step(f"Plan file {path.name}", output_of, "load_plan", str(path))
        # Withdraws numbers that the current rules no longer disclose; after the plan
        # files, which state the printed numbers.
        self.step("Published figures", output_of, "publish_figures")
        self.step("Editions", lambda: f"{len(editions.make_due_editions())} made")
        if settings.EMBEDDED_DATABASE and settings.SHIPPED_PLANS:
            self.step("Demonstration round", output_of, "open_demonstration")

    def step(self, name, work, *arguments):
        self.write(f"{name}: ")
        begun = time.monotonic()
        outcome = work(*arguments)
        self.write(f"{outcome} ({time.monotonic() - begun:.1f} s)\n")

    def write(self, text):
        if self.is_silent:
            return
        self.stdout.write(text, ending="")
        self.stdout.flush()

    def migrate(self):
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        # Also when no migration is due: its signals install triggers and permissions.
        # Silent, it does not compare the models with their migrations.
        call_command(
            "migrate",
            interactive=False,
            stdout=Dots(self.write),
            verbosity=min(len(pending), 1),
        )
        return f" {len(pending)} migrations applied" if pending else "up to date"


def collect_static_files(write):
    """Skipped if no source changed: compressing takes seconds."""
    stamp, sources = settings.VAR_DIR / "static.stamp", static_sources()
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    if manifest.is_file() and stamp.is_file() and stamp.read_text() == sources:
        return "up to date"
    write("compressing … ")
    stamp.unlink(missing_ok=True)
    outcome = output_of("collectstatic", interactive=False)
    stamp.write_text(sources)
    return outcome


def static_sources():
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            path = Path(storage.path(name))
            state = path.stat()
            digest.update(f"{path} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


class Dots:
    def __init__(self, write):
        self.write_out = write

    def write(self, text):
        if text.strip().endswith("OK"):
            self.write_out(".")

    def flush(self):
        pass


def database_file():
    return Path(connection.settings_dict["NAME"])


def remove_database():
    """
    Remove an embedded database that this command could not finish.

    An interrupted first migration cannot be resumed.
    """
    connection.close()
    for suffix in ("", "-wal", "-shm"):
        file = database_file().with_name(database_file().name + suffix)
        if file.exists():
            file.unlink()


def plan_files():
    folder = apps.get_app_config("strategic_areas").path
    return sorted((settings.BASE_DIR / folder / "plans").glob("plan-*.yaml"))


def output_of(command, *arguments, **options):
    output = io.StringIO()
    try:
        call_command(command, *arguments, stdout=output, stderr=output, **options)
    except (CommandError, SystemExit) as error:
        raise CommandError(f"\n{output.getvalue()}{error}") from None
    lines = output.getvalue().strip().splitlines()
    return lines[-1] if lines else "done"
