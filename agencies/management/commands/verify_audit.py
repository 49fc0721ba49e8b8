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
            _must_be_address(address)
        if expect and not re.fullmatch(r"\d{1,18}:[0-9a-f]{64}", expect):
            raise CommandError(f"--expect takes a printed head, not {expect!r}.")
        verdict = audit.verify_chain(expect)
        said = verdict.fault or f"{verdict.count} entries, none broken"
        if address:
            _send(address, verdict, said)
        if verdict.fault:
            raise CommandError(f"The audit record is broken: {said}.")
        self.stdout.write(f"{said}\nhead {verdict.head}")


def _must_be_address(address):
    try:
        validate_email(address)
    except ValidationError:
        raise CommandError(f"--mail takes an address, not {address!r}.") from None


def _send(address, verdict, said):
    today = timezone.localdate().isoformat()
    fate = "broken" if verdict.fault else "whole"
    mail.queue_mail(
        to=address,
        language="en",
        kind="audit-head",
        subject=f"Audit record {today}: {fate}",
        text=f"{said}\nhead {verdict.head}\n",
        key=f"audit-head:{today}:{fate}:{address}",
    )
