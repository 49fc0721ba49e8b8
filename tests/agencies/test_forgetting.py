"""What is forgotten by itself, and what stays however old it is."""

import os
from datetime import timedelta
from io import StringIO

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache.backends.db import DatabaseCache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from agencies.audit import AuditEntry
from agencies.invitations import Invitation, accept_invitation, letter_storage
from agencies.mail import Mail, queue_mail
from agencies.management.commands import forget_old_data
from agencies.models import User
from tests import make
from tests.make.people import PASSWORD, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

NOW = timezone.now()


def run(*arguments):
    """What the command says, name → number, without what was nothing."""
    out = StringIO()
    call_command("forget_old_data", *arguments, stdout=out)
    said = (line.split(" ", 1) for line in out.getvalue().splitlines())
    return {name: int(number) for number, name in said if number != "0"}


def make_mail(*, days=0, **fields):
    queue_mail(to="ana@example.org", language="es", kind="k", subject="S", text="T")
    row = Mail.objects.filter(sent_at=None, given_up_at=None).latest("pk")
    then = NOW - timedelta(days=days)
    Mail.objects.filter(pk=row.pk).update(
        **dict.fromkeys(fields.pop("stamped", []), then), created_at=then, **fields
    )
    return row.pk


def test_a_fresh_portal_has_nothing_to_forget():
    assert run() == {}


@pytest.mark.parametrize("stamp", ["sent_at", "given_up_at"])
def test_a_mail_loses_its_text_and_then_goes(stamp):
    young = make_mail(days=89, stamped=[stamp])
    old = make_mail(days=91, stamped=[stamp])
    oldest = make_mail(days=366, stamped=[stamp])
    waiting = make_mail(days=400)

    told = run()

    assert told == {"texts of mails": 2, "mails": 1}
    assert dict(Mail.objects.values_list("pk", "text")) == {
        young: "T",
        old: "",
        waiting: "T",
    }
    assert oldest not in Mail.objects.values_list("pk", flat=True)


def test_an_invitation_that_nobody_accepted_goes_with_its_letter():
    past = NOW - timedelta(days=366)
    storage = letter_storage()
    rows = {}
    for name, stamps in {
        "run out": {"expires_at": past},
        "revoked": {"revoked_at": past},
        "fresh": {"expires_at": NOW - timedelta(days=364)},
    }.items():
        invitation, _secret = make.invitation(email=f"{name.split()[0]}@example.org")
        file = storage.save(name.split()[0], SimpleUploadedFile("x", b"%PDF"))
        Invitation.objects.filter(pk=invitation.pk).update(letter=file, **stamps)
        rows[name] = (invitation.pk, file)
    invitation, secret = make.invitation(email="in@example.org")
    accept_invitation(secret, User(first_name="Ana"), PASSWORD)
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=past)

    forget_old_data.delete_old_data(NOW)

    kept = set(Invitation.objects.values_list("pk", flat=True))
    assert kept == {rows["fresh"][0], invitation.pk}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("open_record")
def test_its_letter_is_deleted_only_when_the_row_is():
    invitation, _secret = make.invitation(role="reviewer")
    storage = letter_storage()
    file = storage.save("letter", SimpleUploadedFile("x", b"%PDF"))
    Invitation.objects.update(letter=file, expires_at=NOW - timedelta(days=366))

    told = run("--dry-run")
    was_there = storage.exists(file) and Invitation.objects.exists()
    run()

    assert (told, was_there) == ({"invitations": 1}, True)
    assert not storage.exists(file)


def test_a_letter_that_cannot_be_deleted_keeps_no_other_one(
    monkeypatch, caplog, django_capture_on_commit_callbacks
):
    # The very one of the field: settings of an earlier test may have made another.
    storage = Invitation._meta.get_field("letter").storage
    files = []
    for name in ("first", "second"):
        invitation, _secret = make.invitation(email=f"{name}@example.org")
        files.append(storage.save(name, SimpleUploadedFile("x", b"%PDF")))
        Invitation.objects.filter(pk=invitation.pk).update(
            letter=files[-1], expires_at=NOW - timedelta(days=366)
        )
    delete = storage.delete

    def refuse_first(name):
        if name == files[0]:
            raise PermissionError
        delete(name)

    monkeypatch.setattr(storage, "delete", refuse_first)

    with django_capture_on_commit_callbacks(execute=True):
        forget_old_data.delete_old_data(NOW)

    assert [storage.exists(file) for file in files] == [True, False]
    assert [row.levelname for row in caplog.records] == ["ERROR"]


def test_sessions_that_are_over_go_and_open_ones_stay(client):
    sign_in(client, make.reviewer().username)
    mine = client.session.session_key
    other = Session.objects.create(
        session_key="over", session_data="", expire_date=NOW - timedelta(minutes=1)
    )
    seen = UserSession.objects.get()
    seen.pk, seen.session_key = None, other.session_key
    seen.last_seen_at = NOW - timedelta(hours=13)
    seen.save()

    told = run()

    assert told["sessions that are over"] == 1
    assert [row.session_key for row in Session.objects.all()] == [mine]
    assert [row.session_key for row in UserSession.objects.all()] == [mine]


def test_tries_that_no_longer_count_are_forgotten(monkeypatch):
    shared = DatabaseCache("shared_cache", {})
    monkeypatch.setattr(forget_old_data, "caches", {"default": shared})
    shared.set("old", 1, timeout=-60)
    shared.set("counts", 1, timeout=60)

    assert run() == {"counted tries": 1}
    assert shared.get("counts") == 1


def test_mails_in_files_are_forgotten_with_the_others(
    settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.EMAIL_FILE_PATH = tmp_path
    for name, days in [("old.eml", 91), ("young.eml", 89), ("else.txt", 400)]:
        path = tmp_path / name
        path.write_bytes(b"Subject: x")
        then = (NOW - timedelta(days=days)).timestamp()
        os.utime(path, (then, then))

    with django_capture_on_commit_callbacks(execute=True):
        told = run()

    assert told == {"mails in files": 1}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["else.txt", "young.eml"]


def test_a_mail_whose_file_is_gone_keeps_no_other_one(
    settings, tmp_path, monkeypatch, django_capture_on_commit_callbacks
):
    settings.EMAIL_FILE_PATH = tmp_path
    listed = [tmp_path / f"{name}.eml" for name in ("gone", "going", "old")]
    for path in listed[1:]:
        path.write_bytes(b"Subject: x")
    monkeypatch.setattr(forget_old_data.Path, "glob", lambda *args: listed)

    with django_capture_on_commit_callbacks(execute=True):
        told = forget_old_data.delete_old_data(NOW + timedelta(days=91))
        listed[1].unlink()

    assert told["mails in files"] == 2
    assert os.listdir(tmp_path) == []


def test_what_happened_stays_in_the_record():
    make.invitation()
    Invitation.objects.update(expires_at=NOW - timedelta(days=400))
    before = AuditEntry.objects.count()

    run()

    assert Invitation.objects.count() == 0
    assert AuditEntry.objects.count() == before
