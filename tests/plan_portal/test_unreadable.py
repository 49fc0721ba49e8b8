"""What can be read by no rule is answered with 400, and not told in the log."""

import json

import pytest
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.db import DataError
from django.urls import reverse

from plan_portal.errors import is_input_error
from tests import make

DIGITS = "7" * 5000
#: Deeper than Python reads.
NESTED = "[" * 100_000


@pytest.mark.parametrize("value", ["siete", DIGITS, "7" * 20, "7\0"])
@pytest.mark.django_db
def test_a_plan_that_is_no_number_breaks_no_page(client, caplog, value):
    client.force_login(make.user(is_superuser=True))

    answer = client.get(
        reverse("admin:strategic_areas_reportingperiod_add"), {"plan": value}
    )

    assert answer.status_code in {200, 400}
    assert value not in caplog.text


@pytest.mark.parametrize(
    "answer", [f'{{"id": {DIGITS}}}', NESTED, '{"id": "7"}', "null", "7"]
)
@pytest.mark.parametrize("page", ["mfa_login_webauthn", "mfa_reauthenticate_webauthn"])
@pytest.mark.django_db
def test_a_passkeys_answer_that_is_none_breaks_no_page(client, caplog, page, answer):
    if page == "mfa_reauthenticate_webauthn":  # the other one is for who is signed out
        user = make.administrator()
        WebAuthn.add(user, "Llave", make.credential())
        client.force_login(user)

    response = client.post(reverse(page), {"credential": answer})

    assert response.status_code < 500
    assert DIGITS not in caplog.text


@pytest.mark.parametrize(
    ("error", "is_of_it"),
    [
        (DataError("integer out of range"), True),
        (OverflowError("Python int too large to convert to SQLite INTEGER"), True),
        (ValueError("A string literal cannot contain NUL (0x00) characters."), True),
        (RecursionError("maximum recursion depth exceeded"), False),
        (ValueError("not enough values to unpack"), False),
        (KeyError("rawId"), True),
        (KeyError("plan"), False),
    ],
)
def test_an_error_of_the_portal_itself_is_not_taken_for_one(error, is_of_it):
    assert is_input_error(error) is is_of_it


def test_too_deeply_nested_json_is_an_error_of_the_input():
    with pytest.raises(RecursionError) as raised:
        json.loads(NESTED)

    assert is_input_error(raised.value)
