"""Encrypts the secrets of second factors again, with the first key."""

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from agencies.accounts import second_factors


class Command(BaseCommand):
    help = (
        "Encrypt the secrets of all second factors under the first key of "
        "MFA_ENCRYPTION_KEYS. Restart the portal with that key in front first; "
        "afterwards the other keys may be thrown away."
    )

    def handle(self, **options):
        try:
            number = second_factors.reencrypt_secrets()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{number} factors closed under the first key")
