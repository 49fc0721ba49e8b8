"""The mail queue: sent once, tried again, in nobody's way."""

import email
import smtplib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from agencies import mail
from agencies.mail import RETRY_MINUTES, Mail, focal_points_of
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

ROOT = Path(__file__).parents[2]
NOW = datetime(2025, 4, 1, 12, 0, tzinfo=UTC)


def queue(**fields):
    """A mail that is ready at NOW."""
    number = Mail.objects.count() + 1
    fields = {
        "to": f"person{number}@example.org",
        "language": "es",
        "kind": "trial",
        "subject": "Recordatorio",
        "text": "Falta un reporte.",
        "key": f"trial:{number}",
    } | fields
    created = mail.queue_mail(**fields)
    Mail.objects.filter(attempts=0).update(next_attempt_at=NOW)
    return created


def fail(monkeypatch, *errors):
    """Make sending fail with these errors in turn, then work; counts the tries."""
    tries = []

    def send(message):
        tries.append(message.to)
        if len(tries) <= len(errors):
            raise errors[len(tries) - 1]

    monkeypatch.setattr(EmailMultiAlternatives, "send", send)
    return tries


# Queued


def test_a_mail_of_the_same_key_is_never_queued_twice(mailoutbox):
    queued = [queue(key="reminder:1"), queue(key="reminder:1", text="Otra vez.")]
    sent = mail.send_queue(now=NOW)
    queued += [queue(key="reminder:1"), queue(key=""), queue(key="")]

    assert queued == [True, False, False, True, True]
    assert sent == (1, 0)
    assert [message.body for message in mailoutbox] == ["Falta un reporte."]


def test_nothing_is_queued_when_the_callers_transaction_fails():
    @transaction.atomic
    def page():
        queue()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        page()

    assert Mail.objects.count() == 0


@pytest.mark.sqlite
def test_a_subject_never_breaks_into_headers(mailoutbox):
    queue(subject="Aviso\r\nBcc: otra@example.org")

    mail.send_queue(now=NOW)

    (message,) = mailoutbox
    assert message.subject == "Aviso Bcc: otra@example.org"
    assert message.recipients() == ["person1@example.org"]


# Sent


@pytest.mark.sqlite
def test_what_waits_is_sent_once_in_text_and_html(mailoutbox, capsys):
    queue(html="<p>Falta un reporte.</p>", language="en")

    call_command("send_mail_queue")
    again = mail.send_queue(now=NOW + timedelta(days=1))

    assert capsys.readouterr().out == "1 sent, 0 failed\n"
    (message,) = mailoutbox
    assert again == (0, 0)
    assert (message.to, message.body) == (["person1@example.org"], "Falta un reporte.")
    assert [tuple(each) for each in message.alternatives] == [
        ("<p>Falta un reporte.</p>", "text/html")
    ]
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    assert message.extra_headers["Content-Language"] == "en"
    assert Mail.objects.get().sent_at is not None


def test_invented_people_are_sent_nothing_and_no_link_is_kept(mailoutbox):
    queue(to=f"ana.ejemplo{mail.DEMONSTRATION_MAIL_DOMAIN}", kind="invitation")
    queue(to="ana@example.org")

    assert mail.send_queue(now=NOW) == (2, 0)

    assert [message.to for message in mailoutbox] == [["ana@example.org"]]
    kept = Mail.objects.order_by("pk").values_list("sent_at", "text")
    assert list(kept) == [(NOW, ""), (NOW, "Falta un reporte.")]


# Refused


@pytest.mark.sqlite
def test_a_failed_mail_waits_longer_each_time_and_is_given_up(monkeypatch):
    errors = [smtplib.SMTPDataError(451, b"later, ana@example.org")] * 8
    tries = fail(monkeypatch, *errors)
    queue()
    now, waits = NOW, []

    while not (row := Mail.objects.get()).given_up_at:
        waits.append(int((row.next_attempt_at - now).total_seconds() // 60))
        now = row.next_attempt_at
        mail.send_queue(now=now)

    assert waits == [0, *RETRY_MINUTES]
    assert list(RETRY_MINUTES) == sorted(RETRY_MINUTES)
    assert len(tries) == 8
    assert mail.send_queue(now=now + timedelta(days=30)) == (0, 0)


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            smtplib.SMTPRecipientsRefused({"ana@example.org": (550, b"no ana")}),
            "SMTPRecipientsRefused 550",
        ),
        (smtplib.SMTPDataError(554, b"ana@example.org"), "SMTPDataError 554"),
        (TimeoutError("ana@example.org"), "TimeoutError"),
        (ValueError("ana@example.org"), "ValueError"),
    ],
)
def test_an_error_is_told_without_an_address(monkeypatch, caplog, error, told):
    fail(monkeypatch, error)
    queue(to="ana@example.org")

    mail.send_queue(now=NOW)

    row = Mail.objects.get()
    assert row.last_error == told
    assert [record.getMessage() for record in caplog.records] == [
        f"Mail {row.pk} was not sent: {told}"
    ]
    assert "example.org" not in caplog.text


@pytest.mark.sqlite
def test_one_refused_address_does_not_hold_up_the_others(monkeypatch):
    tries = fail(
        monkeypatch,
        smtplib.SMTPRecipientsRefused({"person1@example.org": (550, b"unknown")}),
    )
    queue()
    queue()

    outcome = mail.send_queue(now=NOW)

    assert outcome == (1, 1)
    assert tries == [["person1@example.org"], ["person2@example.org"]]


@pytest.mark.sqlite
def test_a_server_out_of_reach_costs_one_try_a_run(monkeypatch):
    tries = fail(monkeypatch, ConnectionRefusedError(), ConnectionRefusedError())
    queue()
    queue()

    outcome = mail.send_queue(now=NOW)

    assert outcome == (0, 1)
    assert tries == [["person1@example.org"]]
    assert list(Mail.objects.order_by("pk").values_list("attempts", flat=True)) == [
        1,
        0,
    ]


@pytest.mark.sqlite
def test_an_outage_of_a_day_delays_a_mail_by_an_hour_at_most(monkeypatch):
    tries = fail(monkeypatch, *[TimeoutError()] * 28)
    queue()
    Mail.objects.update(created_at=NOW)
    now = NOW

    while not (row := Mail.objects.get()).sent_at:
        assert row.next_attempt_at - now <= timedelta(hours=1)
        now = row.next_attempt_at
        mail.send_queue(now=now)

    assert len(tries) == 29
    assert now - NOW > timedelta(days=1)


@pytest.mark.sqlite
def test_a_mail_is_given_up_when_its_server_does_not_come_back(monkeypatch):
    fail(monkeypatch, *[TimeoutError()] * 100)
    queue()
    Mail.objects.update(created_at=NOW)
    now = NOW

    while not (row := Mail.objects.get()).given_up_at:
        now = row.next_attempt_at
        mail.send_queue(now=now)

    assert timedelta(days=2) < now - NOW < timedelta(days=5)


# Two at once


def test_a_mail_is_left_to_the_process_that_sends_until_it_died(mailoutbox):
    queue()
    Mail.objects.update(leased_until=NOW + timedelta(minutes=1))
    meanwhile = mail.send_queue(now=NOW)

    Mail.objects.update(leased_until=NOW - timedelta(seconds=1))

    assert (meanwhile, mail.send_queue(now=NOW)) == ((0, 0), (1, 0))


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_send_each_mail_once(monkeypatch, open_record):
    sent, start = [], threading.Barrier(2)
    monkeypatch.setattr(
        EmailMultiAlternatives, "send", lambda message: sent.append(message.to[0])
    )
    for _number in range(20):
        queue()

    def run(_number):
        start.wait()
        try:
            mail.send_queue(now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))

    assert sorted(sent) == sorted(
        f"person{number}@example.org" for number in range(1, 21)
    )
    assert Mail.objects.waiting().count() == 0


# Nowhere else


@pytest.mark.sqlite
def test_nothing_but_the_queue_speaks_to_a_mail_server():
    speakers = {
        path.relative_to(ROOT).as_posix()
        for app in ("agencies", "strategic_areas", "plan_portal")
        for path in (ROOT / app).rglob("*.py")
        if "django.core.mail" in path.read_text() or "smtplib" in path.read_text()
    }

    # It reports that a unit failed, which may be the one that sends the queue.
    at_once = "plan_portal/management/commands/mail_failure.py"
    assert speakers == {"agencies/mail.py", at_once}


# Without a server


@pytest.mark.sqlite
def test_without_a_server_mails_are_files_of_the_portals_user(settings, tmp_path):
    settings.EMAIL_BACKEND = "agencies.mail.FileBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    queue(subject="Añada su reporte")

    mail.send_queue(now=NOW)

    (file,) = (tmp_path / "mail").iterdir()
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert file.suffix == ".eml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "mail").stat().st_mode & 0o777 == 0o700
    assert (message["To"], message["Subject"]) == (
        "person1@example.org",
        "Añada su reporte",
    )


# In the admin


@pytest.mark.sqlite
def test_an_administrator_tries_again_only_what_was_given_up(client, mailoutbox):
    queue()
    mail.send_queue(now=NOW)
    queue()
    given_up = Mail.objects.latest("pk")
    Mail.objects.filter(pk=given_up.pk).update(given_up_at=timezone.now(), attempts=8)
    client.force_login(make.administrator())

    client.post(
        reverse("admin:agencies_mail_changelist"),
        {"action": "try_again", "_selected_action": [m.pk for m in Mail.objects.all()]},
    )

    given_up.refresh_from_db()
    assert (given_up.given_up_at, given_up.attempts) == (None, 0)
    mail.send_queue()
    assert [message.to[0] for message in mailoutbox] == [
        *("person1@example.org", "person2@example.org")
    ]


@pytest.mark.sqlite
def test_an_administrator_sees_what_became_of_a_mail(client):
    queue(text="La actividad zanahoria fue devuelta.", html="<p>zanahoria</p>")
    client.force_login(make.administrator())
    address = reverse("admin:agencies_mail_change", args=[Mail.objects.get().pk])

    page = client.get(address).content.decode()

    assert "person1@example.org" in page
    assert "zanahoria" not in page


def test_mail_for_an_agency_goes_to_who_reports_and_can_read_it():
    agency, today = make.agency(), timezone.localdate()
    cover = {"leave_cover": True, "ends_on": today}
    titular, alternate = (make.focal_point(agency=agency) for _ in range(2))
    make.mandate(user=titular, agency=agency, kind="alternate", **cover)
    make.focal_point(agency=make.agency())
    for fields in ({"email": ""}, {"is_active": False}, {"is_staff": False}):
        make.focal_point(agency=agency, mandate=cover, **fields)
    ended = cover | {"ends_on": today - timedelta(days=1)}
    make.focal_point(agency=agency, mandate=ended)

    found = sorted(focal_points_of(agency), key=lambda person: person.pk)

    assert found == [titular, alternate]
