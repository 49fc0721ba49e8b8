"""
Deletes data at the end of its retention period; run nightly.

Reports, their history, the audit record and the letters of designation of existing
accounts are kept.
"""

from datetime import timedelta
from functools import partial
from pathlib import Path

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.cache.backends.db import BaseDatabaseCache
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from agencies import row_counts
from agencies.accounts.sessions import MAX_LENGTH
from agencies.files import delete_once_committed
from agencies.invitations import Invitation
from agencies.mail import Mail

#: Retention of a mail's text after it was sent or given up.
MAIL_TEXT_RETENTION = timedelta(days=90)
#: Retention of the rest of a mail.
MAIL_RETENTION = timedelta(days=365)
#: Retention of an invitation that was not accepted.
INVITATION_RETENTION = timedelta(days=365)


@transaction.atomic
def delete_old_data(now):
    return {
        "sessions that are over": _delete_sessions(now),
        "counted tries": _delete_limit_counts(now),
        "texts of mails": _blank_mail_texts(now - MAIL_TEXT_RETENTION),
        "mails": _finished_mails(now - MAIL_RETENTION).delete()[0],
        "mails in files": _delete_mail_files(now - MAIL_TEXT_RETENTION),
        "invitations": _delete_invitations(now - INVITATION_RETENTION),
        **_delete_unchanged_rows(now),
    }


def _delete_sessions(now):
    began = now - timedelta(seconds=MAX_LENGTH)
    UserSession.objects.filter(last_seen_at__lt=began).delete()
    return Session.objects.filter(expire_date__lt=now).delete()[0]


def _delete_limit_counts(now):
    if not isinstance(caches["default"], BaseDatabaseCache):
        return 0
    quote = connection.ops.quote_name
    table = quote(settings.CACHES["default"]["LOCATION"])
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE {quote('expires')} < %s",  # noqa: S608
            [connection.ops.adapt_datetimefield_value(now)],
        )
        return cursor.rowcount


def _finished_mails(before):
    return Mail.objects.filter(Q(sent_at__lt=before) | Q(given_up_at__lt=before))


def _blank_mail_texts(before):
    return _finished_mails(before).exclude(text="", html="").update(text="", html="")


def _delete_mail_files(before):
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    paths = Path(folder).glob("*.eml") if folder else ()
    old = [path for path in paths if _is_older(path, before)]
    for path in old:
        transaction.on_commit(partial(path.unlink, missing_ok=True), robust=True)
    return len(old)


def _is_older(path, moment):
    try:
        return path.stat().st_mtime < moment.timestamp()
    except FileNotFoundError:
        return False


def _delete_invitations(before):
    rows = Invitation.objects.filter(
        Q(revoked_at__lt=before) | Q(expires_at__lt=before), accepted_at=None
    )
    letters = [each.letter for each in rows if each.letter]
    number, _rows = rows.delete()
    for letter in letters:
        delete_once_committed(letter.storage, letter.name)
    return number


def _delete_unchanged_rows(now):
    deleted = {}
    for model in apps.get_models():
        if kept_for := getattr(model, "KEPT_FOR", None):
            rows = model.objects.filter(changed_at__lt=now - kept_for)
            deleted[model.__name__] = rows.count()
            rows.delete()
    return deleted


class Command(BaseCommand):
    help = (
        "Delete expired sessions and counts of attempts, old mails, invitations that "
        "were not accepted and drafts that were not continued. Reports, accounts and "
        "the audit record are not touched."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="Print the same, delete nothing."
        )

    def handle(self, *, dry_run, **options):
        with transaction.atomic():
            deleted = delete_old_data(timezone.now())
            transaction.set_rollback(dry_run)
        if not dry_run:
            row_counts.update_row_counts()
        for name, number in deleted.items():
            self.stdout.write(f"{number} {name}")
