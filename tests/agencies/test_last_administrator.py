"""Two administrators who take each other's role at once: one of them stays."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse

from agencies.access import Role
from agencies.accounts import closing
from tests import make

#: The embedded database lets one in at a time: the second has no role any more.
pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("open_record")]

#: What is left of the other's form by whoever demotes her, and by whoever closes her.
DEMOTED = {"is_staff": "on", "is_active": "on"}
CLOSED = {"is_staff": "on"}


@pytest.fixture
def both_ask_first(monkeypatch):
    """Both are about to look who keeps accounts before either of them does."""
    asked = Barrier(2)
    real = closing.lock_administrators

    def together():
        with suppress(BrokenBarrierError):  # asked again later, by one alone
            asked.wait(timeout=1)
        real()

    monkeypatch.setattr(closing, "lock_administrators", together)


def form_of(acting, other, left):
    """Whoever acts, signed in, and what she sends of the other's account."""
    client = Client(raise_request_exception=False)
    client.force_login(acting)
    page = reverse("admin:agencies_user_change", args=[other.pk])
    form = client.get(page).context["adminform"].form
    return (
        client,
        page,
        left
        | {
            "username": other.username,
            "language": "es",
            "reminders": "steps",
            "groups": [Group.objects.get(name=Role.FOCAL_POINT).pk],
            "seen_state": form["seen_state"].value(),
        },
    )


def send(client, page, posted):
    try:
        return client.post(page, posted).status_code
    finally:
        connection.close()


@pytest.mark.parametrize("left", [DEMOTED, CLOSED], ids=["demoted", "closed"])
def test_of_two_who_remove_each_other_at_once_one_stays(both_ask_first, left):
    one, other = make.administrator(), make.administrator()
    forms = [form_of(one, other, left), form_of(other, one, left)]

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(send, *zip(*forms, strict=True)))

    assert answers == [200, 302]
    assert closing.administrators().count() == 1
