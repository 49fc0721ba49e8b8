"""Restores access to an account on the server, if nobody else can."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from agencies import audit
from agencies.accounts import closing, second_factors
from agencies.accounts.sign_in import password_link, send_notice
from agencies.models import User


class Command(BaseCommand):
    help = (
        "Remove an account's second factors, end its sessions, and print a link that "
        "sets a new password once. For when two administrators are not at hand. Opens "
        "the closed account of an administrator where no other administrator is left. "
        "The audit record has an entry, and the person gets a mail."
    )

    def add_arguments(self, parser):
        parser.add_argument("username", help="The account's user name or e-mail.")

    def handle(self, *, username, **options):
        user = User.objects.filter(username__iexact=username).first()
        if user is None:
            raise CommandError(f"There is no account {username}.")
        with transaction.atomic():
            facts = {"way": "server"}
            if not (user.is_active and user.is_staff):
                open_last_administrator(user)
                facts["opened"] = True
            audit.record_event(audit.Event.FACTOR_RESET_ASKED, obj=user, **facts)
            second_factors.remove_factors(user)
            send_notice(user, "agencies/recovered_on_server")
        link, minutes = password_link(user)
        self.stdout.write(
            f"Second factors removed, sessions ended. The link serves once, within "
            f"{minutes} minutes:\n{link}"
        )


def open_last_administrator(user):
    """Reopen a closed account, if it is the only administrator's."""
    closing.lock_administrators()
    user.is_active = user.is_staff = True
    user.save(update_fields=["is_active", "is_staff"])
    if not closing.is_last_administrator(user):
        raise CommandError(f"{user} is closed: an administrator opens it.")
