"""How passwords are hashed: strong enough, and never many at once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password

from agencies.hashing import OneLaneArgon2Hasher

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

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(getattr(OneLaneArgon2Hasher(), name), "abcd", "abcd"))

    assert most == [1, 1, 1, 1]
