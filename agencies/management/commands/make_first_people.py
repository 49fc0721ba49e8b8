"""Creates the first two accounts of a portal; they invite everybody else."""

from email.utils import parseaddr

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Q

from agencies import audit
from agencies.accounts.account_changes import DECIDING
from agencies.accounts.sign_in import password_link
from agencies.models import User


class Command(BaseCommand):
    help = (
        "Create a portal's first two accounts. Both review and administer, so that "
        "steps that need two people work in the browser from the first day. Prints for "
        "each a link that sets a password once, for you to hand over; at the first "
        "sign-in each sets up a second factor. Only while no account has these roles."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "people",
            nargs=2,
            metavar="PERSON",
            help="Name and e-mail: 'Ana Pérez <ana.perez@example.gob.do>'",
        )

    @transaction.atomic
    def handle(self, *, people, **options):
        has_deciding_role = Q(groups__name__in=DECIDING) | Q(is_superuser=True)
        if User.objects.filter(has_deciding_role).exists():
            raise CommandError(
                "Somebody decides on this portal already: invite others in the browser."
            )
        for user in [_account(each) for each in people]:
            user.groups.set(Group.objects.filter(name__in=DECIDING))
            audit.record_event(
                audit.Event.ACCOUNT_CHANGED_ON_SERVER,
                obj=user,
                way="server",
                given=list(DECIDING),
            )
            link, minutes = password_link(user)
            self.stdout.write(
                f"{user.get_full_name()} signs in as {user.username}. This link sets "
                f"the password once, within {minutes} minutes (recover_account prints "
                f"another one):\n{link}\n"
            )


def _account(person):
    name, email = parseaddr(person)
    first, _space, last = name.partition(" ")
    user = User(
        username=email.lower(),
        email=email.lower(),
        first_name=first,
        last_name=last,
        is_staff=True,
    )
    user.set_unusable_password()
    try:
        user.full_clean()
    except ValidationError as error:
        raise CommandError(f"{person}: {' '.join(error.messages)}") from error
    if not (email and last):
        raise CommandError(f"{person}: write it as 'Ana Pérez <ana@example.gob.do>'.")
    user.save()
    return user
