"""A lost second factor: two administrators, or the server's own keeper."""

import io
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.accounts import closing
from agencies.accounts.second_factors import FactorReset
from agencies.audit import AuditEntry
from agencies.mail import Mail
from agencies.models import User
from tests import make
from tests.make.people import sign_in

pytestmark = pytest.mark.django_db

ADD = reverse("admin:agencies_factorreset_add")


@pytest.fixture
def person():
    user = make.reviewer()
    make.totp(user)
    RecoveryCodes.activate(user)
    return user


def ask(person, by):
    make.browser(by).post(ADD, {"user": person.pk, "way": "in_person"})
    return FactorReset.objects.latest("pk")


def press(reset, step, by):
    address = reverse(f"admin:agencies_factorreset_{step}", args=[reset.pk])
    return make.browser(by).post(address)


def factors(person):
    return Authenticator.objects.filter(user=person).count()


def test_one_asks_another_confirms_and_the_person_starts_anew(person):
    first, second = make.administrator(), make.administrator()
    open_session = make.browser(person)

    reset = ask(person, first)
    press(reset, "approve", first)
    alone = factors(person), Mail.objects.count()
    press(reset, "approve", second)

    reset.refresh_from_db()
    assert (reset.proposed_by, reset.decided_by) == (first, second)
    assert (alone, factors(person)) == ((2, 0), 0)
    assert open_session.get(reverse("admin:index")).status_code == 302
    assert [mail.to for mail in Mail.objects.all()] == [person.email]
    assert sign_in(Client(), person.username).url == reverse("admin:index")
    events = AuditEntry.objects.filter(event__startswith="recovery").order_by("pk")
    assert [entry.event for entry in events] == [
        *("recovery_asked", "recovery_done", "recovery_approved")
    ]


def test_the_person_herself_is_neither_of_the_two(person):
    administrator = make.administrator()
    make.totp(administrator)

    ask_for = {"user": administrator.pk, "way": "in_person"}
    make.browser(administrator).post(ADD, ask_for)
    reset = ask(administrator, make.administrator())
    press(reset, "approve", administrator)

    assert factors(administrator) == 1


def test_a_refused_request_can_no_longer_be_confirmed(person):
    reset = ask(person, make.administrator())
    press(reset, "refuse", make.administrator())

    press(reset, "approve", make.administrator())

    assert factors(person) == 2


def test_whoever_asked_takes_it_back_and_the_person_may_refuse():
    first, second = make.administrator(), make.administrator()

    press(ask(second, first), "refuse", first)
    press(ask(second, first), "refuse", second)

    told = FactorReset.objects.order_by("pk").values_list("status", "decided_by")
    assert list(told) == [("taken_back", first.pk), ("declined", second.pk)]


def test_what_was_asked_for_already_is_told_in_words(person):
    ask(person, make.administrator())

    response = make.browser(make.administrator()).post(
        ADD, {"user": person.pk, "way": "video"}
    )

    assert set(response.context["adminform"].form.errors) == {"user"}
    assert FactorReset.objects.count() == 1


def test_a_superuser_is_not_recovered_by_administrators():
    root = make.user(is_superuser=True)
    make.totp(root)

    make.browser(make.administrator()).post(ADD, {"user": root.pk, "way": "in_person"})

    assert FactorReset.objects.count() == 0


def test_the_database_refuses_the_person_as_either_of_the_two():
    first, person = make.administrator(), make.administrator()
    rows = FactorReset.objects.filter(pk=ask(person, first).pk)
    told = {"status": "applying", "decided_at": timezone.now()}

    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(decided_by=person, **told)
    with pytest.raises(IntegrityError), transaction.atomic():
        FactorReset.objects.create(
            user=person, way="video", proposed_by=person, proposed_at=timezone.now()
        )


def test_the_server_prints_a_link_that_serves_once(person, client):
    said = io.StringIO()
    new = "cuatro caballos azules corren"

    call_command("recover_account", person.username.upper(), stdout=said)

    link = re.search(r"http://localhost:8000(/\S+)", said.getvalue()).group(1)
    page = client.get(link, follow=True)
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    person.refresh_from_db()
    again = Client().get(link, follow=True)
    assert factors(person) == 0
    assert person.check_password(new)
    assert again.context["token_fail"] is True
    assert AuditEntry.objects.filter(event="recovery_done").count() == 1
    assert "agencies" not in said.getvalue()


def test_the_server_recovers_no_account_closed_or_unknown():
    closed = make.reviewer(is_active=False)

    for name in (closed.username, "nobody"):
        with pytest.raises(CommandError):
            call_command("recover_account", name)

    assert FactorReset.objects.count() == 0


def test_the_server_locks_administrators_before_it_opens_one(monkeypatch):
    one, opened = make.administrator(is_active=False), []
    real = closing.lock_administrators

    def hold():
        opened.append(User.objects.get(pk=one.pk).is_active)
        real()

    monkeypatch.setattr(closing, "lock_administrators", hold)
    call_command("recover_account", one.username, stdout=io.StringIO())

    assert opened == [False, True]


def test_the_server_opens_the_only_administrator_and_no_second():
    one, other = make.administrator(), make.administrator()
    User.objects.update(is_active=False)

    call_command("recover_account", one.username, stdout=io.StringIO())
    with pytest.raises(CommandError, match="is closed"):
        call_command("recover_account", other.username)

    entry = AuditEntry.objects.get(event="recovery_asked")
    assert list(User.objects.filter(is_active=True)) == [one]
    assert (entry.object, entry.facts) == (
        f"agencies.user:{one.pk}",
        {"way": "server", "opened": True},
    )
