"""Accounts as people use them: passkeys, codes, and what stays closed without."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import (
    PASSWORD,
    make_administrator,
    make_reviewer,
    make_totp,
    totp_code,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("open_record"),
]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(autouse=True)
def required(settings):
    settings.REQUIRE_SECOND_FACTOR = True


@pytest.fixture
def complaints(page):
    """What the browser says against a page; a policy that is broken, above all."""
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.fixture(autouse=True)
def patience(page):
    page.set_default_timeout(10_000)


def add_authenticator(page):
    """A passkey device that exists only in this browser and always says yes."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def fill_in(page, user):
    page.goto("/gestion/")
    page.get_by_label("Nombre de usuario").fill(user.username)
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()


def sign_out(page):
    page.get_by_role("button", name="Salir").click()


def faults(page):
    """What axe finds, at both widths: rules and the elements that break them."""
    found = []
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        options = {"runOnly": {"type": "tag", "values": RULES}}
        for rule in Axe().run(page, options=options).response["violations"]:
            found += [(width, rule["id"], node["html"]) for node in rule["nodes"]]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append((width, "wider than the screen", page.url))
    return found


def test_a_passkey_is_set_up_and_signs_in_alone(page, complaints):
    add_authenticator(page)
    user = make_reviewer(first_name="Ana")

    fill_in(page, user)
    expect(page).to_have_url(re.compile("/cuenta/2fa/"))
    page.goto("/gestion/rondas/")
    expect(page).to_have_url(re.compile("/cuenta/2fa/"))
    page.get_by_role("link", name="Agregar una llave de acceso").click()
    page.get_by_role("button", name="Agregar este dispositivo o llave").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    page.get_by_role("link", name="Ya los guardé").click()
    expect(page).to_have_url(re.compile("/gestion/$"))
    sign_out(page)
    page.get_by_role("button", name="Usar una llave de acceso").click()

    expect(page).to_have_url(re.compile("/gestion/$"))
    expect(page.locator("#user-tools")).to_contain_text("Ana")
    assert complaints == []


def test_codes_of_an_app_and_a_recovery_code_sign_in(page, complaints):
    user = make_reviewer()
    fill_in(page, user)
    page.get_by_role("link", name="Configurar una aplicación").click()
    expect(page.locator(".totp-picture")).to_have_js_property("complete", True)
    assert page.locator(".totp-picture").evaluate("node => node.naturalWidth") > 0
    secret = page.locator(".totp-key").inner_text()
    page.get_by_label("Los seis números").fill(totp_code(secret))
    page.get_by_role("button", name="Configurar").click()
    codes = page.locator(".recovery-codes li").all_inner_texts()
    page.get_by_role("link", name="Ya los guardé").click()
    sign_out(page)

    fill_in(page, user)
    page.get_by_label("Código de la aplicación").fill(codes[0])
    page.get_by_role("button", name="Entrar").click()

    expect(page).to_have_url(re.compile("/gestion/$"))
    assert complaints == []


def test_the_password_alone_is_not_enough(page):
    user = make_administrator()
    secret = make_totp(user)

    fill_in(page, user)
    page.goto("/gestion/")

    expect(page).to_have_url(re.compile("/cuenta/2fa/authenticate/"))
    page.get_by_label("Código de la aplicación").fill(totp_code(secret))
    page.get_by_role("button", name="Entrar").click()
    expect(page).to_have_url(re.compile("/gestion/"))


def test_the_pages_of_the_account_have_no_fault(page):
    found = []
    for name in ("account_login", "account_reset_password", "account_signup"):
        page.goto(reverse(name))
        found += faults(page)
    user = make_reviewer()
    fill_in(page, user)
    for name in (
        "mfa_index",
        "account_index",
        "mfa_add_webauthn",
        "mfa_activate_totp",
    ):
        page.goto(reverse(name))
        found += faults(page)
    secret = page.locator(".totp-key").inner_text()
    page.get_by_label("Los seis números").fill(totp_code(secret))
    page.get_by_role("button", name="Configurar").click()
    found += faults(page)
    for name in (
        "account_reauthenticate",
        "mfa_reauthenticate",
        "account_change_password",
        "mfa_generate_recovery_codes",
        "usersessions_list",
        "account_logout",
    ):
        page.goto(reverse(name))
        found += faults(page)

    assert found == []
