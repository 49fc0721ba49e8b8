"""Queues today's reminders: one mail per person with something to do."""

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
        parser.add_argument(
            "--only",
            metavar="ADDRESS",
            help="Of today's reminders, queue only this person's.",
        )

    def handle(self, *, dry_run, only, **options):
        if only and not User.objects.filter(email__iexact=only).exists():
            raise CommandError("No account has this address.")
        today = timezone.localdate()
        reminders = [
            reminder
            for reminder in notices.reminders_due(today)
            if not only or reminder.user.email.lower() == only.lower()
        ]
        if not reminders:
            self.stdout.write("Nobody is reminded today.")
        keys = [f"reminder:{reminder.user.pk}:{today}" for reminder in reminders]
        known = set(Mail.objects.filter(key__in=keys).values_list("key", flat=True))
        for key, reminder in zip(keys, reminders, strict=True):
            is_known = key in known
            self.stdout.write(
                f"{reminder} (already queued)" if is_known else str(reminder)
            )
            if not dry_run and not is_known:
                queue_reminder(reminder, key, today)


@transaction.atomic
def queue_reminder(reminder, key, today):
    queue_mail(
        to=reminder.user.email,
        language=reminder.user.language,
        kind="reminder",
        key=key,
        **notices.write_reminder(reminder, today),
    )
