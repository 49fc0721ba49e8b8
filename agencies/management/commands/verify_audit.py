"""Verifies the whole audit record; run daily."""

import re

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils import timezone

from agencies import audit, mail


class Command(BaseCommand):
    help = (
        "Check that no entry of the audit record was changed, removed or inserted. "
        "Exit status 1 and the first broken entry if one was. Prints the head of the "
        "record, to be kept elsewhere."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--expect",
            default="",
            metavar="HEAD",
            help="A head printed earlier, as number:hash; it must still be there.",
        )
        parser.add_argument(
            "--mail",
            default="",
            dest="address",
            metavar="ADDRESS",
            help="Send the outcome to this address too, once a day at most.",
        )

    def handle(self, *, expect, address, **options):
        if address:
            _check_address(address)
        if expect and not re.fullmatch(r"\d{1,18}:[0-9a-f]{64}", expect):
            raise CommandError(f"--expect takes a printed head, not {expect!r}.")
        check = audit.verify_chain(expect)
        summary = check.fault or f"{check.count} entries, none broken"
        if address:
            _mail_result(address, check, summary)
        if check.fault:
            raise CommandError(f"The audit record is broken: {summary}.")
        self.stdout.write(f"{summary}\nhead {check.head}")


def _check_address(address):
    try:
        validate_email(address)
    except ValidationError:
        raise CommandError(f"--mail takes an address, not {address!r}.") from None


def _mail_result(address, check, summary):
    today = timezone.localdate().isoformat()
    result = "broken" if check.fault else "whole"
    mail.queue_mail(
        to=address,
        language="en",
        kind="audit-head",
        subject=f"Audit record {today}: {result}",
        text=f"{summary}\nhead {check.head}\n",
        key=f"audit-head:{today}:{result}:{address}",
    )
