"""A second factor: what is closed without one, and how its secrets are kept."""

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from agencies.accounts import sessions
from agencies.accounts.second_factors import FactorAdapter
from agencies.audit import AuditEntry
from tests import make
from tests.make.people import PASSWORD, sign_in, totp_code

pytestmark = pytest.mark.django_db

INDEX = reverse("admin:index")
PROVE = reverse("mfa_authenticate")


@pytest.fixture(autouse=True)
def required(settings):
    settings.REQUIRE_SECOND_FACTOR = True


def sign_in_with_code(client, user, secret):
    sign_in(client, user.username)
    return client.post(PROVE, {"code": totp_code(secret)})


def test_without_a_factor_staff_pages_lead_to_setting_one_up(client):
    sign_in(client, make.administrator(is_superuser=True).username)
    names = ["admin:index", "admin:rounds", "admin:agencies_user_changelist"]
    names += ["account_change_password", "usersessions_list"]
    addresses = [*map(reverse, names), reverse("staff_evidence", args=["token"])]

    for address in (*addresses, "/gestion/nothing/here/"):
        for ask in (client.get, client.post):
            answer = ask(address)
            assert answer.status_code == 302, address
            assert answer.url.partition("?")[0] == reverse("mfa_index"), address


def test_without_a_factor_setting_one_up_and_the_site_are_open(client):
    sign_in(client, make.reviewer().username)
    names = ["mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_index"]
    addresses = [*map(reverse, names), "/", "/ayuda/", "/salud/viva"]

    found = {address: client.get(address).status_code for address in addresses}
    client.post(reverse("account_logout"))

    assert found == dict.fromkeys(addresses, 200)
    assert "_auth_user_id" not in client.session


def test_an_address_that_nobody_listed_is_closed(client, monkeypatch):
    sign_in(client, make.reviewer().username)
    monkeypatch.setattr(sessions, "OPEN_PAGES", sessions.OPEN_PAGES - {"account_index"})

    assert client.get(reverse("account_index")).status_code == 302


def test_every_open_address_exists():
    names = sessions.OPEN_PAGES | sessions.ENROLMENT_PAGES
    with_arguments = {
        "account_reset_password_from_key": ["1", "key"],
        "guide": ["punto-focal"],
    }

    for name in names:
        assert reverse(name, args=with_arguments.get(name))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("open_record")
def test_setting_up_an_app_opens_staff_pages_and_shows_codes(client):
    user = make.reviewer()
    sign_in(client, user.username)
    wanted = reverse("admin:rounds")
    address = reverse("mfa_activate_totp")
    client.get(f"{wanted}?todas=1")
    secret = client.get(address).context["form"].secret

    done = client.post(address, {"code": totp_code(secret)})
    shown = client.get(done.url)
    codes = shown.context
    again = client.get(done.url).context

    assert done.url == reverse("mfa_view_recovery_codes")
    assert (len(codes["unused_codes"]), codes["can_view_codes"]) == (10, True)
    assert (set(again["unused_codes"]), again["can_view_codes"]) == ({"****"}, False)
    assert f'href="{wanted}?todas=1"' in shown.text
    assert client.get(INDEX).status_code == 200


def test_the_picture_is_served_from_here_and_only_to_its_owner(client):
    sign_in(client, make.reviewer().username)
    client.get(reverse("mfa_activate_totp"))
    address = reverse("mfa_totp_picture")

    mine, strangers = client.get(address), Client().get(address)

    assert mine["Content-Type"] == "image/svg+xml"
    assert mine["Cache-Control"] == "no-store, private"
    assert strangers.status_code == 302


def test_the_password_alone_opens_nothing_once_there_is_a_factor(client):
    """Nor does one that was set anew by a link."""
    user = make.reviewer()
    make.totp(user)

    for password in (PASSWORD, "cuatro caballos azules corren"):
        user.set_password(password)
        user.save()
        response = sign_in(client, user.username, password=password)

        assert response.url == PROVE
        assert "_auth_user_id" not in client.session
        assert client.get(INDEX).status_code == 302


def test_the_code_of_the_app_opens_and_serves_once(client):
    user = make.reviewer()
    secret = make.totp(user)

    first = sign_in_with_code(client, user, secret)
    second = sign_in_with_code(Client(), user, secret)

    assert first.url == INDEX
    assert second.status_code == 200
    assert client.get(INDEX).status_code == 200


def test_a_recovery_code_opens_and_serves_once(client):
    user = make.reviewer()
    make.totp(user)
    (code, *_rest) = RecoveryCodes.activate(user).get_unused_codes()
    other = Client()

    sign_in(client, user.username)
    first = client.post(PROVE, {"code": code})
    sign_in(other, user.username)
    second = other.post(PROVE, {"code": code})

    assert (first.status_code, second.status_code) == (302, 200)
    assert client.get(INDEX).status_code == 200


def test_guessing_codes_is_stopped_by_our_page(client):
    user = make.reviewer()
    make.totp(user)
    sign_in(client, user.username)

    statuses = [client.post(PROVE, {"code": "000000"}).status_code for _ in range(6)]

    assert statuses == [200] * 5 + [429]


def test_a_session_older_than_the_factor_proves_it_before_all_else(client):
    user = make.reviewer()
    sign_in(client, user.username)
    secret = make.totp(user)

    closed = [client.get(page) for page in (INDEX, reverse("mfa_add_webauthn"))]
    client.post(reverse("mfa_reauthenticate"), {"code": totp_code(secret)})

    prove = reverse("mfa_reauthenticate")
    assert [each.url.partition("?")[0] for each in closed] == [prove, prove]
    assert client.get(INDEX).status_code == 200


@pytest.mark.parametrize("is_required", [True, False])
def test_only_where_none_is_required_the_last_factor_goes(
    client, settings, is_required
):
    settings.REQUIRE_SECOND_FACTOR = is_required
    user = make.reviewer()
    secret = make.totp(user)
    sign_in_with_code(client, user, secret)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    client.post(reverse("mfa_deactivate_totp"))

    assert Authenticator.objects.filter(user=user).exists() is is_required


def test_factors_are_recorded(client, settings, django_capture_on_commit_callbacks):
    settings.REQUIRE_SECOND_FACTOR = False
    user = make.reviewer()
    sign_in(client, user.username)
    address = reverse("mfa_activate_totp")
    secret = client.get(address).context["form"].secret

    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, {"code": totp_code(secret)})
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("mfa_generate_recovery_codes"))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("mfa_deactivate_totp"))

    found = AuditEntry.objects.filter(event__startswith="factor_").order_by("pk")
    assert [(row.event, row.actor, row.facts["kind"]) for row in found] == [
        ("factor_added", user, "totp"),
        ("factor_added", user, "recovery_codes"),
        ("factor_added", user, "recovery_codes"),
        ("factor_removed", user, "totp"),
        ("factor_removed", user, "recovery_codes"),
    ]


@pytest.mark.parametrize("required", [True, False])
def test_the_screen_says_where_no_factor_is_required(client, settings, required):
    settings.REQUIRE_SECOND_FACTOR = required

    page = client.get(reverse("account_login"))

    assert page.context["portal"]["second_factor"] is required
    band = page.text.partition('demonstration-band">')[2].partition("</p>")[0]
    assert len(band.strip().splitlines()) == (1 if required else 2)


def test_a_secret_is_not_stored_as_it_is():
    user = make.user()
    secret = make.totp(user)
    RecoveryCodes.activate(user)

    stored = [str(each.data) for each in Authenticator.objects.all()]

    assert len(stored) == 2
    assert not any(secret in data for data in stored)
    assert all("gAAAA" in data for data in stored)


def test_a_new_key_in_front_still_opens_what_the_old_one_closed(settings):
    """Without the one that was in use it says so."""
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.MFA_ENCRYPTION_KEYS = [old]
    closed = FactorAdapter().encrypt("secret")

    settings.MFA_ENCRYPTION_KEYS = [new, old]

    assert FactorAdapter().decrypt(closed) == "secret"
    assert Fernet(new).decrypt(FactorAdapter().encrypt("secret")) == b"secret"
    settings.MFA_ENCRYPTION_KEYS = [new]
    with pytest.raises(ImproperlyConfigured):
        FactorAdapter().decrypt(closed)


def test_after_closing_anew_the_old_key_is_needed_no_more(settings):
    user = make.reviewer()
    secret = make.totp(user)
    codes = RecoveryCodes.activate(user).get_unused_codes()
    new = Fernet.generate_key().decode()
    settings.MFA_ENCRYPTION_KEYS = [new, *settings.MFA_ENCRYPTION_KEYS]
    out = StringIO()

    call_command("reencrypt_factors", stdout=out)
    settings.MFA_ENCRYPTION_KEYS = [new]

    app, paper = (
        Authenticator.objects.get(user=user, type=kind).wrap()
        for kind in (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
    )
    assert out.getvalue() == "2 factors closed under the first key\n"
    assert app.validate_code(totp_code(secret))
    assert paper.get_unused_codes() == codes


def test_closing_anew_without_a_key_says_so_and_changes_nothing(settings):
    make.totp(make.reviewer())
    [old] = settings.MFA_ENCRYPTION_KEYS
    new = Fernet.generate_key().decode()
    settings.MFA_ENCRYPTION_KEYS = [new]
    make.totp(make.reviewer())
    before = list(Authenticator.objects.order_by("pk").values("pk", "data"))

    settings.MFA_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), old]
    with pytest.raises(CommandError):
        call_command("reencrypt_factors")

    assert list(Authenticator.objects.order_by("pk").values("pk", "data")) == before
