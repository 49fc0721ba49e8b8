"""A flood of sign-ins costs next to nothing once a limit has refused it."""

import pytest
from django.urls import reverse

from agencies import holding_off
from tests.factories import make_reviewer, sign_in

pytestmark = pytest.mark.django_db

SIGN_IN = reverse("account_login")


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(holding_off.time, "monotonic", lambda: now[0])

    def move_on(seconds):
        now[0] += seconds

    return move_on


@pytest.fixture
def refused(client, clock):
    """Ten failures of ten accounts, then the limit of the place."""
    return [
        sign_in(client, f"nobody{number}", password="wrong").status_code
        for number in range(11)
    ]


def test_what_was_just_refused_is_refused_without_the_database(
    client, refused, django_assert_num_queries
):
    with django_assert_num_queries(0):
        answer = sign_in(client, "nobody", password="wrong")

    assert refused == [200] * 10 + [429]
    assert (answer.status_code, answer["Retry-After"]) == (429, "300")
    assert answer["Cache-Control"] == "no-store, private"


def test_the_other_addresses_of_one_network_are_refused_with_it(
    client, clock, django_assert_num_queries
):
    def guess(number):
        data = {"login": f"nobody{number}", "password": "wrong"}
        return client.post(SIGN_IN, data, REMOTE_ADDR=f"2001:db8::{number:x}")

    tried = [guess(number).status_code for number in range(1, 12)]
    with django_assert_num_queries(0):
        refused = guess(12).status_code

    assert tried == [200] * 10 + [429]
    assert refused == 429


def test_the_refusal_speaks_the_language_that_the_browser_chose(client, refused):
    client.cookies["idioma"] = "en"

    answer = sign_in(client, "nobody", password="wrong")

    assert (answer.status_code, answer["Content-Language"]) == (429, "en")


def test_after_moments_the_shared_limit_decides_again(
    client, refused, clock, django_assert_num_queries
):
    clock(holding_off.HELD_FOR)

    with pytest.raises(pytest.fail.Exception), django_assert_num_queries(0):
        sign_in(client, "nobody", password="wrong")


def test_the_page_itself_and_other_places_are_not_held_off(client, refused):
    elsewhere = client.post(
        SIGN_IN, {"login": "nobody", "password": "wrong"}, REMOTE_ADDR="192.0.2.9"
    )

    assert client.get(SIGN_IN).status_code == 200
    assert elsewhere.status_code == 200


def test_the_limit_of_one_account_holds_off_nobody_else(client, clock):
    person, other = make_reviewer(), make_reviewer()
    for _number in range(6):
        last = sign_in(client, person.username, password="wrong")

    assert last.status_code == 429
    assert sign_in(client, other.username).status_code == 302


def test_no_more_places_are_remembered_than_it_says(clock, monkeypatch):
    monkeypatch.setattr(holding_off, "MOST", 3)
    middleware = holding_off.HoldOffMiddleware(None)

    for number in range(10):
        middleware._hold_off(f"192.0.2.{number}")

    assert len(middleware.until) <= 3
