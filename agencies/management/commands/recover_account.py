"""Gives an account back from the server, where nobody else can."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from agencies import audit
from agencies.accounts import factors
from agencies.accounts.sign_in import notify, password_link
from agencies.models import User


class Command(BaseCommand):
    help = (
        "Remove an account's second factors, end its sessions, and print a link that "
        "sets a new password once. For when two administrators are not at hand; it "
        "stands in the audit record, and the person is told by mail."
    )

    def add_arguments(self, parser):
        parser.add_argument("username", help="The account's user name or e-mail.")

    def handle(self, *, username, **options):
        user = User.objects.filter(username__iexact=username).first()
        if user is None:
            raise CommandError(f"There is no account {username}.")
        if not (user.is_active and user.is_staff):
            raise CommandError(f"{username} is closed: open it in the admin first.")
        with transaction.atomic():
            audit.record(audit.Event.RECOVERY_ASKED, obj=user, way="server")
            factors.remove_factors(user)
            notify(user, "agencies/recovered_on_server")
        link, minutes = password_link(user)
        self.stdout.write(
            f"Second factors removed, sessions ended. The link serves once, within "
            f"{minutes} minutes:"
        )
        self.stdout.write(link)
