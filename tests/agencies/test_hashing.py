"""How passwords are hashed: strong enough, and never many at once."""

import io
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlencode

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password
from django.urls import reverse

from agencies import hashing
from agencies.hashing import OneLaneArgon2Hasher
from plan_portal import busy
from tests import factories
from tests.factories import make_reviewer, sign_in

OURS = "agencies.hashing.OneLaneArgon2Hasher"
PASSWORD = "cuatro caballos azules corren"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def in_force(settings):
    settings.PASSWORD_HASHERS = [OURS]


def test_a_password_is_hashed_with_the_work_that_is_written():
    hasher = OneLaneArgon2Hasher()

    encoded = hasher.encode(PASSWORD, hasher.salt())

    assert encoded.startswith("argon2$argon2id$v=19$m=47104,t=2,p=1$")
    assert hasher.verify(PASSWORD, encoded)
    assert not hasher.verify("wrong", encoded)


def test_what_was_hashed_otherwise_still_opens_and_is_written_anew():
    former = Argon2PasswordHasher()
    encoded = former.encode(PASSWORD, former.salt())
    written = []

    assert check_password(PASSWORD, encoded, setter=written.append)
    assert written == [PASSWORD]


@contextmanager
def another_in_the_lane():
    """Somebody else's password is hashed, in another thread."""
    in_lane, may_go = threading.Event(), threading.Event()

    def hold():
        with hashing.turn():
            in_lane.set()
            may_go.wait(10)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(hold)
        in_lane.wait(10)
        try:
            yield
        finally:
            may_go.set()


@pytest.mark.parametrize("name", ["encode", "verify"])
def test_while_a_password_is_hashed_no_other_is_and_nobody_waits(monkeypatch, name):
    begun, may_end = threading.Event(), threading.Event()
    hashed = []

    def slow(self, password, *args):
        hashed.append(password)
        begun.set()
        may_end.wait(10)

    monkeypatch.setattr(Argon2PasswordHasher, name, slow)
    act = getattr(OneLaneArgon2Hasher(), name)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(act, "a", "a")
        begun.wait(10)
        asked = time.monotonic()
        with pytest.raises(hashing.BusyError):
            act("b", "b")
        waited = time.monotonic() - asked
        may_end.set()

    assert hashed == ["a"]
    assert waited < 1


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["es", "en"])
def test_whoever_finds_no_place_in_the_lane_is_told_when_to_come_back(client, language):
    person = make_reviewer()
    client.cookies["idioma"] = language

    with another_in_the_lane():
        refused = sign_in(client, person.username)
    free = sign_in(client, person.username)

    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert refused["Content-Language"] == language
    assert free.status_code == 302


@pytest.mark.django_db
def test_it_costs_no_session_no_count_and_no_database(
    client, django_assert_num_queries
):
    person = make_reviewer()

    with another_in_the_lane(), django_assert_num_queries(0):
        refused = [sign_in(client, person.username).status_code for _ in range(12)]
    free = sign_in(client, person.username)

    assert refused == [503] * 12
    assert free.status_code == 302


@pytest.mark.django_db
def test_a_proof_that_the_lane_refused_counts_for_no_failure(client):
    person = make_reviewer()
    sign_in(client, person.username)

    def prove():
        data = {"password": factories.PASSWORD}
        return client.post(reverse("account_reauthenticate"), data)

    with another_in_the_lane():
        refused = [prove().status_code for _ in range(6)]

    assert refused == [503] * 6
    assert prove().status_code == 302


@pytest.mark.django_db
def test_a_busy_lane_is_no_error_in_the_log(client, caplog):
    person = make_reviewer()
    sign_in(client, person.username)
    places = {name: reverse(f"account_{name}") for name in ("login", "reauthenticate")}

    with another_in_the_lane():
        answers = {
            name: client.post(place, {"password": factories.PASSWORD}).status_code
            for name, place in places.items()
        }

    assert answers == dict.fromkeys(places, 503)
    errors_told = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert errors_told == []


@pytest.mark.django_db
def test_a_passkey_needs_no_place_in_the_lane(client):
    with another_in_the_lane():
        answer = client.post(reverse("mfa_login_webauthn"), {"credential": "{}"})

    assert answer.status_code == 302


class ComingForm(io.BytesIO):
    """A body; it notes whether somebody else had a place in the lane at each read."""

    def __init__(self, text):
        super().__init__(text.encode())
        self.was_free = []

    def read(self, size=-1):
        with ThreadPoolExecutor(1) as pool:
            self.was_free.append(pool.submit(is_free).result())
        return super().read(size)


class BrokenForm(ComingForm):
    def read(self, size=-1):
        super().read(size)
        raise OSError("the line broke off")


def is_free():
    try:
        with hashing.turn():
            return True
    except hashing.BusyError:
        return False


def send(client, body, length):
    extra = {"wsgi.input": body, "CONTENT_LENGTH": str(length), "CONTENT_TYPE": FORM}
    return client.generic("POST", reverse("account_login"), **extra)


@pytest.mark.django_db
def test_while_a_form_comes_others_sign_in(client):
    login = make_reviewer().username
    text = urlencode({"login": login, "password": factories.PASSWORD})
    body = ComingForm(text)

    answer = send(client, body, len(text))

    assert (answer.status_code, set(body.was_free)) == (302, {True})


@pytest.mark.parametrize("length", [busy.LARGEST + 1, "-1", "x"])
def test_what_is_larger_than_any_sign_in_is_refused_unread(client, length):
    body = ComingForm("login=x&password=y")

    answer = send(client, body, length)

    assert (answer.status_code, body.was_free) == (413, [])


def test_a_form_that_breaks_off_is_refused_and_leaves_the_lane_free(client):
    answer = send(client, BrokenForm("login=x"), busy.LARGEST)

    assert (answer.status_code, is_free()) == (400, True)


def test_a_lane_that_was_refused_or_broke_is_free_again():
    with pytest.raises(ZeroDivisionError), hashing.turn():
        1 / 0  # noqa: B018

    for _time in range(4):
        with hashing.turn():
            pass
