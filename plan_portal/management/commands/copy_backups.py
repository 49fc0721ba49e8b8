"""Copies the backups to another machine and checks the age of the newest one there."""

import re
import subprocess
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

NAME = re.compile(r" plan-portal-(\d{8}T\d{6})Z\.tar\.gz")
#: At this age of the newest copy, a night was missed.
MAX_COPY_AGE = timedelta(hours=26)


class Command(BaseCommand):
    help = (
        "Copy BACKUP_FOLDER to BACKUP_COPY_TO by rsync; nothing there is deleted. "
        "Fails where the newest backup there is older than 26 hours."
    )

    def handle(self, **options):
        target = settings.BACKUP_COPY_TO
        if not target:
            self.stdout.write("BACKUP_COPY_TO is not set: no backup lies elsewhere.")
            return
        if settings.BACKUP_FOLDER is None:
            raise CommandError("BACKUP_FOLDER is not set.")
        run_rsync(
            *("--recursive", "--times", "--chmod=D700,F600", "--exclude=.*"),
            *(f"{settings.BACKUP_FOLDER}/", f"{target}/"),
        )
        made = NAME.findall(run_rsync("--list-only", f"{target}/"))
        if not made:
            raise CommandError("There is no backup to copy.")
        newest = datetime.strptime(max(made), "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        if timezone.now() - newest > MAX_COPY_AGE:
            raise CommandError(f"The newest copy is of {newest:%Y-%m-%d %H:%M} UTC.")
        self.stdout.write(f"{len(made)} backups there, the newest of {newest} UTC")


def run_rsync(*arguments):
    command = ["rsync", "--timeout=60", "--rsh=ssh -o BatchMode=yes", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError:
        raise CommandError("The program rsync is not installed.") from None
    if done.returncode:
        raise CommandError(f"rsync failed: {done.stderr.strip()}")
    return done.stdout
