"""The one door: signing in, limits, links to a new password, the pages of /cuenta/."""

import logging
import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core import signing
from django.core.cache.backends.db import DatabaseCache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.accounts.passwords import LeanArgon2Hasher
from agencies.mail import Mail
from tests import make
from tests.make.people import PASSWORD, sign_in

pytestmark = pytest.mark.django_db

LOGIN = reverse("account_login")
RESET = reverse("account_reset_password")
NEW = "cuatro caballos azules corren"


def is_signed_in(client):
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(
    ("make_actor", "name"),
    [
        *((make.administrator, "username"), (make.reviewer, "email")),
        (make.focal_point, "username"),
    ],
)
def test_a_person_signs_in_by_name_or_by_address(client, make_actor, name):
    user = make_actor()

    response = sign_in(client, getattr(user, name))

    assert response.url == reverse("admin:index")
    assert is_signed_in(client)


@pytest.mark.parametrize("wrong", ["another password", ""])
def test_a_wrong_password_opens_nothing(client, wrong):
    response = sign_in(client, make.reviewer().username, password=wrong)

    assert response.status_code == 200
    assert not is_signed_in(client)


def test_a_closed_account_opens_nothing(client):
    response = sign_in(client, make.reviewer(is_active=False).username)

    assert response.url == reverse("account_inactive")
    assert not is_signed_in(client)


def test_no_account_can_be_told_from_none(client, settings, monkeypatch):
    settings.PASSWORD_HASHERS = ["agencies.accounts.passwords.LeanArgon2Hasher"]
    user, closed = make.reviewer(), make.reviewer(is_active=False)
    invited = make.reviewer(username="ana@example.org", email="ana@example.org")
    names = [user.username, user.email, closed.username, invited.email.upper()]
    names += ["nobody", "no@example.org"]
    hashed = []

    def count(self, password, *args):
        hashed.append(password)
        return False if args[0].startswith("argon2") else "argon2$"

    monkeypatch.setattr(LeanArgon2Hasher, "encode", count)
    monkeypatch.setattr(LeanArgon2Hasher, "verify", count)

    pages = [sign_in(client, name, password=f"wrong-{name}") for name in names]

    assert hashed == [f"wrong-{name}" for name in names]
    csrf = re.compile(rb'value="\w{64}"')
    answers = {
        csrf.sub(b"", page.content).replace(f'value="{name}"'.encode(), b"")
        for name, page in zip(names, pages, strict=True)
    }
    assert len(answers) == 1


def test_the_admin_has_no_door_of_its_own(client):
    user = make.reviewer()
    address = reverse("admin:login")

    shown = client.get(address, {"next": "/gestion/rondas/"})
    client.post(address, {"username": user.username, "password": PASSWORD})

    assert shown.url == f"{LOGIN}?next=%2Fgestion%2Frondas%2F"
    assert not is_signed_in(client)


def test_a_signed_in_person_cannot_become_another_in_the_admin(client):
    other = make.administrator()
    client.force_login(make.reviewer())
    mine = client.session["_auth_user_id"]

    client.post(
        reverse("admin:login"), {"username": other.username, "password": PASSWORD}
    )

    assert client.session["_auth_user_id"] == mine


def test_a_link_to_elsewhere_is_not_followed_after_signing_in(client):
    user = make.reviewer()

    response = client.post(
        LOGIN,
        {
            "login": user.username,
            "password": PASSWORD,
            "next": "https://elsewhere.example/",
        },
    )

    assert response.url == reverse("admin:index")


def test_signing_out_needs_a_press(client):
    client.force_login(make.reviewer())

    client.get(reverse("account_logout"))
    still = is_signed_in(client)
    client.post(reverse("account_logout"))

    assert (still, is_signed_in(client)) == (True, False)


def test_nobody_signs_up(client):
    before = make.user().pk

    response = client.post(
        reverse("account_signup"),
        {"username": "ana", "password1": PASSWORD, "password2": PASSWORD},
    )

    assert "signup_closed" in response.templates[0].name
    assert not is_signed_in(client)
    assert make.user().pk == before + 1


def test_too_many_tries_of_one_account_are_answered_by_our_page(client):
    """Those of one person shut nobody else out of an office."""
    user, colleague = make.reviewer(), make.reviewer()

    statuses = [
        sign_in(Client(), user.username, password="wrong").status_code
        for _ in range(12)
    ]
    right = sign_in(client, user.username)

    assert statuses == [200] * 5 + [429] * 7
    assert (right.status_code, right["Retry-After"]) == (429, "300")
    assert not is_signed_in(client)
    assert sign_in(client, colleague.username).status_code == 302


def test_nobody_signs_in_to_one_account_without_end(client):
    person = make.reviewer()

    answers = [sign_in(Client(), person.username).status_code for _ in range(31)]

    assert answers == [302] * 30 + [429]


def known_browser(person):
    """A browser in which the person has signed in before."""
    client = Client()
    sign_in(client, person.username)
    client.post(reverse("account_logout"))
    return client


def shut(person):
    """Let somebody's wrong guesses reach the limit of an account."""
    for _number in range(6):
        last = sign_in(Client(), person.username, password="wrong")
    assert last.status_code == 429


def test_the_right_password_opens_from_a_browser_known_before(settings):
    person = make.reviewer()
    known = known_browser(person)
    shut(person)

    wrong = sign_in(known, person.username, password="wrong")
    right = sign_in(known, person.email)

    assert (wrong.status_code, right.status_code) == (200, 302)
    cookie = known.cookies[settings.DEVICE_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_from_such_a_browser_too_the_guesses_are_counted():
    person = make.reviewer()
    known = known_browser(person)

    answers = [
        sign_in(known, person.username, password="wrong").status_code for _ in range(6)
    ]

    assert answers == [200] * 5 + [429]
    assert sign_in(Client(), person.username).status_code == 302


def forged(known, person, settings):
    known.cookies[settings.DEVICE_COOKIE_NAME] = signing.dumps(
        [person.pk, "x", person.get_session_auth_hash()[:16]], salt="another"
    )


def of_another(known, person, settings):
    known.cookies = known_browser(make.reviewer()).cookies


def of_a_former_password(known, person, settings):
    person.set_password(PASSWORD)  # the same one, hashed anew
    person.save()


def too_old(known, person, settings):
    with time_machine.travel(timezone.now() - timedelta(days=181)):
        known.cookies = known_browser(person).cookies


@pytest.mark.parametrize("happens", [forged, of_another, of_a_former_password, too_old])
def test_another_cookie_opens_nothing(settings, happens):
    person = make.reviewer()
    known = known_browser(person)
    happens(known, person, settings)
    shut(person)

    assert sign_in(known, person.username).status_code == 429


def test_for_a_passkey_only_its_own_limit_counts(client):
    passkey = reverse("mfa_login_webauthn")
    passwords = [sign_in(client, f"nobody{n}", password="wrong") for n in range(11)]

    tried = [client.post(passkey, {"credential": "{}"}) for _ in range(31)]

    assert passwords[-1].status_code == 429
    assert [each.status_code for each in tried] == [302] * 30 + [429]


def test_where_limits_cannot_be_counted_nobody_comes_in(client, monkeypatch):
    monkeypatch.setattr(DatabaseCache, "add", lambda *args, **options: False)
    monkeypatch.setattr("allauth.core.internal.ratelimit.CACHE_LOCK_WAIT_TIMEOUT", 0.01)
    user = make.reviewer()

    response = sign_in(client, user.username)

    assert response.status_code == 429
    assert not is_signed_in(client)


def test_the_limit_of_one_visitor_is_not_that_of_the_proxy(client, settings):
    settings.CLIENT_ADDRESS_HEADER = "HTTP_VISITOR"
    for number in range(10):
        sign_in(
            client, f"n{number}", password="wrong", headers={"visitor": "203.0.113.5"}
        )

    same, other, unknown = (
        sign_in(client, "n11", password="wrong", headers=headers).status_code
        for headers in (
            {"visitor": "9.9.9.9, 203.0.113.5", "x-forwarded-for": "9.9.9.9"},
            {"visitor": "203.0.113.6"},
            {"x-forwarded-for": "9.9.9.9"},
        )
    )

    assert (same, other, unknown) == (429, 200, 403)


def test_without_a_trusted_proxy_nobody_chooses_her_address(client):
    names = ["x-forwarded-for", "x-real-ip", "visitor"]
    for number in range(10):
        headers = dict.fromkeys(names, f"9.9.9.{number}")
        sign_in(client, f"n{number}", password="wrong", headers=headers)

    last = [
        sign_in(client, "n11", password="wrong", headers={name: "9.9.9.99"}).status_code
        for name in names
    ]

    assert last == [429] * 3


def test_a_link_to_a_new_password_tells_not_who_has_an_account(client):
    user = make.reviewer()

    known = client.post(RESET, {"email": user.email}, follow=True)
    unknown = client.post(RESET, {"email": "nobody@example.org"}, follow=True)

    csrf = re.compile(rb'value="\w{64}"')
    assert csrf.sub(b"", known.content) == csrf.sub(b"", unknown.content)
    assert [mail.to for mail in Mail.objects.all()] == [user.email]


def link_in(mail):
    return re.search(r"http://localhost:8000(/\S+)", mail.text).group(1)


def test_links_to_a_password_are_limited_by_address_and_place(client):
    one = [client.post(RESET, {"email": "a@example.org"}) for _time in range(6)]
    elsewhere = Client(REMOTE_ADDR="192.0.2.8")
    same = elsewhere.post(RESET, {"email": "a@example.org"})
    place = Client(REMOTE_ADDR="192.0.2.9")
    many = [place.post(RESET, {"email": f"{n}@example.org"}) for n in range(21)]

    assert [answer.status_code for answer in one] == [302] * 5 + [429]
    assert same.status_code == 429
    assert [answer.status_code for answer in many] == [302] * 20 + [429]


def test_the_link_sets_a_password_once_and_signs_nobody_in(client):
    user = make.reviewer()
    client.post(RESET, {"email": user.email})
    link = link_in(Mail.objects.get(kind="password_reset"))

    page = client.get(link, follow=True)
    done = client.post(page.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    again = Client().get(link, follow=True)

    user.refresh_from_db()
    assert done.url == reverse("account_reset_password_from_key_done")
    assert user.check_password(NEW)
    assert not is_signed_in(client)
    assert again.context["token_fail"] is True


def test_a_new_password_ends_what_anothers_wrong_tries_shut(client):
    user = make.reviewer()
    names = [user.username, user.email.upper()]
    shut = [
        sign_in(client, name, password="wrong").status_code
        for name in names
        for _time in range(5)
    ]
    client = Client(REMOTE_ADDR="192.0.2.7")
    before = [sign_in(client, name).status_code for name in names]
    client.post(RESET, {"email": user.email})
    link = link_in(Mail.objects.get(kind="password_reset"))

    page = client.get(link, follow=True)
    client.post(page.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    # A process refuses for some seconds more; see plan_portal/sign_in_flood.py.
    client = Client(REMOTE_ADDR="192.0.2.7")
    after = [sign_in(client, name, password=NEW).status_code for name in names]

    assert (shut, before, after) == ([200] * 10, [429, 429], [302, 302])


def test_a_former_address_opens_no_account(client):
    user = make.reviewer(email="now@example.org")
    EmailAddress.objects.create(
        user=user, email="before@example.org", primary=True, verified=True
    )

    client.post(RESET, {"email": "before@example.org"})

    assert Mail.objects.count() == 0


def test_the_log_holds_no_key_of_a_link(client, caplog):
    caplog.set_level(logging.INFO, logger="plan_portal.access")

    client.get("/cuenta/password/reset/key/1-abc-0123456789/")

    (line,) = [each for each in caplog.records if each.name == "plan_portal.access"]
    assert line.path == "/cuenta/password/reset/key/…"
    assert "0123456789" not in line.getMessage()


def change_password(client):
    typed = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    client.post(reverse("account_change_password"), typed)


def test_who_has_no_password_to_change_is_led_to_the_link_for_a_new_one(client):
    user = make.reviewer()
    user.set_unusable_password()
    user.save()
    client.force_login(user)

    page = client.get(reverse("account_change_password"), follow=True)
    client.post(page.request["PATH_INFO"], {"email": user.email})

    assert page.templates[0].name == "account/password_reset.html"
    assert Mail.objects.get().kind == "password_reset"


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_change_is_told_by_mail_in_the_persons_language(client, language):
    user = make.reviewer(language=language)
    client.force_login(user)

    change_password(client)

    mail = Mail.objects.get()
    assert (mail.to, mail.language, mail.kind) == (user.email, language, "account")
    assert user.username in mail.text


def test_a_changed_password_ends_all_other_sessions_but_this(client):
    """As she may by herself, on the list of her own sessions."""
    user, other, third = make.reviewer(), Client(), Client()
    for each in (client, other):
        sign_in(each, user.username)
    sign_in(Client(), make.reviewer().username)
    address, index = reverse("usersessions_list"), reverse("admin:index")

    listed = client.get(address).context["sessions"]
    client.post(address)
    closed = other.get(index).status_code
    left = UserSession.objects.filter(user=user).count()
    sign_in(third, user.username)
    change_password(client)

    assert [session.user for session in listed] == [user, user]
    assert [closed, third.get(index).status_code, left] == [302, 302, 1]
    assert client.get(index).status_code == 200


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_of_the_account_is_ours(client, language):
    user = make.reviewer(language=language)
    anonymous = Client()
    anonymous.cookies["idioma"] = language
    sign_in(client, user.username)
    names = {
        anonymous: (
            *("account_login", "account_reset_password", "account_inactive"),
            *("account_reset_password_done", "account_signup"),
            "account_reset_password_from_key_done",
        ),
        client: (
            *("account_index", "account_logout", "account_change_password"),
            *("account_reauthenticate", "mfa_index", "mfa_activate_totp"),
            *("mfa_add_webauthn", "mfa_list_webauthn", "usersessions_list"),
        ),
    }

    for reader, pages in names.items():
        for name in pages:
            page = reader.get(reverse(name))
            assert page.status_code == 200, name
            assert f'<html lang="{language}"' in page.text, name
            assert page.text.count("<h1") == 1, name
            assert "account.css" in page.text, name
