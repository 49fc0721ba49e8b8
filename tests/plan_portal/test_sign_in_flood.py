"""A flood of sign-ins: it is refused before it costs readers anything."""

import io
import logging
from urllib.parse import urlencode

import pytest
from django.contrib.auth import hashers
from django.http import HttpResponse
from django.urls import reverse

from plan_portal import sign_in_flood
from plan_portal.sign_in_flood import SIGN_IN_LOCK, SignInFloodMiddleware
from tests import make
from tests.agencies.test_sign_in import known_browser
from tests.make.people import PASSWORD, sign_in

pytestmark = pytest.mark.django_db

SIGN_IN = reverse("account_login")
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(sign_in_flood.time, "monotonic", lambda: now[0])

    def move_on(seconds):
        now[0] += seconds

    return move_on


def fail(client, times):
    """The answers to so many sign-ins to as many accounts, all of one network."""
    return [
        sign_in(client, f"nobody{number}", password="wrong").status_code
        for number in range(times)
    ]


def fail_from(client, address, number):
    """The answer to a sign-in from an address, to an account of this number."""
    told = {"login": f"nobody{number}", "password": "wrong"}
    return client.post(SIGN_IN, told, REMOTE_ADDR=address).status_code


@pytest.fixture
def flood(clock, monkeypatch):
    """So many sign-ins in some seconds are a flood; in use it takes more."""
    monkeypatch.setattr(sign_in_flood, "FLOOD_COUNT", 12)
    return sign_in_flood.FLOOD_COUNT


@pytest.fixture
def refused(client, clock, settings):
    """A network that has reached its limit, which is lower here."""
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {
        "login_accounts": "1/m/ip"
    }
    assert fail(client, times=2) == [200, 429]


def test_it_guards_the_address_at_which_people_sign_in():
    assert sign_in_flood.SIGN_IN == SIGN_IN


def test_repeats_are_refused_without_queries(client, clock, django_assert_num_queries):
    answers = fail(client, times=11)
    with django_assert_num_queries(0):
        answer = sign_in(client, "nobody", password="wrong")

    assert answers == [200] * 10 + [429]
    assert (answer.status_code, answer["Retry-After"]) == (429, "300")
    assert answer["Cache-Control"] == "no-store, private"


def test_one_networks_addresses_count_as_one(client, clock, django_assert_num_queries):
    tried = [fail_from(client, f"2001:db8::{n:x}", n) for n in range(1, 12)]
    with django_assert_num_queries(0):
        refused = fail_from(client, "2001:db8::c", 12)

    assert tried == [200] * 10 + [429]
    assert refused == 429


def test_a_refusal_speaks_her_language_and_ends_after_moments(
    client, refused, clock, django_assert_num_queries
):
    """The page itself and other networks are not refused; then the limit decides."""
    client.cookies["idioma"] = "en"
    elsewhere = client.post(
        SIGN_IN, {"login": "nobody", "password": "wrong"}, REMOTE_ADDR="192.0.2.9"
    )

    answer = sign_in(client, "nobody", password="wrong")

    assert (answer.status_code, answer["Content-Language"]) == (429, "en")
    assert [client.get(SIGN_IN).status_code, elsewhere.status_code] == [200, 200]
    clock(sign_in_flood.REFUSED_FOR)
    with pytest.raises(pytest.fail.Exception), django_assert_num_queries(0):
        sign_in(client, "nobody", password="wrong")


def test_beyond_an_accounts_limit_nothing_is_hashed_or_asked(
    client, clock, django_assert_num_queries, monkeypatch
):
    person, hashed = make.reviewer(), []
    check = hashers.check_password
    monkeypatch.setattr(
        "django.contrib.auth.base_user.check_password",
        lambda *told, **options: hashed.append(1) or check(*told, **options),
    )
    for _number in range(6):
        sign_in(client, person.username, password="wrong")
    tried = len(hashed)
    elsewhere = {"headers": {"visitor": "203.0.113.7"}}
    with django_assert_num_queries(0):
        refused = [
            sign_in(client, person.username.upper(), **elsewhere).status_code
            for _number in range(30)
        ]

    assert (tried, len(hashed), set(refused)) == (5, 5, {429})


def test_a_browser_that_signed_in_is_refused_by_neither(client, clock):
    person, colleague = make.reviewer(), make.reviewer()
    known = known_browser(person)
    for _number in range(6):
        sign_in(client, person.username, password="wrong")
    office = fail(client, times=12)

    strange = sign_in(client, person.username)
    right = sign_in(known, person.username)
    known.post(reverse("account_logout"))
    other = sign_in(known, colleague.username)

    assert office[-1] == 429
    assert (strange.status_code, right.status_code) == (429, 302)
    assert other.status_code == 429


def test_a_flood_over_accounts_is_let_in_every_ten_seconds(client, clock, flood):
    def guess(number):
        answer = sign_in(client, f"nobody{number % 9}", password="wrong")
        return answer.status_code

    tried = [guess(number) for number in range(flood)]
    beyond = [guess(number) for number in (4, 5, 6, 7)]
    clock(sign_in_flood.FLOOD_LASTS)
    slowly = guess(5)

    assert tried == [200] * flood
    assert beyond == [200, 503, 503, 503]
    assert slowly == 200


def test_a_flood_from_many_networks_is_one_too(client, flood):
    answers = [fail_from(client, f"192.0.2.{n}", n) for n in range(flood + 3)]

    assert answers == [200] * (flood + 1) + [503] * 2


def test_what_an_office_sends_in_a_moment_is_no_flood(client, clock):
    people = [make.reviewer() for _number in range(12)]
    for person in people[:3]:
        for _number in range(5):
            sign_in(client, person.username, password="wrong")

    for person in people[3:]:
        assert sign_in(client, person.username).status_code == 302
        client.post(reverse("account_logout"))
        client.cookies.clear()


def test_who_signed_in_here_before_waits_for_no_turn(flood):
    person = make.reviewer()
    known = known_browser(person)
    cookie = known.cookies.pop("equipo")
    for number in range(flood + 2):
        sign_in(known, f"nobody{number % 9}", password="wrong")

    stranger = sign_in(known, person.username).status_code
    known.cookies["equipo"] = cookie.value
    assert (stranger, sign_in(known, person.username).status_code) == (503, 302)


def test_a_known_browser_that_floods_is_refused_alone(client, flood):
    person = make.reviewer()
    known = known_browser(person)

    answers = [fail_from(known, f"192.0.2.{n}", n) for n in range(flood + 3)]

    assert answers == [200] * (flood + 1) + [503] * 2
    assert sign_in(client, person.username).status_code == 302


@pytest.mark.parametrize(("status", "flood"), [(429, 30), (200, 1)])
def test_no_more_networks_are_remembered_than_it_says(
    rf, clock, monkeypatch, status, flood
):
    monkeypatch.setattr(sign_in_flood, "FLOOD_COUNT", flood)
    monkeypatch.setattr(sign_in_flood, "MAX_REMEMBERED", 3)
    middleware = SignInFloodMiddleware(lambda request: HttpResponse(status=status))

    for number in range(20):
        middleware(rf.post(SIGN_IN, REMOTE_ADDR=f"192.0.2.{number // 2}"))

    assert len(middleware.marked_until) <= 3


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_sign_in_beside_another_is_told_when_to_come_back(
    client, caplog, django_assert_num_queries, language
):
    """It costs no session, no count and no database, and is no error in the log."""
    person = make.reviewer()
    client.cookies["idioma"] = language

    with SIGN_IN_LOCK, django_assert_num_queries(0):
        refused = [sign_in(client, person.username) for _ in range(12)]
    free = sign_in(client, person.username)

    for each in refused:
        assert (each.status_code, each["Retry-After"]) == (503, "5")
        assert each["Content-Language"] == language
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []
    assert free.status_code == 302


def test_a_passkey_is_not_refused_beside_a_sign_in(client):
    with SIGN_IN_LOCK:
        answer = client.post(reverse("mfa_login_webauthn"), {"credential": "{}"})

    assert answer.status_code == 302


class ComingForm(io.BytesIO):
    """A body that notes, whenever it is read, whether others could sign in."""

    def __init__(self, text):
        super().__init__(text.encode())
        self.was_free = []

    def read(self, size=-1):
        self.was_free.append(not SIGN_IN_LOCK.locked())
        return super().read(size)


class BrokenForm(ComingForm):
    def read(self, size=-1):
        super().read(size)
        raise OSError("the connection was lost")


def send(client, body, length):
    extra = {"wsgi.input": body, "CONTENT_LENGTH": str(length), "CONTENT_TYPE": FORM}
    return client.generic("POST", SIGN_IN, **extra)


def test_while_a_form_comes_others_sign_in(client):
    text = urlencode({"login": make.reviewer().username, "password": PASSWORD})
    body = ComingForm(text)

    answer = send(client, body, len(text))

    assert (answer.status_code, set(body.was_free)) == (302, {True})


def test_a_form_that_breaks_off_is_refused_and_keeps_nobody_out(client):
    answer = send(client, BrokenForm("login=x"), 100)

    assert (answer.status_code, SIGN_IN_LOCK.locked()) == (400, False)


def test_a_sign_in_that_fails_inside_keeps_nobody_out(rf):
    def fail(request):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        SignInFloodMiddleware(fail)(rf.post(SIGN_IN))

    assert not SIGN_IN_LOCK.locked()
