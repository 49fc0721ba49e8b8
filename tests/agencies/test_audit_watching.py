"""What the audit record notes by itself, and what it never notes."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies import audit
from agencies.access import Role
from agencies.audit import AuditEntry, receivers
from agencies.models import FocalPoint, User
from tests import make
from tests.agencies.test_audit import settle
from tests.make.people import PASSWORD

pytestmark = pytest.mark.django_db


def entries(*events):
    return AuditEntry.objects.filter(event__in=events).order_by("pk")


def told(*events):
    names = ("event", "actor", "object", "facts")
    return [tuple(row) for row in entries(*events).values_list(*names)]


def label(record):
    return f"{record._meta.label_lower}:{record.pk}"


def wrong(client, login, place="192.0.2.1"):
    return client.post(
        reverse("account_login"),
        {"login": login, "password": "wrong"},
        REMOTE_ADDR=place,
    ).status_code


def test_a_limit_is_told_once_however_often_it_is_tried(client):
    answers = [wrong(client, f"nobody{number}") for number in range(14)]

    assert answers.count(429) == 4
    facts = {"address": "account_login", "limit": "of_network_address"}
    assert told("limit_reached") == [("limit_reached", None, "", facts)]
    assert len(entries("sign_in_failed")) == 10


def test_a_network_that_counts_as_one_is_told_once(client, monkeypatch):
    monkeypatch.setattr("plan_portal.sign_in_flood.REFUSED_FOR", 0)

    for number in range(12):
        wrong(client, f"nobody{number}", f"2001:db8::{number + 1:x}")

    assert len(entries("sign_in_failed")) == 10
    assert [entry.ip for entry in entries("limit_reached")] == ["2001:db8::b"]


def test_an_accounts_limit_is_told_once_from_wherever_tried(client):
    person = make.reviewer()

    for number in range(8):
        wrong(client, person.username, f"192.0.2.{number}")

    facts = {"address": "account_login", "limit": "of_account"}
    assert told("limit_reached") == [("limit_reached", None, label(person), facts)]
    assert len(entries("sign_in_failed")) == 5


def test_each_limit_is_told_by_itself(client):
    for place in ("192.0.2.1", "192.0.2.2"):
        for number in range(11):
            wrong(client, f"nobody{place}{number}", place)
    for _number in range(21):
        client.get(reverse("account_invitation"), {"codigo": "nothing"})

    found = entries("limit_reached").values_list("ip", "facts__address")
    assert sorted(found) == [
        ("127.0.0.1", "account_invitation"),
        ("192.0.2.1", "account_login"),
        ("192.0.2.2", "account_login"),
    ]


def test_signing_in_and_out_is_recorded(client):
    person = make.reviewer()

    client.login(username=person.username, password=PASSWORD)
    client.post(reverse("admin:logout"))

    assert told("sign_in", "sign_out") == [
        ("sign_in", person.pk, label(person), {}),
        ("sign_out", person.pk, label(person), {}),
    ]


@pytest.mark.parametrize("name", ["username", "email"])
def test_a_failure_names_the_account_that_somebody_tried(client, name):
    person = make.reviewer()

    client.login(**{"username": getattr(person, name).upper(), "password": "wrong"})

    assert told("sign_in_failed") == [
        ("sign_in_failed", None, label(person), {"known": True})
    ]


def test_a_failure_never_keeps_what_was_typed(client):
    make.reviewer()

    client.login(username="my secret password", password="my secret password")

    assert told("sign_in_failed") == [("sign_in_failed", None, "", {"known": False})]
    assert "secret" not in json.dumps(list(AuditEntry.objects.values()), default=str)


def test_a_new_account_and_its_standing_are_recorded():
    person = make.user()
    person.is_active = False
    person.save()
    person.first_name = "Ana"
    person.save()

    stood = {"is_active": True, "is_staff": True, "is_superuser": False}
    assert told("account_made", "account_changed") == [
        ("account_made", None, label(person), stood),
        ("account_changed", None, label(person), {"is_active": False}),
    ]


def test_a_new_password_is_recorded_and_a_new_hash_is_not():
    person = make.user()

    User.objects.get(pk=person.pk).save()
    again = User.objects.get(pk=person.pk)
    again.password = make_password(PASSWORD, hasher="md5")
    again.save(update_fields=["password"])
    again.set_password("another battery staple")
    again.save()

    assert told("password_changed") == [("password_changed", None, label(person), {})]


def test_roles_given_and_taken_are_recorded_from_either_side():
    person = make.user()
    reviewers = Group.objects.get(name=Role.REVIEWER)

    person.groups.add(reviewers)
    reviewers.user_set.remove(person)
    person.groups.set([reviewers])
    person.groups.clear()
    person.groups.clear()

    assert [facts for *_rest, facts in told("account_changed")] == [
        {"given": ["reviewer"]},
        {"taken": ["reviewer"]},
        {"given": ["reviewer"]},
        {"taken": ["reviewer"]},
    ]


def test_who_changes_a_role_in_the_admin_is_named(client):
    administrator, person = make.administrator(), make.user()
    client.force_login(administrator)
    page = reverse("admin:agencies_user_change", args=[person.pk])
    form = client.get(page).context["adminform"].form

    client.post(
        page,
        {
            "username": person.username,
            "language": "es",
            "reminders": "steps",
            "is_active": "on",
            "is_staff": "on",
            "groups": [Group.objects.get(name=Role.FOCAL_POINT).pk],
            "seen_state": form["seen_state"].value(),
        },
    )

    entry = entries("account_changed").get(actor=administrator)
    assert entry.object == label(person)
    assert entry.facts == {"given": ["focal_point"]}
    assert entry.ip == "127.0.0.1"


def test_mandates_made_changed_and_deleted_are_recorded():
    agency, person = make.agency(acronym="MM"), make.user()
    today = timezone.localdate()
    mandate = make.mandate(user=person, agency=agency, starts_on=today)
    about = label(mandate)

    mandate.ends_on = today + timedelta(days=9)
    mandate.save()
    FocalPoint.objects.get().delete()

    found = entries("mandate_made", "mandate_changed", "mandate_removed")
    assert [(row.event, row.agency, row.object) for row in found] == [
        ("mandate_made", "MM", about),
        ("mandate_changed", "MM", about),
        ("mandate_removed", "MM", about),
    ]
    assert found[1].facts == {
        "account": person.pk,
        "kind": "titular",
        "starts_on": today.isoformat(),
        "ends_on": mandate.ends_on.isoformat(),
        "leave_cover": False,
    }


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_not_hers_is_denied_and_recorded(client, method):
    other, person = make.update(), make.focal_point()
    client.force_login(person)
    address = "admin:strategic_areas_activityupdate_change"

    answer = getattr(client, method)(reverse(address, args=[other.pk]))
    client.get(reverse("admin:agencies_user_changelist"))

    assert answer.status_code == 404
    facts = {"address": address, "method": method, "status": 404, "times": 1}
    first, second = told("access_denied")
    assert first == (
        *("access_denied", person.pk, ""),
        facts | {"asked_object_id": str(other.pk)},
    )
    assert second[-1]["status"] == 403


def test_denials_are_counted_and_not_each_written(client, monkeypatch):
    """Whoever asks for everything in turn fills no record that nothing leaves."""
    person = make.focal_point()
    client.force_login(person)
    pages = [
        *("/gestion/agencies/user/", "/gestion/agencies/mail/", "/gestion/accesos/"),
        *(f"/gestion/agencies/agency/{number}/change/" for number in range(9000, 9012)),
    ]

    for page in pages:
        client.get(page)
    monkeypatch.setattr(receivers, "COUNTED_FOR", receivers.COUNTED_FOR * 3)
    client.get(pages[0])
    settle()

    assert [
        (row.actor, row.facts["status"], row.facts["times"])
        for row in entries("access_denied")
    ] == [(person, 403, 1), (person, 404, 1), (person, 404, 10), (person, 403, 1)]
    assert audit.verify_chain().fault == ""


def test_a_refused_form_is_recorded():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make.reviewer())

    client.post(reverse("admin:reminders"), {"reminders": "never"})

    assert entries("access_denied").get().facts["address"] == "admin:reminders"


@pytest.mark.parametrize("path", ["/nowhere/", "/gestion/nowhere/", "/plan-x/"])
def test_a_typing_error_and_a_public_page_are_no_denials(client, path):
    client.force_login(make.reviewer())

    client.get(path)

    assert told("access_denied") == []


def test_a_stranger_is_asked_to_sign_in_and_leaves_no_entry(client):
    client.get(reverse("admin:agencies_user_changelist"))

    assert AuditEntry.objects.count() == 0


def test_a_file_of_evidence_that_staff_opens_is_recorded(client):
    item = make.file_evidence()
    reader = item.activity_update.contributors.get()
    client.force_login(reader)

    b"".join(client.get(reverse("staff_evidence", args=[item.token])))

    entry = entries("evidence_opened").get()
    assert (entry.actor, entry.object) == (reader, label(item))
    assert entry.agency == item.activity_update.agency.acronym
