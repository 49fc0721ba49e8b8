"""
The mail queue. ``send_mail_queue`` sends mails once a minute.

Pages only queue mails, in their own transaction. No mail names a person whom the plan
protects.
"""

import logging
import os
import smtplib
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import models, transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, override

from agencies import access
from agencies.fields import DeclaredFields, internal
from agencies.models import FocalPoint, User

logger = logging.getLogger(__name__)

#: Minutes to wait after each failed attempt. After the last pause a mail is given up.
RETRY_MINUTES = (1, 5, 15, 60, 240, 720, 1440)
#: During an outage of the mail server: the longest pause between attempts in minutes,
#: and for how long after a mail was made this holds.
MAX_OUTAGE_MINUTES, MAX_OUTAGE = 60, timedelta(days=2)
#: After this time another process takes over a mail.
LEASE = timedelta(minutes=5)
#: Kinds with a link that opens an account: the text is deleted once sent.
OPENS_AN_ACCOUNT = {"invitation", "password_reset"}
#: Suffix of invented addresses, to which nothing is sent.
DEMONSTRATION_MAIL_DOMAIN = "@demostracion.example.org"
MAX_MAILS_PER_RUN = 200


class MailQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(sent_at__isnull=True, given_up_at__isnull=True)

    def visible_to(self, user):
        is_limited = not access.is_administrator(user)
        return (
            self.filter(to__endswith=DEMONSTRATION_MAIL_DOMAIN) if is_limited else self
        )

    def ready(self, now):
        return self.waiting().filter(
            Q(leased_until__isnull=True) | Q(leased_until__lt=now),
            next_attempt_at__lte=now,
        )


def is_demonstration():
    return (
        settings.EMBEDDED_DATABASE
        and not settings.OFFICIAL_SITE
        and (Path(settings.VAR_DIR) / "demo-accounts.json").exists()
    )


class Mail(models.Model):
    """
    One mail to one address. A unique key prevents sending it twice.

    ``last_error`` is a kind and a number, never an address.
    """

    key = models.CharField(_("key"), max_length=200, unique=True)
    kind = models.SlugField(_("kind"), max_length=40)
    to = models.EmailField(_("to"))
    language = models.CharField(_("language"), max_length=2, choices=User.Language)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    html = models.TextField(_("text with layout"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    leased_until = models.DateTimeField(null=True, editable=False)
    last_error = models.CharField(_("last error"), max_length=100, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    given_up_at = models.DateTimeField(_("given up"), null=True, blank=True)

    fields = DeclaredFields(
        *internal("key", "kind", "to", "language", "subject", "text", "html"),
        *internal("last_error"),
    )

    objects = MailQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        indexes = [
            models.Index(
                name="mail_waiting",
                fields=["next_attempt_at"],
                condition=Q(sent_at__isnull=True, given_up_at__isnull=True),
            )
        ]

    def __str__(self):
        return self.subject

    @property
    def is_readable(self):
        """Whether staff may read its text: a demonstration mail without a link."""
        return (
            self.kind not in OPENS_AN_ACCOUNT
            and self.to.endswith(DEMONSTRATION_MAIL_DOMAIN)
            and is_demonstration()
        )

    @property
    def state(self):
        if self.sent_at:
            return _("Sent")
        return _("Given up") if self.given_up_at else _("Waiting")


def queue_mail(*, to, language, kind, subject, text, html="", key=""):
    """
    Queue a mail in the caller's transaction; False if its ``key`` was used before.
    """
    _mail, created = Mail.objects.get_or_create(
        key=key or f"{kind}:{uuid4()}",
        defaults={
            "kind": kind,
            "to": to,
            "language": language,
            "subject": " ".join(subject.split())[:200],
            "text": text,
            "html": html,
        },
    )
    return created


def mail_person(
    person, kind, subject, /, *, to="", template="", key="", facts=None, **context
):
    """
    Queue a mail in the person's language; see ``queue_mail``.

    It goes to the person's address and has the template of its kind, unless others are
    given.
    """
    with override(person.language):
        return queue_mail(
            to=to or person.email,
            language=person.language,
            kind=kind,
            subject=str(subject) % facts if facts else str(subject),
            text=render_to_string(f"email/{template or kind}.txt", context),
            key=key,
        )


def mail_proposer(decision, kind, *, about, address, **context):
    """Notify the proposer of the decision, with the template of this kind."""
    person = decision.proposed_by
    if not person.email:
        return
    with override(person.language):
        mail_person(
            person,
            kind,
            f"{about}: {decision.get_status_display().lower()}",
            key=f"{kind}:{decision.pk}",
            decided=decision,
            address=address,
            **context,
        )


def focal_points_of(agency, today=None):
    mandates = agency.focal_points.current(today)
    people = User.objects.filter(is_active=True, is_staff=True, mandates__in=mandates)
    return people.exclude(email="").distinct()


def agencies_with_contact(today=None):
    """Ids of the agencies with a focal point to whom mail can be sent."""
    people = User.objects.filter(is_active=True, is_staff=True).exclude(email="")
    mandates = FocalPoint.objects.current(today).filter(user__in=people)
    return set(mandates.values_list("agency", flat=True))


def retry_mails(mails):
    return mails.filter(sent_at__isnull=True).update(
        attempts=0, next_attempt_at=timezone.now(), given_up_at=None
    )


def send_queue(*, now=None):
    """
    Send the mails that are due; return the numbers of sent and failed mails.

    Concurrent runs share the work. The run ends if the mail server does not answer.
    """
    sent = failed = 0
    for _number in range(MAX_MAILS_PER_RUN):
        mail = _lease_next_mail(now or timezone.now())
        if mail is None:
            break
        try:
            if not mail.to.endswith(DEMONSTRATION_MAIL_DOMAIN):
                message_of(mail).send()
        except Exception as error:  # no error may stop the queue
            failed += 1
            _schedule_retry(mail, error, now or timezone.now())
            if _is_out_of_reach(error):
                break
        else:
            sent += 1
            Mail.objects.filter(pk=mail.pk).update(
                sent_at=now or timezone.now(),
                leased_until=None,
                last_error="",
                **{"text": "", "html": ""} if mail.kind in OPENS_AN_ACCOUNT else {},
            )
    return sent, failed


@transaction.atomic
def _lease_next_mail(now):
    """
    The next due mail, leased to this process, or None.

    The lease outlives the transaction, so that no transaction is open during sending.
    """
    ready = Mail.objects.ready(now).order_by("next_attempt_at", "pk")
    mail = ready.select_for_update(skip_locked=True).first()
    if mail is None:
        return None
    leased = Mail.objects.ready(now).filter(pk=mail.pk)
    if not leased.update(leased_until=now + LEASE, attempts=F("attempts") + 1):
        return None
    mail.attempts += 1
    return mail


def _schedule_retry(mail, error, now):
    """
    Schedule the next attempt, or give the mail up after the last pause.

    During an outage of the server the long pauses begin after ``MAX_OUTAGE``.
    """
    kind = error_summary(error)
    logger.warning("Mail %s was not sent: %s", mail.pk, kind)
    attempts = mail.attempts
    if _is_out_of_reach(error) and now - mail.created_at < MAX_OUTAGE:
        attempts = min(attempts, RETRY_MINUTES.index(MAX_OUTAGE_MINUTES) + 1)
    if attempts <= len(RETRY_MINUTES):
        pause = timedelta(minutes=RETRY_MINUTES[attempts - 1])
        change = {"next_attempt_at": now + pause}
    else:
        change = {"given_up_at": now}
    Mail.objects.filter(pk=mail.pk).update(
        attempts=attempts, last_error=kind, leased_until=None, **change
    )


def _is_out_of_reach(error):
    refused = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused)
    lost = (smtplib.SMTPConnectError, smtplib.SMTPAuthenticationError)
    return isinstance(error, lost) or (
        isinstance(error, OSError) and not isinstance(error, refused)
    )


def error_summary(error):
    """Kind and number of an error; its text may contain addresses."""
    code = getattr(error, "smtp_code", None)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next((code for code, _words in error.recipients.values()), None)
    return f"{type(error).__name__} {code or ''}".strip()[:100]


def message_of(mail):
    """The message; its id never changes, so that duplicates are recognized."""
    number = f"{mail.pk}.{mail.created_at:%Y%m%d%H%M%S}"
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        to=[mail.to],
        connection=get_connection(),
        headers={
            "Message-ID": f"<{number}@{settings.SITE_HOST}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": mail.language,
        },
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


class FileBackend(BaseEmailBackend):
    def send_messages(self, email_messages):
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{timezone.localtime():%Y%m%d-%H%M%S}-{uuid4().hex[:8]}.eml"
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with os.fdopen(os.open(folder / name, flags, 0o600), "wb") as file:
                file.write(message.message().as_bytes(linesep="\n"))
        return len(email_messages)


def remove_mail_files(has_phrase):
    """Delete the stored mails that have a text for which ``has_phrase`` is true."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    for path in Path(folder).glob("*.eml") if folder else ():
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        parts = [
            part for part in message.walk() if part.get_content_maintype() == "text"
        ]
        texts = [str(message["subject"]), *(part.get_content() for part in parts)]
        if any(map(has_phrase, texts)):
            path.unlink()
