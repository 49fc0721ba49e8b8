"""Queues today's reminders: one digest per person with something to do."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from agencies.mail import Mail, queue_mail
from agencies.models import User
from strategic_areas.desk.rounds import notices


class Command(BaseCommand):
    help = "Queue one reminder for each person who has something to do. Run once a day."

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="Print the same, queue nothing."
        )
        parser.add_argument("--only", metavar="ADDRESS", help="Remind this person.")

    def handle(self, *, dry_run, only, **options):
        if only and not User.objects.filter(email__iexact=only).exists():
            raise CommandError("No account has this address.")
        today = timezone.localdate()
        digests = [
            digest
            for digest in notices.reminders_due(today)
            if not only or digest.user.email.lower() == only.lower()
        ]
        if not digests:
            self.stdout.write("Nobody is reminded today.")
        keys = [f"reminder:{digest.user.pk}:{today}" for digest in digests]
        known = set(Mail.objects.filter(key__in=keys).values_list("key", flat=True))
        for key, digest in zip(keys, digests, strict=True):
            is_known = key in known
            self.stdout.write(f"{digest} (already queued)" if is_known else str(digest))
            if not dry_run and not is_known:
                queue_digest(digest, key, today)


@transaction.atomic
def queue_digest(digest, key, today):
    queue_mail(
        to=digest.user.email,
        language=digest.user.language,
        kind="reminder",
        key=key,
        **notices.write_reminder(digest, today),
    )
