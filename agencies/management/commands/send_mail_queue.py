"""Sends the queued mails; run each minute."""

from django.core.management.base import BaseCommand

from agencies import mail


class Command(BaseCommand):
    help = "Send the mails that wait in the queue. Safe when two run at once."

    def handle(self, **options):
        sent, failed = mail.send_queue()
        self.stdout.write(f"{sent} sent, {failed} failed")
