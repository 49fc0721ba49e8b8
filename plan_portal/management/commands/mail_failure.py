"""Mails the operator that a systemd unit failed (OnFailure=)."""

from django.conf import settings
from django.core.mail import send_mail
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = (
        "Tell OPERATOR_EMAIL that UNIT failed. The mail is sent at once, since the "
        "queue of mails may be what failed."
    )

    def add_arguments(self, parser):
        parser.add_argument("unit")

    def handle(self, *, unit, **options):
        if not settings.OPERATOR_EMAIL:
            self.stdout.write("OPERATOR_EMAIL is not set: nobody is told.")
            return
        send_mail(
            f"{settings.SITE_HOST}: {unit} failed",
            f"On the server: journalctl --unit {unit} --since today\n"
            "docs/operate.md says what to do under “What to watch, and what to do”.\n",
            None,
            [settings.OPERATOR_EMAIL],
        )
