"""Roles and mandates from the server, for a portal with one administrator."""

import pytest
from django.core.management import CommandError, call_command

from agencies import access
from agencies.audit import AuditEntry
from agencies.mail import Mail
from agencies.models import FocalPoint, User
from tests import make

pytestmark = pytest.mark.django_db


def change_access(user, *words, by):
    call_command("change_access", user.username, *words, "--asked-by", by.username)


def recorded():
    entry = AuditEntry.objects.get(event="account_changed_on_server")
    return entry.actor, entry.object, entry.facts


def fresh(user):
    return User.objects.get(pk=user.pk)


def test_the_only_administrator_gets_a_role_and_it_is_told():
    one = make.administrator()

    change_access(one, "--give", "reviewer", by=one)

    assert access.is_reviewer(fresh(one))
    assert recorded() == (
        one,
        f"agencies.user:{one.pk}",
        {"way": "server", "given": ["reviewer"]},
    )
    assert [mail.to for mail in Mail.objects.all()] == [one.email]


def test_a_role_is_taken():
    one, person = make.administrator(), make.reviewer()

    change_access(person, "--take", "reviewer", by=one)

    assert not access.is_reviewer(fresh(person))
    assert recorded()[2] == {"way": "server", "taken": ["reviewer"]}


def test_a_superuser_no_longer_administrator_is_none_either():
    one, root = make.administrator(), make.reviewer(is_superuser=True)

    change_access(root, "--take", "administrator", by=one)

    assert not access.is_administrator(fresh(root))
    assert recorded()[2] == {"way": "server", "taken": ["administrator"]}


def test_a_role_that_somebody_has_not_is_not_said_to_be_taken():
    one, person = make.administrator(), make.reviewer()

    with pytest.raises(CommandError, match="has not this role"):
        change_access(person, "--take", "administrator", by=one)


def test_a_mandate_is_given_and_ended():
    one, person = make.administrator(), make.focal_point()
    agency = make.agency(acronym="MM")
    old = make.mandate(user=person, agency=make.agency(acronym="PGR"))

    change_access(person, "--mandate", "mm", "--until", "2099-12-31", by=one)
    change_access(person, "--end-mandate", "PGR", by=one)

    given = FocalPoint.objects.get(user=person, agency=agency)
    assert (str(given.ends_on), given.kind) == ("2099-12-31", "titular")
    assert not FocalPoint.objects.current().filter(pk=old.pk).exists()


@pytest.mark.parametrize(
    "words",
    [
        *(("--take", "administrator"), ("--mandate", "MM"), ("--end-mandate", "MM")),
        *(("--mandate", "NO"), ("--mandate", "MM", "--until", "tomorrow")),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(words):
    one = make.administrator()
    make.agency(acronym="MM")

    with pytest.raises(CommandError):
        change_access(one, *words, by=one)

    assert not AuditEntry.objects.filter(event="account_changed_on_server").exists()
    assert access.is_administrator(fresh(one))


def test_only_an_administrator_can_have_asked():
    person = make.reviewer()
    make.administrator()

    with pytest.raises(CommandError):
        change_access(person, "--give", "administrator", by=person)

    assert not access.is_administrator(fresh(person))
