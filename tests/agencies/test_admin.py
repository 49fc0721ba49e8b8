"""Accounts in the admin: an administrator keeps them and cannot raise herself."""

import json

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from agencies.access import Role
from agencies.accounts import closing
from agencies.accounts.account_changes import ACCOUNT_CHANGE_STEPS
from agencies.accounts.second_factors import remove_factors
from agencies.admin.audit import facts_in_words
from agencies.audit import AuditEntry
from agencies.edit_conflicts import fingerprint
from agencies.mail import Mail
from agencies.models import FocalPoint, User
from strategic_areas import workflow
from strategic_areas.models import PendingChange
from strategic_areas.workflow.transcription import system_user
from tests import make
from tests.make.people import sign_in

pytestmark = pytest.mark.django_db

ACCOUNTS = reverse("admin:agencies_user_changelist")


def page_of(user):
    return reverse("admin:agencies_user_change", args=[user.pk])


def filled(user, **fields):
    """What the browser posts from an account's form."""
    return {
        "username": user.username,
        "language": "es",
        "reminders": "steps",
        "is_active": "on",
        "is_staff": "on",
        "seen_state": json.dumps(fingerprint(user)),
        **fields,
    }


@pytest.fixture
def administrator(client):
    user = make.administrator()
    client.force_login(user)
    return user


def test_an_administrator_finds_accounts_but_no_superuser(client, administrator):
    root = make.user(is_superuser=True)
    workflow.system_user()
    person = make.reviewer()

    response = client.get(ACCOUNTS)

    assert set(response.context["cl"].queryset) == {administrator, person}
    assert client.get(page_of(root)).status_code == 404


def test_no_form_makes_a_superuser(client, administrator):
    person = make.reviewer()

    client.post(page_of(person), filled(person, is_superuser="on"))

    person.refresh_from_db()
    assert person.is_superuser is False


def test_only_the_three_roles_may_be_given(client, administrator):
    person, other = make.user(), Group.objects.create(name="otra")

    response = client.post(page_of(person), filled(person, groups=[other.pk]))

    assert "groups" in response.context["adminform"].form.errors
    assert list(person.groups.all()) == []


def test_a_role_is_given_by_its_words(client, administrator):
    page = client.get(page_of(make.user()))

    choices = page.context["adminform"].form.fields["groups"].choices

    assert {str(word) for _value, word in choices} == set(Role.labels)
    assert not {str(word) for _value, word in choices} & set(Role.values)


@pytest.mark.parametrize("page", ["change", "history", "delete"])
@pytest.mark.parametrize("model", ["agencies_user", "strategic_areas_source"])
def test_who_may_not_read_a_record_is_not_told_that_it_exists(client, page, model):
    record = make.reviewer() if model == "agencies_user" else make.source()
    client.force_login(make.focal_point())
    name = f"admin:{model}_{page}"

    answers = [
        client.get(reverse(name, args=[pk])).status_code for pk in (record.pk, 987654)
    ]

    assert answers == [404, 404]


def test_a_new_name_in_the_admin_keeps_the_former_one(client, administrator):
    """Once another person has approved it."""
    agency = make.agency(acronym="MAE", slug="mae")

    client.post(
        reverse("admin:agencies_agency_change", args=[agency.pk]),
        {
            "acronym": "MNV",
            "slug": "mnv",
            "name_es": agency.name_es,
            "name_en": agency.name_en,
            "kind": "ministry",
            "seen_state": json.dumps(fingerprint(agency)),
            "former_names-TOTAL_FORMS": "0",
            "former_names-INITIAL_FORMS": "0",
        },
    )

    agency.refresh_from_db()
    assert (agency.slug, agency.former_names.count()) == ("mae", 0)
    workflow.approve(PendingChange.objects.get(), by=make.administrator())
    agency.refresh_from_db()
    assert (agency.slug, agency.former_names.get().slug) == ("mnv", "mae")


def test_an_account_without_staff_standing_has_no_door(client):
    user = make.user(is_staff=False)
    client.force_login(user)

    response = client.get(reverse("admin:index"))

    assert response.status_code == 302
    assert User.objects.count() == 1


def test_the_second_to_save_an_account_keeps_her_text(client, administrator):
    person = make.reviewer(first_name="Ana")
    seen = json.dumps(fingerprint(person))
    User.objects.filter(pk=person.pk).update(first_name="Ana María")
    typed = {"first_name": "Anita"}

    told = client.post(page_of(person), filled(person, seen_state=seen, **typed))
    form = told.context["adminform"].form
    person.refresh_from_db()
    before = person.first_name
    seen = form["seen_state"].value()
    client.post(page_of(person), filled(person, seen_state=seen, **typed))

    person.refresh_from_db()
    assert (before, person.first_name) == ("Ana María", "Anita")
    assert form["first_name"].value() == "Anita"
    assert "Ana María" in form.non_field_errors()[0]


def test_what_stands_now_is_told_of_a_list_too(client):
    client.force_login(make.reviewer())
    line = make.help_line(numbers=["911", "809-200-7212"])
    address = reverse("admin:strategic_areas_helpline_change", args=[line.pk])

    told = client.post(address, {"numbers": '["462"]', "seen_state": "{}"})

    assert "911, 809-200-7212" in told.context["adminform"].form.non_field_errors()[0]


def test_administrators_set_no_password(client, administrator):
    person = make.reviewer()
    before = person.password

    opened = client.get(page_of(person))
    client.post(page_of(person), filled(person, password="x", password1="x"))
    direct = client.get(f"{page_of(person).removesuffix('change/')}password/")

    person.refresh_from_db()
    assert "password" not in opened.context["adminform"].form.fields
    assert person.password == before
    assert direct.status_code != 200


def test_closing_an_account_ends_its_sessions_and_its_mandates(client, administrator):
    person, other = make.focal_point(), Client()
    sign_in(other, person.username)
    posted = filled(person, groups=[group.pk for group in person.groups.all()])
    del posted["is_active"]

    client.post(page_of(person), posted)

    person.refresh_from_db()
    assert person.is_active is False
    assert list(person.mandates.current()) == []
    assert other.get(reverse("admin:index")).status_code == 302
    assert UserSession.objects.filter(user=person).count() == 0


def take_roles(person):
    browser = make.browser(make.administrator())
    browser.post(page_of(person), filled(person, groups=[]))


def give_role(person):
    change = make.account_change(user=person)
    ACCOUNT_CHANGE_STEPS.approve(change, by=make.administrator())


def give_role_on_the_server(person):
    make.change_access(person, "--give", Role.REVIEWER, by=make.administrator())


def hand_over_one_of_two_mandates(person):
    mandate = person.mandates.get()
    make.mandate(user=person, agency=make.agency())
    closing.hand_over(mandate, make.focal_point(), by=make.administrator())


@pytest.mark.parametrize(
    ("end", "reason", "words"),
    [
        (closing.close_account, "account_closed", "the account was closed"),
        (take_roles, "account_changed", "the account was changed"),
        (give_role_on_the_server, "account_changed", "the account was changed"),
        (give_role, "role_given", "the account was given a role"),
        (
            remove_factors,
            "factors_removed",
            "the account's second factors were removed",
        ),
        (
            hand_over_one_of_two_mandates,
            "mandate_handed_over",
            "a mandate of the account was handed over",
        ),
    ],
)
def test_the_record_says_why_sessions_ended(end, reason, words):
    end(make.focal_point())

    entry = AuditEntry.objects.get(event="session_ended")
    assert entry.facts == {"reason": reason}
    with override("en"):
        assert list(facts_in_words(entry)) == [("reason", words)]


def test_the_reason_that_older_entries_give_is_in_words_too():
    with override("en"):
        assert list(facts_in_words(AuditEntry(facts={"reason": "closed"}))) == [
            ("reason", "the account was closed, or it or its access changed")
        ]


def test_a_closed_account_stays_in_the_list_whatever_it_could_open(
    client, administrator
):
    is_closed = {"is_active": False, "is_staff": False}
    closed = [
        make.user(**is_closed),
        make.user(**is_closed, email="", last_login=timezone.now()),
    ]
    system_user()

    listed = client.get(ACCOUNTS).context["cl"].queryset

    assert set(listed) == {administrator, *closed}


def test_nobody_changes_her_own_roles(client, administrator):
    make.administrator()
    reviewers = Group.objects.get(name=Role.REVIEWER)
    before = set(administrator.groups.all())

    page = client.get(page_of(administrator)).context["adminform"].form
    posted = filled(administrator, groups=[reviewers.pk], first_name="Luz")
    del posted["is_staff"]
    client.post(page_of(administrator), posted)

    administrator.refresh_from_db()
    assert {"is_staff", "groups"} & set(page.fields) == set()
    assert (administrator.first_name, administrator.is_staff) == ("Luz", True)
    assert set(administrator.groups.all()) == before


def test_closing_ones_own_account_asks_first(client, administrator):
    make.administrator()
    stays = []
    for ticked in ({}, {"closes_own": "on"}):
        posted = filled(administrator, **ticked)
        del posted["is_active"]
        client.post(page_of(administrator), posted)
        administrator.refresh_from_db()
        stays.append((administrator.is_active, "_auth_user_id" in client.session))

    assert stays == [(True, True), (False, False)]


@pytest.mark.parametrize(("others", "closed"), [(0, False), (1, True)])
def test_the_last_administrator_cannot_close_her_account(
    client, administrator, others, closed
):
    make.administrator(is_active=False)
    for _ in range(others):
        make.administrator()
    posted = filled(administrator, closes_own="on")
    del posted["is_active"]

    client.post(page_of(administrator), posted)

    administrator.refresh_from_db()
    assert administrator.is_active is not closed


@pytest.fixture
def mandates(administrator):
    """A mandate of the administrator's own, and one of somebody else."""
    administrator.groups.add(Group.objects.get(name=Role.FOCAL_POINT))
    own = make.mandate(user=administrator, agency=make.agency())
    return own, make.focal_point().mandates.get()


def test_not_even_a_superuser_deletes_her_own_mandate(client):
    root = make.user(is_superuser=True)
    mandates = [
        make.mandate(user=user, agency=make.agency()) for user in (root, make.user())
    ]
    client.force_login(root)
    name = "admin:agencies_focalpoint_delete"

    answers = [
        client.post(reverse(name, args=[each.pk]), {"post": "yes"}).status_code
        for each in mandates
    ]

    assert answers == [403, 302]
    assert list(FocalPoint.objects.all()) == mandates[:1]


def test_nobody_gives_or_changes_her_own_mandate(client, administrator, mandates):
    own, other = mandates
    posted = {
        "user": administrator.pk,
        "agency": make.agency().pk,
        "kind": "titular",
        "starts_on": "2026-01-01",
    }
    before = list(FocalPoint.objects.order_by("pk").values())

    def send(name, mandate=None, **fields):
        address = reverse(f"admin:{name}", args=[mandate.pk] if mandate else None)
        return client.post(address, fields or posted).status_code

    answers = [
        send("agencies_focalpoint_add"),
        *(send("agencies_focalpoint_change", each) for each in (own, other)),
        send("hand_over", own),
        send("hand_over", other, successor=administrator.pk),
        send("hand_over", own, successor=other.user_id),
    ]

    assert answers[:4] == [200, 403, 200, 200]
    assert list(FocalPoint.objects.order_by("pk").values()) == before


def test_one_of_two_administrators_may_go(client, administrator):
    other = make.administrator()
    posted = filled(other)
    del posted["is_active"]

    client.post(page_of(other), posted)

    other.refresh_from_db()
    assert other.is_active is False


def test_another_change_is_told_to_nobody(client, administrator):
    person = make.reviewer()

    client.post(page_of(person), filled(person, email=person.email, first_name="Luz"))

    assert Mail.objects.count() == 0
