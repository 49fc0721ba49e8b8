"""Whoever will decide is known to two people: one proposes her, another confirms."""

import json

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import WARNING, get_messages
from django.core.management import CommandError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from agencies import access, invitations
from agencies.access import RefusedError, Role
from agencies.accounts.account_changes import ACCOUNT_CHANGE_STEPS, AccountChange
from agencies.accounts.second_factors import RESET_STEPS
from agencies.edit_conflicts import fingerprint
from agencies.invitations import Invitation
from agencies.mail import Mail
from agencies.models import User
from agencies.stand_ins import STAND_IN_STEPS
from strategic_areas import workflow
from strategic_areas.workflow.transitions import TransitionError
from tests import make
from tests.make.people import PASSWORD

pytestmark = pytest.mark.django_db


def invited(*, by, role=Role.REVIEWER, email="invited@example.org"):
    """Somebody who accepted the invitation of one person."""
    invitation, secret = make.invitation(role=role, email=email)
    Invitation.objects.filter(pk=invitation.pk).update(made_by=by)
    user = User(first_name="Ana", last_name="Pérez")
    return invitations.accept_invitation(secret, user, PASSWORD)


def save(client, user, **fields):
    """Save the account's page, with some fields changed."""
    roles = list(user.groups.values_list("pk", flat=True))
    posted = {
        "username": user.username,
        "email": user.email,
        "language": user.language,
        "reminders": user.reminders,
        "is_active": "on" if user.is_active else "",
        "is_staff": "on" if user.is_staff else "",
        "groups": roles,
        "seen_state": json.dumps(fingerprint(user)),
    }
    page = reverse("admin:agencies_user_change", args=[user.pk])
    answer = client.post(page, posted | fields)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    return answer


def key_of(role):
    return Group.objects.get(name=role).pk


def page_of(change):
    return reverse("admin:account_change", args=[change.pk])


def keeper_and_reviewer():
    """Somebody of both roles, who is still one person."""
    user = make.administrator()
    user.groups.add(key_of(Role.REVIEWER))
    return make.again(user)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADMINISTRATOR])
def test_an_invited_person_decides_nothing_until_confirmed(role):
    inviter, second = make.administrator(), make.reviewer()
    person = invited(by=inviter, role=role)
    (change,) = AccountChange.objects.waiting()
    before = list(person.groups.all())

    ACCOUNT_CHANGE_STEPS.approve(change, by=second)

    assert before == []
    assert [group.name for group in make.again(person).groups.all()] == [role]
    assert Invitation.objects.get().confirmed_at is not None


def test_one_administrator_is_not_two_persons(client):
    administrator = make.administrator()
    change = make.change()
    first = invited(by=administrator, email="first@example.org")
    other = invited(by=administrator, email="other@example.org")

    for person in (administrator, first, other):
        client.force_login(make.again(person))
        for waiting in AccountChange.objects.waiting():
            client.post(page_of(waiting), {"approve": "1"})
        client.post(reverse("admin:approval", args=[change.pk]), {"approve": "1"})

    change.refresh_from_db()
    assert not access.is_reviewer(make.again(first))
    assert not access.is_reviewer(make.again(other))
    assert change.status == "pending"


def test_she_herself_confirms_nothing_nor_does_who_proposed_it():
    proposer, person = make.administrator(), make.reviewer()
    change = make.account_change(user=person, by=proposer)

    for who in (proposer, person):
        with pytest.raises(RefusedError):
            ACCOUNT_CHANGE_STEPS.approve(change, by=who)
    for who in (proposer, person):
        with pytest.raises(IntegrityError), transaction.atomic():
            AccountChange.objects.filter(pk=change.pk).update(
                status="applying", decided_by=who, decided_at=timezone.now()
            )


@pytest.mark.parametrize(
    ("maker", "steps"),
    [
        (make.account_change, ACCOUNT_CHANGE_STEPS),
        (make.stand_in, STAND_IN_STEPS),
        (make.factor_reset, RESET_STEPS),
    ],
)
def test_somebody_whom_only_her_inviter_knows_confirms_nobody(maker, steps):
    inviter = make.administrator()
    person = known_to_one(by=inviter, role=Role.ADMINISTRATOR)

    with pytest.raises(RefusedError):
        steps.approve(maker(), by=person)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"email": "new@example.org"}, ("email", "new@example.org")),
        ({"username": "nueva"}, ("username", "nueva")),
    ],
)
@pytest.mark.parametrize("maker", [make.reviewer, make.administrator])
def test_a_new_address_or_name_of_who_decides_waits(client, maker, fields, expected):
    client.force_login(make.administrator())
    person, second = maker(), make.reviewer()
    before = (person.email, person.username)

    save(client, person, **fields)
    (change,) = AccountChange.objects.waiting()
    meanwhile = make.again(person)
    ACCOUNT_CHANGE_STEPS.approve(change, by=second)

    (what, value) = expected
    assert (meanwhile.email, meanwhile.username) == before
    assert getattr(make.again(person), what) == value


def named_substitute():
    person = make.focal_point()
    STAND_IN_STEPS.approve(make.stand_in(user=person), by=make.reviewer())
    return person


def reviewer_until_now():
    person = invited(by=make.administrator())
    ACCOUNT_CHANGE_STEPS.approve(AccountChange.objects.get(), by=make.reviewer())
    person.groups.clear()
    return person


@pytest.mark.parametrize(
    "maker",
    [
        *(named_substitute, reviewer_until_now),
        # Only named so far; and waiting for a role.
        lambda: make.stand_in(user=make.focal_point()).user,
        lambda: make.account_change(user=make.focal_point()).user,
    ],
)
def test_so_does_one_of_who_will_decide_or_did(client, maker):
    """Whoever changes it, also of an agency's person where she is a reviewer too."""
    client.force_login(make.administrator())
    person = maker()

    save(client, person, email="new@example.org")

    assert make.again(person).email == person.email
    assert AccountChange.objects.waiting().filter(what="email").count() == 1


def test_a_reviewer_who_keeps_accounts_changes_no_address_alone(client):
    client.force_login(keeper_and_reviewer())
    person = make.focal_point()

    save(client, person, email="new@example.org")

    assert make.again(person).email == person.email


@pytest.mark.parametrize(
    "fields", [{"email": "mine@example.org"}, {"username": "mine"}]
)
def test_nobody_takes_an_account_and_then_asks_for_its_role(client, fields):
    client.force_login(make.administrator())
    person = make.focal_point()

    save(client, person, **fields)
    save(client, make.again(person), groups=[key_of(Role.REVIEWER)])
    role = AccountChange.objects.get(what="role")
    ACCOUNT_CHANGE_STEPS.approve(role, by=make.reviewer())

    (kept,) = User.objects.filter(pk=person.pk).values_list("email", "username")
    assert access.is_reviewer(make.again(person))
    assert kept == (person.email, person.username)


def test_the_former_address_is_told_of_a_new_one():
    person = make.focal_point()
    change = make.account_change(user=person, what="email", value="new@example.org")

    ACCOUNT_CHANGE_STEPS.approve(change, by=make.reviewer())

    assert make.again(person).email == "new@example.org"
    assert [mail.to for mail in Mail.objects.all()] == [person.email]


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADMINISTRATOR])
def test_a_role_that_is_ticked_waits_and_one_that_is_not_goes(client, role):
    client.force_login(make.administrator())
    person = make.focal_point()

    save(client, person, groups=[key_of(role)])

    assert [group.name for group in make.again(person).groups.all()] == []
    assert [(each.what, each.value) for each in AccountChange.objects.waiting()] == [
        ("role", role)
    ]


def test_the_account_of_who_decides_is_opened_by_two(client):
    client.force_login(make.administrator())
    person = make.reviewer(is_active=False)

    saved = save(client, person, is_active="on")
    closed = make.again(person).is_active
    ACCOUNT_CHANGE_STEPS.approve(AccountChange.objects.get(), by=make.administrator())

    assert (closed, make.again(person).is_active) == (False, True)
    # What waits is told, and nothing else: it is not saved yet.
    assert [each.level for each in get_messages(saved.wsgi_request)] == [WARNING]


def test_taking_away_never_waits(client):
    client.force_login(make.administrator())
    demoted, closed = make.reviewer(), make.reviewer()

    save(client, demoted, groups=[])
    save(client, closed, is_active="")

    assert list(make.again(demoted).groups.all()) == []
    assert not make.again(closed).is_active
    assert not AccountChange.objects.exists()


@pytest.mark.parametrize("what", ["username", "email"])
def test_what_does_not_fit_any_more_is_overtaken(what):
    person, other = make.reviewer(), make.user(username="nueva")
    before = getattr(person, what)
    value = getattr(other, what).upper()
    change = make.account_change(user=person, what=what, value=value)

    ACCOUNT_CHANGE_STEPS.approve(change, by=make.reviewer())

    change.refresh_from_db()
    assert change.status == "outdated"
    assert getattr(make.again(person), what) == before


def test_what_waits_is_asked_for_once():
    change = make.account_change()

    with pytest.raises(RefusedError):
        make.account_change(user=change.user)
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountChange.objects.filter(pk=change.pk).update(value="administrator")


def test_a_second_person_confirms_on_a_page_and_she_is_told(client):
    change = make.account_change()
    client.force_login(make.reviewer())
    page = client.get(page_of(change)).content.decode()

    client.post(page_of(change), {"approve": "1"})

    assert change.user.email in page
    assert access.is_reviewer(make.again(change.user))
    assert [mail.to for mail in Mail.objects.all()] == [change.user.email]


def test_who_waits_reads_it_on_her_own_page(client):
    client.force_login(invited(by=make.administrator()))

    page = client.get(reverse("account_index"))

    assert [each.value for each in page.context["pending_changes"]] == ["reviewer"]


def test_nobody_publishes_what_one_she_alone_invited_wrote():
    inviter, other = make.administrator(), make.reviewer()
    update = make.submitted_update()
    update.contributors.add(invited(by=inviter, role=Role.FOCAL_POINT))
    inviter.groups.add(key_of(Role.REVIEWER))

    with pytest.raises(TransitionError):
        workflow.publish(update, by=make.again(inviter))

    assert workflow.has_part_in(make.again(inviter), update)
    workflow.publish(update, by=other)


def test_nobody_approves_what_one_she_alone_invited_proposed():
    inviter = make.reviewer()
    change = make.change(by=known_to_one(by=inviter))

    with pytest.raises(RefusedError):
        workflow.approve(change, by=inviter)


def known_to_one(*, by, email="invited@example.org", role=Role.REVIEWER):
    """Somebody with a role, as before a second person had to confirm it."""
    person = invited(by=by, role=Role.FOCAL_POINT, email=email)
    person.groups.add(Group.objects.get(name=role))
    return make.again(person)


def test_two_whom_one_alone_invited_do_not_decide_on_each_other():
    inviter = make.administrator()
    one = known_to_one(by=inviter, email="one@example.org")
    other = known_to_one(by=inviter, email="other@example.org")
    third = known_to_one(by=make.administrator(), email="third@example.org")
    change = make.change(by=one)

    with pytest.raises(RefusedError):
        workflow.approve(change, by=other)

    workflow.approve(change, by=third)


def test_nobody_decides_on_what_her_only_voucher_proposed():
    inviter = make.reviewer()
    person = known_to_one(by=inviter)
    change = make.change(by=inviter)
    with pytest.raises(RefusedError):
        workflow.approve(change, by=person)

    person.confirm()

    workflow.approve(change, by=make.again(person))


@pytest.mark.parametrize(
    ("maker", "steps"),
    [(make.account_change, ACCOUNT_CHANGE_STEPS), (make.stand_in, STAND_IN_STEPS)],
)
def test_who_invited_her_is_not_the_second_who_knows_her(maker, steps):
    inviter = make.administrator()
    person = invited(by=inviter, role=Role.FOCAL_POINT)
    decision = maker(user=person)

    with pytest.raises(RefusedError):
        steps.approve(decision, by=make.again(inviter))

    steps.approve(decision, by=make.reviewer())
    assert not make.again(person).is_unconfirmed


def test_an_account_that_exists_is_confirmed_by_a_second_person(client):
    inviter = make.administrator()
    person = invited(by=inviter, role=Role.FOCAL_POINT)
    client.force_login(inviter)

    save(client, person, asks_confirmation="on")
    (change,) = AccountChange.objects.waiting()
    before = make.again(person).is_unconfirmed
    ACCOUNT_CHANGE_STEPS.approve(change, by=make.reviewer())

    assert (change.what, before) == ("known", True)
    assert not make.again(person).is_unconfirmed


def test_only_of_an_account_that_one_person_knows_is_it_offered(client):
    person, known = invited(by=make.administrator()), make.focal_point()
    client.force_login(make.administrator())

    pages = [
        client.get(reverse("admin:agencies_user_change", args=[each.pk]))
        for each in (person, known)
    ]
    save(client, known, asks_confirmation="on")

    assert ["id_asks_confirmation" in page.content.decode() for page in pages] == [
        True,
        False,
    ]
    assert not AccountChange.objects.filter(what="known").exists()


@pytest.mark.parametrize("is_known_first", [True, False])
def test_a_focal_point_reports_once_a_second_person_knows_her(is_known_first):
    """Also where she is known before her role is given."""
    person = invited(by=keeper_and_reviewer(), role=Role.FOCAL_POINT)
    before = access.is_focal_point(make.again(person)), person.mandates.count()
    if is_known_first:
        known = make.account_change(user=person, what="known", value="")
        ACCOUNT_CHANGE_STEPS.approve(known, by=make.reviewer())

    ACCOUNT_CHANGE_STEPS.approve(
        AccountChange.objects.waiting().get(), by=make.reviewer()
    )

    after = access.is_focal_point(make.again(person)), person.mandates.count()
    assert (before, after) == ((False, 0), (True, 1))


def test_where_nobody_else_is_the_server_confirms():
    administrator = make.administrator()
    person = invited(by=administrator)

    make.change_access(person, "--confirm", by=administrator)

    assert access.is_reviewer(make.again(person))
    assert not make.again(person).is_unconfirmed
    assert not AccountChange.objects.waiting().exists()


def test_the_server_opens_a_closed_account_that_waits(client):
    administrator = make.administrator()
    client.force_login(administrator)
    person = make.reviewer(is_active=False)
    save(client, person, is_active="on")

    make.change_access(person, "--confirm", by=administrator)

    assert make.again(person).is_active


def test_the_server_confirms_nothing_where_nothing_waits():
    administrator = make.administrator()

    with pytest.raises(CommandError, match="Nothing about"):
        make.change_access(make.reviewer(), "--confirm", by=administrator)
