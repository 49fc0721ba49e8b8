"""Restores a backup into an empty portal."""

import tempfile
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.contrib.staticfiles.storage import (
    ManifestFilesMixin,
    staticfiles_storage,
)
from django.core.cache import cache
from django.core.files import File
from django.core.files.storage import storages
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from agencies.files import PRIVATE_STORAGES, list_names
from plan_portal.backup import BackupError, archive, database
from plan_portal.management.commands import verify
from plan_portal.management.commands.migrate import reason_not_to_migrate
from plan_portal.management.commands.prepare_portal import collect_static_files
from strategic_areas import triggers
from strategic_areas.purging import blanking


class Command(BaseCommand):
    help = (
        "Restore a backup FILE into an empty database and an empty store, blank what "
        "was purged since, end all sessions, migrate and verify. Stop the portal first."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *, file, **options):
        if not file.is_file():
            raise CommandError(f"{file} is no file.")
        try:
            self.restore(file)
        except BackupError as error:
            raise CommandError(str(error)) from error

    def restore(self, file):
        refuse_filled_portal()
        settings.VAR_DIR.mkdir(mode=0o750, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            dir=settings.VAR_DIR, prefix=".restore-"
        ) as name:
            folder = Path(name)
            manifest = archive.unpack_backup(file, folder)
            refuse_incompatible_backup(manifest)
            database.restore_database(folder)
            put_files_back(folder)
        made_at = datetime.fromisoformat(manifest["made_at"])
        self.refuse_faults(verify.find_problems(manifest))
        triggers.drop()
        blanked = blanking.blank_again(file.parent, made_at)
        Session.objects.all().delete()
        cache.clear()
        call_command("migrate", interactive=False, verbosity=0)
        triggers.install()
        if isinstance(staticfiles_storage, ManifestFilesMixin):
            # An empty machine has no static files yet.
            collect_static_files(self.stdout.write)
        self.refuse_faults(verify.find_problems())
        self.stdout.write(
            f"Restored the portal of {made_at:%Y-%m-%d %H:%M} UTC; {blanked} "
            "fields that were purged since are blank; everybody signs in anew."
        )

    def refuse_faults(self, faults):
        if faults:
            listed = "\n".join(faults)
            raise BackupError(f"The restored portal must not be served:\n{listed}")


def refuse_filled_portal():
    if not database.is_empty():
        raise BackupError("The database is not empty: restore into a new one.")
    for name in PRIVATE_STORAGES:
        if list_names(storages[name]):
            raise BackupError(f"There are {name} already: restore into an empty store.")


def put_files_back(folder):
    for store in PRIVATE_STORAGES:
        for path in sorted((folder / store).glob("*")):
            with path.open("rb") as content:
                storages[store].save(path.name, File(content))


def refuse_incompatible_backup(manifest):
    """Refuse a backup of another engine, of a newer version or from before 1.0."""
    if manifest["engine"] != connection.vendor:
        raise BackupError(
            f"The backup is of {manifest['engine']}; this portal runs on "
            f"{connection.vendor}."
        )
    known = MigrationLoader(None).disk_migrations
    replaced = {key for each in known.values() for key in each.replaces}
    for app, name in map(tuple, manifest["migrations"]):
        if (app, name) not in known and (app, name) not in replaced:
            raise BackupError(
                f"The backup is of a newer portal: {app}.{name} is unknown here."
            )
    if reason := reason_not_to_migrate(manifest["migrations"]):
        raise BackupError(reason)
