"""Roles and mandates from the server, from the first two people on."""

import io
import re

import pytest
from django.core.management import CommandError, call_command

from agencies import access
from agencies.access import is_administrator, is_reviewer
from agencies.audit import AuditEntry
from agencies.mail import Mail
from agencies.models import FocalPoint, User
from tests import make
from tests.make.people import sign_in

pytestmark = pytest.mark.django_db


def recorded():
    entry = AuditEntry.objects.get(event="account_changed_on_server")
    return entry.actor, entry.object, entry.facts


def test_the_only_administrator_gets_a_role_and_it_is_told():
    one = make.administrator()

    make.change_access(one, "--give", "reviewer", by=one)

    assert access.is_reviewer(make.again(one))
    assert recorded() == (
        one,
        f"agencies.user:{one.pk}",
        {"way": "server", "given": ["reviewer"]},
    )
    assert [mail.to for mail in Mail.objects.all()] == [one.email]


@pytest.mark.parametrize(
    ("role", "has_role"),
    [("reviewer", is_reviewer), ("administrator", is_administrator)],
)
def test_a_role_is_taken_and_a_superuser_is_none_either(role, has_role):
    one = make.administrator()
    person = make.reviewer(is_superuser=role == "administrator")

    make.change_access(person, "--take", role, by=one)

    assert not has_role(make.again(person))
    assert recorded()[2] == {"way": "server", "taken": [role]}


def test_a_mandate_is_given_and_ended():
    one, person = make.administrator(), make.focal_point()
    agency = make.agency(acronym="MM")
    old = make.mandate(user=person, agency=make.agency(acronym="PGR"))

    make.change_access(person, "--mandate", "mm", "--until", "2099-12-31", by=one)
    make.change_access(person, "--end-mandate", "PGR", by=one)

    given = FocalPoint.objects.get(user=person, agency=agency)
    assert (str(given.ends_on), given.kind) == ("2099-12-31", "titular")
    assert not FocalPoint.objects.current().filter(pk=old.pk).exists()


def test_of_two_mandates_the_named_one_ends():
    one, agency = make.administrator(), make.agency(acronym="MM")
    person = make.focal_point(agency=agency)
    make.mandate(user=person, agency=agency, kind="alternate")

    with pytest.raises(CommandError, match="--kind"):
        make.change_access(person, "--end-mandate", "MM", by=one)
    make.change_access(person, "--end-mandate", "MM", "--kind", "titular", by=one)

    (left,) = FocalPoint.objects.current().filter(user=person)
    assert left.kind == "alternate"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("--take administrator", "--give"),
        ("--take reviewer", "has not this role"),
        ("--mandate MM", "--give"),
        ("--end-mandate MM", "no such mandate"),
        ("--mandate NO", "NO"),
        ("--mandate MM --until tomorrow", "--until"),
        ("--end-mandate PGR --until 2099-12-31", "--until"),
        ("--give reviewer --kind titular", "--kind"),
        ("--confirm --kind titular", "--kind"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(words, named):
    one = make.administrator()
    make.mandate(user=one, agency=make.agency(acronym="PGR"))
    make.agency(acronym="MM")

    with pytest.raises(CommandError, match=named):
        make.change_access(one, *words.split(), by=one)

    assert not AuditEntry.objects.filter(event="account_changed_on_server").exists()
    assert access.is_administrator(make.again(one))
    assert FocalPoint.objects.current().count() == 1


def test_only_an_administrator_can_have_asked():
    person = make.reviewer()
    make.administrator()

    with pytest.raises(CommandError):
        make.change_access(person, "--give", "administrator", by=person)

    assert not access.is_administrator(make.again(person))


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
        assert user.possibly_same_person_ids == frozenset()
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


@pytest.mark.parametrize("make_one", [make.reviewer, make.superuser])
def test_where_somebody_decides_already_nobody_is_made(make_one):
    make_one()

    with pytest.raises(CommandError):
        maker(FIRST, SECOND)

    assert User.objects.count() == 1
