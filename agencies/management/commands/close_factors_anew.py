"""Encrypts the secrets of second factors again, under the key that stands in front."""

from django.core.management.base import BaseCommand

from agencies import factors


class Command(BaseCommand):
    help = (
        "Encrypt the secrets of all second factors under the first key of "
        "MFA_ENCRYPTION_KEYS. Afterwards the other keys may be thrown away."
    )

    def handle(self, **options):
        self.stdout.write(f"{factors.close_anew()} factors closed under the first key")
