"""Mails administrators which accounts to consider closing; it closes none."""

from django.core.management.base import BaseCommand, no_translations
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext

from agencies import audit
from agencies.accounts import closing
from agencies.mail import queue_mail
from strategic_areas.desk import people


class Command(BaseCommand):
    help = (
        "Propose the accounts to close: three closed rounds missed in a row. Writes to "
        "the administrators, once a day at most, who decide; an agency's last mandate "
        "is never proposed."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="Only print it; send no mail."
        )

    @no_translations
    @transaction.atomic
    def handle(self, *, dry_run, **options):
        found = people.account_accesses()
        proposed = [each for each in found if each.should_be_closed]
        gaps = people.missing_mandates()
        for each in found:
            if each.should_be_closed:
                self.stdout.write(
                    f"close {each.user}: {each.missed_rounds} rounds missed"
                )
            elif each.is_flagged:
                note = ", the only one of its agency" if each.holds_only_mandate else ""
                self.stdout.write(
                    f"look at {each.user}: {each.missed_rounds} rounds missed{note}"
                )
        for gap in gaps:
            self.stdout.write(f"{gap.agency}: {gap.in_words}")
        if not dry_run:
            self._record_and_mail(found, proposed)
        self.stdout.write(
            f"accounts={len(found)} proposed={len(proposed)} gaps={len(gaps)}"
        )

    def _record_and_mail(self, accesses, proposed):
        audit.record_event(
            audit.Event.ACCESS_REVIEWED, accounts=len(accesses), proposed=len(proposed)
        )
        if not proposed:
            return
        for person in closing.administrators().exclude(email=""):
            with translation.override(person.language):
                queue_mail(
                    to=person.email,
                    language=person.language,
                    kind="access_review",
                    subject=gettext("Accounts to close in the plan portal"),
                    text=render_to_string(
                        "email/access_review.txt", {"proposed": proposed}
                    ),
                    key=f"access_review:{person.pk}:{timezone.localdate():%Y-%m-%d}",
                )
