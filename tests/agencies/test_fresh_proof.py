"""What gives access or destroys a text asks again who is there."""

import pytest
from django.urls import get_resolver, reverse

from agencies.accounts import sessions
from agencies.invitations import Invitation
from tests import make
from tests.make.people import PASSWORD, sign_in, totp_code

pytestmark = pytest.mark.django_db

INVITE = reverse("admin:agencies_invitation_add")
INVITED = {"email": "ana@example.org", "role": "reviewer", "language": "es"}
PROOF = reverse("account_reauthenticate")
#: Written here once more, so that none is left out unnoticed.
BUTTONS = [
    "account_change",
    "agencies_factorreset_approve",
    "agencies_invitation_code",
    "agencies_invitation_send",
    "purge_confirm",
]


@pytest.fixture
def clock(monkeypatch):
    """The time as the portal reads it; what it returns moves it on."""
    passed = [0]
    now = sessions.time.time

    class Clock:
        @staticmethod
        def time():
            return now() + passed[0]

    monkeypatch.setattr(sessions, "time", Clock)
    # The session itself goes on.
    monkeypatch.setattr(sessions, "reason_to_end", lambda session, now: "")

    def move_on(seconds):
        passed[0] += seconds

    return move_on


@pytest.fixture
def administrator(client):
    person = make.administrator()
    sign_in(client, person.username)
    return person


def where(response):
    return response.headers.get("Location", "").partition("?")[0]


def pages():
    """Each guarded page, on an object of its own where it needs one."""
    mandate = make.focal_point().mandates.get()
    person = make.reviewer()
    arguments = {
        "agencies_focalpoint_change": mandate.pk,
        "agencies_user_change": person.pk,
        "hand_over": mandate.pk,
    }
    for name in sorted(sessions.GUARDED_PAGES):
        keys = [arguments[name]] if name in arguments else None
        yield reverse(f"admin:{name}", args=keys)


def test_every_name_is_an_address_of_the_admin():
    (_prefix, admin) = get_resolver().namespace_dict["admin"]
    known = {name for name in admin.reverse_dict if isinstance(name, str)}

    assert known >= sessions.GUARDED_PAGES | sessions.GUARDED_BUTTONS


def test_later_each_of_the_pages_asks_first(client, administrator, clock):
    soon = [client.get(page).status_code for page in pages()]
    clock(sessions.MAX_PROOF_AGE_TO_OPEN)

    assert soon == [200] * 7
    assert {where(client.get(page)) for page in pages()} == {PROOF}
    assert client.get(reverse("admin:index")).status_code == 200


def test_the_password_opens_the_page_that_was_asked_for(client, administrator, clock):
    clock(sessions.MAX_PROOF_AGE_TO_OPEN)
    asked = client.get(INVITE)
    clock(-sessions.MAX_PROOF_AGE_TO_OPEN)  # allauth reads the true time

    back = client.post(asked.url, {"password": PASSWORD, "next": INVITE})

    assert asked.url == f"{PROOF}?next={INVITE.replace('/', '%2F')}"
    assert back.url == INVITE


def test_a_proof_counts_from_when_it_was_given(client, administrator, clock):
    session = client.session
    session["began_at"] -= sessions.MAX_PROOF_AGE_TO_OPEN
    session["account_authentication_methods"] = []
    session.save()
    before = where(client.get(INVITE))

    client.post(PROOF, {"password": PASSWORD})

    assert before == PROOF
    assert client.get(INVITE).status_code == 200
    clock(sessions.MAX_PROOF_AGE_TO_OPEN)
    assert where(client.get(INVITE)) == PROOF


def test_what_was_opened_in_time_may_be_sent_later(client, administrator, clock):
    client.get(INVITE)
    clock(sessions.MAX_PROOF_AGE_TO_SEND - 60)
    in_time = client.post(INVITE, INVITED)
    clock(60)
    too_late = client.post(INVITE, INVITED | {"email": "eva@example.org"})

    assert where(in_time) != PROOF
    assert where(too_late) == PROOF
    assert [each.email for each in Invitation.objects.all()] == ["ana@example.org"]


def test_what_was_not_opened_in_time_may_not_be_sent(client, administrator, clock):
    client.get(reverse("admin:agencies_focalpoint_add"))
    clock(sessions.MAX_PROOF_AGE_TO_OPEN)
    refused = client.get(INVITE)

    sent = client.post(INVITE, INVITED)

    assert [where(refused), where(sent)] == [PROOF, PROOF]
    assert not Invitation.objects.exists()


def test_a_page_opened_long_ago_asks_like_any_other(client, administrator, clock):
    client.get(INVITE)
    clock(sessions.MAX_PROOF_AGE_TO_SEND)
    session = client.session
    session["began_at"] += (
        sessions.MAX_PROOF_AGE_TO_SEND - sessions.MAX_PROOF_AGE_TO_OPEN
    )
    session.save()

    assert where(client.post(INVITE, INVITED)) == PROOF
    assert not Invitation.objects.exists()


def test_later_each_of_the_buttons_asks_first(client, administrator, clock):
    addresses = [reverse(f"admin:{name}", args=[1]) for name in BUTTONS]

    soon = [where(client.post(address)) for address in addresses]
    clock(sessions.MAX_PROOF_AGE_TO_OPEN)
    later = [where(client.post(address)) for address in addresses]

    assert set(BUTTONS) == sessions.GUARDED_BUTTONS
    assert PROOF not in soon
    assert later == [PROOF] * len(BUTTONS)


def test_a_button_asks_too_and_leads_back_to_its_page(client, administrator, clock):
    invitation, _secret = make.invitation()
    digest = invitation.digest
    page = reverse("admin:agencies_invitation_change", args=[invitation.pk])
    clock(sessions.MAX_PROOF_AGE_TO_OPEN)

    asked = client.post(
        reverse("admin:agencies_invitation_send", args=[invitation.pk]),
        headers={"referer": f"http://testserver{page}"},
    )

    invitation.refresh_from_db()
    assert asked.url == f"{PROOF}?next={page.replace('/', '%2F')}"
    assert invitation.digest == digest


def test_whoever_has_a_factor_is_asked_for_it(client, clock, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    person = make.administrator()
    secret = make.totp(person)
    sign_in(client, person.username)
    client.post(reverse("mfa_authenticate"), {"code": totp_code(secret)})
    clock(sessions.MAX_PROOF_AGE_TO_OPEN)

    assert where(client.get(INVITE)) == reverse("mfa_reauthenticate")
