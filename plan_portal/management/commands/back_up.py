"""Writes a backup of the portal into a folder."""

import tempfile
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from agencies import audit
from agencies.files import PRIVATE_STORAGES, list_names
from plan_portal.backup import BackupError, archive, database
from strategic_areas.purging import blanking

#: Settings in the manifest, which show where a backup came from.
MANIFEST_SETTINGS = (
    *("SITE_URL", "ALLOWED_HOSTS", "OFFICIAL_SITE", "SECRETARIAT_NAME"),
    "EMERGENCY_NUMBER",
    *("CONTACT_EMAIL", "LICENCE_NAME", "LICENCE_URL", "TIME_ZONE"),
)
#: Attempts if a file is removed during copying.
TRIES = 3


class Command(BaseCommand):
    help = (
        "Write database, evidence, letters and settings without secrets to a file in "
        "FOLDER, encrypted for BACKUP_RECIPIENT if that is set. The portal may go on."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "folder", type=Path, nargs="?", default=settings.BACKUP_FOLDER
        )

    def handle(self, *, folder, **options):
        if not folder:
            raise CommandError("Name a FOLDER, or set BACKUP_FOLDER.")
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder.")
        now = timezone.now()
        program = archive.program_of(settings.BACKUP_RECIPIENT)
        target = folder / f"plan-portal-{now:%Y%m%dT%H%M%SZ}{archive.SUFFIXES[program]}"
        try:
            for remaining in reversed(range(TRIES)):
                try:
                    write_backup(target, now)
                    break
                except FileNotFoundError:
                    if not remaining:
                        raise
        except BackupError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"{error.filename or folder}: {error.strerror}"
            ) from error
        archive.remove_unreferenced_files(folder)
        purged = blanking.write_purge_list(folder)
        size = target.stat().st_size / 2**20
        self.stdout.write(
            f"{target} ({size:.1f} MB); purged.jsonl lists {purged} purged fields"
        )


def write_backup(target, now):
    """Raises ``FileNotFoundError`` if a file disappears meanwhile."""
    with tempfile.TemporaryDirectory(dir=settings.VAR_DIR, prefix=".backup-") as folder:
        path, about = database.dump_database(Path(folder), collect_facts)
        files = [
            (f"{store}/{name}", partial(storages[store].open, name))
            for store in PRIVATE_STORAGES
            for name in list_names(storages[store])
        ]
        about["made_at"] = now.isoformat()
        members = [(path.name, partial(path.open, "rb"))]
        archive.write_archive(target, settings.BACKUP_RECIPIENT, members, files, about)


def collect_facts():
    return {
        "engine": connection.vendor,
        "migrations": sorted(MigrationRecorder(connection).applied_migrations()),
        "counts": database.table_counts(),
        "audit_head": audit.verify_chain().head,
        "settings": {name: getattr(settings, name) for name in MANIFEST_SETTINGS},
    }
