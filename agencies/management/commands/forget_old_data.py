"""Deletes what the portal has kept for long enough; a timer runs it each day."""

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from agencies import forgetting


class Command(BaseCommand):
    help = (
        "Delete sessions that are over, counted tries, old mails and invitations that "
        "nobody accepted. Reports, accounts and the audit record are not touched."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="Say the same, delete nothing."
        )

    def handle(self, *, dry_run, **options):
        with transaction.atomic():
            deleted = forgetting.forget(timezone.now())
            transaction.set_rollback(dry_run)
        for name, number in deleted.items():
            self.stdout.write(f"{number} {name}")
