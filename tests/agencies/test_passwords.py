"""How passwords are hashed, and which ones are refused."""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from agencies.accounts.passwords import LeanArgon2Hasher
from tests.factories import make_agency

pytestmark = pytest.mark.django_db

PASSWORD = "cuatro caballos azules corren"


def test_a_password_is_hashed_with_the_work_that_is_written():
    hasher = LeanArgon2Hasher()

    encoded = hasher.encode(PASSWORD, hasher.salt())

    assert encoded.startswith("argon2$argon2id$v=19$m=47104,t=2,p=1$")
    assert hasher.verify(PASSWORD, encoded)
    assert not hasher.verify("wrong", encoded)


def test_what_was_hashed_otherwise_still_opens_and_is_written_anew(settings):
    settings.PASSWORD_HASHERS = ["agencies.accounts.passwords.LeanArgon2Hasher"]
    former = Argon2PasswordHasher()
    encoded = former.encode(PASSWORD, former.salt())
    written = []

    assert check_password(PASSWORD, encoded, setter=written.append)
    assert written == [PASSWORD]


@pytest.mark.parametrize(
    "password",
    ["MIREX-2026-mirex", "citim citim citim", "TrataDePersonas1", "@PGR1234567890"],
)
def test_a_password_of_the_portals_own_words_is_refused(password):
    make_agency(acronym="PGR")

    with pytest.raises(ValidationError) as caught:
        validate_password(password)

    assert "password_of_context_words" in [
        each.code for each in caught.value.error_list
    ]


@pytest.mark.parametrize(
    "password", ["caballo trata de correr lejos", "x" * 3 + "é" * 61]
)
def test_a_long_password_of_ones_own_is_taken(password):
    make_agency(acronym="PGR")

    validate_password(password)
