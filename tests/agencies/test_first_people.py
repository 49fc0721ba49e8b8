"""The first two people, made on the server by one command."""

import io
import re

import pytest
from django.core.management import CommandError, call_command

from agencies.access import is_administrator, is_reviewer
from agencies.audit import AuditEntry
from agencies.models import User
from tests import make
from tests.make.people import sign_in

pytestmark = pytest.mark.django_db

FIRST = "Ana Pérez <ana@example.org>"
SECOND = "Luis Mar <Luis@example.org>"
NEW = "cuatro caballos azules corren"


def maker(*people):
    output = io.StringIO()
    call_command("make_first_people", *people, stdout=output)
    return re.findall(r"http\S+", output.getvalue())


def test_both_review_and_administer_and_are_two_people():
    maker(FIRST, SECOND)

    ana, luis = User.objects.order_by("username")
    for user in (ana, luis):
        assert (is_reviewer(user), is_administrator(user)) == (True, True)
        assert (user.is_superuser, user.is_unconfirmed) == (False, False)
        assert user.possible_same_person == frozenset()
    assert (ana.get_full_name(), luis.email) == ("Ana Pérez", "luis@example.org")
    entries = AuditEntry.objects.filter(event="account_changed_on_server")
    assert entries.count() == 2


def test_each_sets_a_password_once_and_then_a_second_factor(client, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    link, _other = maker(FIRST, SECOND)

    page = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(page, {"password1": NEW, "password2": NEW})
    answer = sign_in(client, "ana@example.org", password=NEW)

    assert client.session["_auth_user_id"]
    assert answer.status_code == 302
    assert client.get("/gestion/").url.startswith("/cuenta/2fa/")
    client.logout()
    again = client.get(link, follow=True)
    assert again.context["token_fail"]


@pytest.mark.parametrize(
    "people",
    [
        (FIRST, FIRST),
        (FIRST, "Luis Mar <luis>"),
        (FIRST, "luis@example.org"),
        (FIRST, "Luis <luis@example.org>"),
    ],
)
def test_what_is_no_two_people_makes_nobody(people):
    with pytest.raises(CommandError):
        maker(*people)

    assert not User.objects.exists()


def make_superuser():
    return make.user(is_superuser=True)


@pytest.mark.parametrize("make_one", [make.reviewer, make_superuser])
def test_where_somebody_decides_already_nobody_is_made(make_one):
    make_one()

    with pytest.raises(CommandError):
        maker(FIRST, SECOND)

    assert User.objects.count() == 1
