"""How passwords are hashed, and which ones are refused."""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from agencies.accounts.passwords import LeanArgon2Hasher
from tests import make

pytestmark = pytest.mark.django_db

PASSWORD = "cuatro caballos azules corren"


def test_a_password_is_hashed_with_the_work_that_is_written():
    hasher = LeanArgon2Hasher()

    encoded = hasher.encode(PASSWORD, hasher.salt())

    assert encoded.startswith("argon2$argon2id$v=19$m=47104,t=2,p=1$")
    assert hasher.verify(PASSWORD, encoded)
    assert not hasher.verify("wrong", encoded)


class FormerHasher(Argon2PasswordHasher):
    time_cost, memory_cost, parallelism = 3, 128, 8


def test_another_hash_still_opens_and_is_written_anew(settings):
    settings.PASSWORD_HASHERS = ["agencies.accounts.passwords.LeanArgon2Hasher"]
    former = FormerHasher()
    encoded = former.encode(PASSWORD, former.salt())
    written = []

    assert check_password(PASSWORD, encoded, setter=written.append)
    assert written == [PASSWORD]


def codes_of(password, user=None):
    """Why a password is refused, in the codes of the portal's own rules."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {each.code for each in error.error_list}
    return set()


@pytest.fixture
def known_names():
    make.agency(acronym="PGR", name_es="Procuraduría General", name_en="")
    former = make.agency(acronym="MMUJER", name_es="Ministerio de la Mujer")
    former.rename(acronym="SEMUJER", name_es="Secretaría de la Mujer")
    return make.user(
        username="aperez", email="ana.p@example.org", first_name="Ana Julia"
    )


@pytest.mark.parametrize(
    "password",
    [
        *("MIREX-2026-mirex", "citim citim citim", "TrataDePersonas1"),
        *("@PGR1234567890", "pgr13457013457013457", "PortalDelPlan2026"),
        *("Plan de Acción 2027", "plan nacional 123456", "Ministerio de la Mujer 1"),
        "Coordinación CITIM 2026",
        *("mmujer1029384756", "semujer1029384756", "Procuraduria2026General"),
        *("aperez1029384756", "AnaJulia1029384756", "ana.p.1029384756"),
    ],
)
def test_a_password_of_names_that_others_know_is_refused(known_names, password):
    assert "password_of_context_words" in codes_of(password, known_names)


@pytest.mark.parametrize(
    "password",
    [
        *("aaaaaaaaaaaaaaaa", " " * 16, "abababababab", "1 1 1 1 1 1 1 1"),
        *("ñÑnNñÑnNñÑnNñÑ", "zzzzzzzzzz12345"),
    ],
)
def test_a_password_of_few_characters_is_refused(password):
    assert "password_of_few_characters" in codes_of(password)


@pytest.mark.parametrize(
    "password",
    [
        *("caballo trata de correr lejos", "cuatro caballos azules corren"),
        *("seis palabras " * 5, "áéíóú" * 13 + "ñ"),
        *("7#kQ29$x!77Lw0", "la mujer del río canta poco", "ünïcødé ☂ lluvia 9"),
    ],
)
def test_a_long_password_of_ones_own_is_taken(known_names, password):
    assert codes_of(password, known_names) == set()
