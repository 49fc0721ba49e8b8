"""How passwords are hashed: strong enough, and never many at once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password

from agencies import hashing
from agencies.hashing import OneLaneArgon2Hasher
from tests.factories import make_reviewer, sign_in

OURS = "agencies.hashing.OneLaneArgon2Hasher"
PASSWORD = "cuatro caballos azules corren"


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


@pytest.mark.parametrize("name", ["encode", "verify"])
def test_passwords_are_hashed_one_at_a_time(monkeypatch, name):
    at_work, most = [], []

    def slow(self, *args):
        at_work.append(threading.get_ident())
        most.append(len(at_work))
        time.sleep(0.02)
        at_work.pop()

    monkeypatch.setattr(Argon2PasswordHasher, name, slow)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(getattr(OneLaneArgon2Hasher(), name), "abc", "abc"))

    assert most == [1, 1, 1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "patience", "waiting"), [("es", 0, 2), ("en", 0, 2), ("es", 3, 0)]
)
def test_whoever_finds_no_place_in_the_lane_is_told_when_to_come_back(
    client, monkeypatch, language, patience, waiting
):
    person = make_reviewer()
    monkeypatch.setattr(hashing, "PATIENCE", patience)
    monkeypatch.setattr(hashing, "_PLACES", threading.BoundedSemaphore(1 + waiting))
    client.cookies["idioma"] = language

    with hashing.turn():
        refused = sign_in(client, person.username)
    free = sign_in(client, person.username)

    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert refused["Content-Language"] == language
    assert free.status_code == 302


def test_a_lane_that_was_refused_or_broke_is_free_again():
    with pytest.raises(ZeroDivisionError), hashing.turn():
        1 / 0  # noqa: B018

    for _time in range(4):
        with hashing.turn():
            pass
