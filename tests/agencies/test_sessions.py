"""How long a session lasts, and what ends it at once."""

import time
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.accounts import sessions
from agencies.audit import AuditEntry
from agencies.models import User
from tests import make
from tests.make.people import PASSWORD, sign_in

pytestmark = pytest.mark.django_db

DESK = reverse("admin:index")
HOUR = 60 * 60
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch):
    """A clock for what the portal itself counts; ``clock(seconds)`` moves it on."""
    now = [time.time()]
    monkeypatch.setattr(sessions.time, "time", lambda: now[0])

    def move_on(seconds):
        now[0] += seconds

    return move_on


@pytest.fixture
def person(client, clock):
    person = make.reviewer()
    client.force_login(person)
    return person


def way_back(answer):
    return parse_qs(urlsplit(answer["Location"]).query)["next"]


def is_in(client):
    """Whether the lightest of staff's addresses opens."""
    return client.get(reverse("admin:jsi18n")).status_code == 200


def test_a_session_without_a_sign_of_life_ends_after_an_hour(client, person, clock):
    """It is gone from the server then; unsent text stays in the browser."""
    clock(HOUR - 1)
    first = is_in(client)
    clock(HOUR - 1)
    second = is_in(client)
    key = client.session.session_key
    clock(HOUR + 1)
    answer = client.get(DESK)

    assert (first, second, answer.status_code) == (True, True, 302)
    assert "Clear-Site-Data" not in answer.headers
    assert not Session.objects.filter(session_key=key).exists()
    entry = AuditEntry.objects.get(event="session_ended")
    assert (entry.actor, entry.facts) == (person, {"reason": "idle"})


def test_the_browser_and_the_server_forget_it_after_an_hour_too(client, person, clock):
    clock(61)
    answer = client.get(DESK)

    assert answer.cookies["sesion"]["max-age"] == HOUR
    left = Session.objects.get().expire_date - timezone.now()
    assert left.total_seconds() == pytest.approx(HOUR, abs=60)


def test_a_session_in_use_ends_after_twelve_hours_all_the_same(client, person, clock):
    answers = []
    for wait in [HOUR - 1] * 12 + [13]:
        clock(wait)
        answers.append(is_in(client))

    assert answers == [True] * 12 + [False]
    entry = AuditEntry.objects.get(event="session_ended")
    assert entry.facts == {"reason": "absolute"}


def test_a_session_of_before_these_rules_is_over(client, person):
    session = client.session
    del session[sessions.BEGAN_KEY]
    session.save()

    assert not is_in(client)


@pytest.mark.parametrize(
    ("backend", "status"),
    [
        ("allauth.account.auth_backends.AuthenticationBackend", 200),
        ("django.contrib.auth.backends.ModelBackend", 302),
    ],
)
def test_an_earlier_versions_session_goes_on(client, person, settings, backend, status):
    session = client.session
    session[BACKEND_SESSION_KEY] = backend
    session.save()

    assert client.get(DESK).status_code == status
    assert backend not in settings.AUTHENTICATION_BACKENDS


def test_a_session_in_use_is_stored_once_a_minute_at_most(client, person, clock):
    is_in(client)
    stored = Session.objects.get().session_data

    clock(30)
    is_in(client)

    assert Session.objects.get().session_data == stored
    clock(31)
    is_in(client)
    assert Session.objects.get().session_data != stored


def test_whoever_is_at_work_is_seen_once_a_minute_at_most(client, clock):
    sign_in(client, make.reviewer().username)
    row = UserSession.objects.all()
    row.update(last_seen_at=LONG_AGO)

    is_in(client)
    first = row.get().last_seen_at
    clock(61)
    is_in(client)

    assert (first, row.get().last_seen_at > LONG_AGO) == (LONG_AGO, True)


@pytest.mark.parametrize("address", ["/planes/", "/robots.txt", "/sitemap.xml"])
def test_public_pages_touch_no_session(client, person, clock, settings, address):
    settings.REQUIRE_SECOND_FACTOR = settings.ALLOW_INDEXING = True
    before = Session.objects.get().session_data
    clock(HOUR / 2)

    answer = client.get(address)

    assert answer.status_code == 200
    assert "Cookie" not in answer.get("Vary", "")
    assert "sesion" not in answer.cookies
    assert Session.objects.get().session_data == before


def test_signing_in_leads_back_to_the_page_that_was_asked_for(client, person, clock):
    clock(HOUR + 1)

    answer = client.get(f"{DESK}?a=1")

    assert answer.status_code == 302
    assert way_back(answer) == [f"{DESK}?a=1"]


@pytest.mark.parametrize(
    ("referer", "back", "is_known"),
    [
        ("http://testserver/gestion/avisos/?b=1", "/gestion/avisos/?b=1", True),
        ("http://testserver/gestion/avisos/?b=1", "/gestion/avisos/?b=1", False),
        ("https://evil.example/gestion/", DESK, True),
        ("", DESK, False),
    ],
)
def test_a_late_form_leads_back(client, person, clock, referer, back, is_known):
    clock(HOUR + 1)
    if not is_known:  # the browser or the server forgot the session already
        client.cookies.clear()

    answer = client.post(
        reverse("admin:reminders"), {"reminders": "never"}, headers={"referer": referer}
    )

    assert answer.status_code == 302
    assert way_back(answer) == [back]
    assert User.objects.get(pk=person.pk).reminders == "steps"


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("method", ["get", "post"])
def test_signing_in_again_leads_to_the_page_of_a_form(client, clock, method, is_known):
    update = make.update()
    person, words = update.contributors.get(), [update.period_id, update.agency.slug]
    sheet = reverse("admin:sheet", args=words)
    row = reverse("admin:sheet_row", args=[*words, update.activity_id])
    client.force_login(person)
    clock(HOUR + 1)
    if not is_known:
        client.cookies.clear()

    # What was refused before stands at the address that it was sent to.
    answer = getattr(client, method)(
        row, headers={"referer": f"http://testserver{row}"}
    )
    landed = client.post(
        answer["Location"],
        {"login": person.username, "password": PASSWORD, "next": way_back(answer)[0]},
    )

    assert landed.url == sheet
    assert client.get(landed.url).status_code == 200


def test_deactivating_an_account_ends_all_its_sessions(client, person):
    """One that is deactivated in bulk is out at the next request."""
    elsewhere, colleague = make.browser(person), make.reviewer()
    other = make.browser(colleague)

    person.is_active = False
    person.save()
    left = Session.objects.count()
    before = [is_in(each) for each in (client, elsewhere, other)]
    User.objects.filter(pk=colleague.pk).update(is_active=False)

    assert (left, before) == (1, [False, False, True])
    assert not is_in(other)


def test_an_administrator_ends_the_sessions_of_a_person(client, person):
    keeper = make.browser(make.administrator())

    keeper.post(
        reverse("admin:agencies_user_changelist"),
        {"action": "end_sessions", "_selected_action": [person.pk]},
    )

    assert [is_in(client), is_in(keeper)] == [False, True]
    entry = AuditEntry.objects.get(event="session_ended")
    assert entry.object == f"agencies.user:{person.pk}"
    assert entry.facts == {"reason": "administrator_ended"}


def test_every_page_of_staff_has_a_way_out(client, person):
    ways_out = f'action="{reverse("account_logout")}"'

    assert ways_out in client.get(DESK).content.decode()
    assert ways_out in client.get(reverse("admin:reminders")).content.decode()


def test_signing_out_makes_the_browser_forget(client, person):
    out = client.post(reverse("admin:logout"))
    stays = Client().get(reverse("admin:login"))

    assert out["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in stays.headers
    assert Session.objects.filter(session_key=client.session.session_key).count() == 0


def test_signing_in_begins_a_new_session(client):
    person = make.administrator()
    client.get(reverse("admin:login"))
    session = client.session
    session["planted"] = "x"
    session.save()
    planted = session.session_key

    client.login(username=person.username, password=PASSWORD)

    assert client.session.session_key != planted


def test_a_session_goes_on_while_the_former_key_is_a_fallback(client, person, settings):
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another-key"
    settings.SECRET_KEY_FALLBACKS = [former]
    assert is_in(client)

    client.force_login(person)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a-third-key", []
    assert not is_in(client)
