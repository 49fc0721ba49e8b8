"""Accounts as people use them: passkeys, codes, and what stays closed without."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from agencies.access import Role
from tests import make
from tests.browser.codes import lasting_code
from tests.browser.windows import complaints_of
from tests.make.people import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def required(settings):
    settings.REQUIRE_SECOND_FACTOR = True


@pytest.fixture
def complaints(page):
    return complaints_of(page)


@pytest.fixture
def authenticator(page):
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
    yield
    session.send("WebAuthn.disable")
    session.detach()


def fill_in(page, user):
    page.goto("/gestion/")
    page.get_by_label("Nombre de usuario").fill(user.username)
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()


def press(page, name):
    """Press a button that does nothing before the script of its page is there."""
    button = page.get_by_role("button", name=name)
    expect(button).to_be_visible()
    page.wait_for_load_state()
    button.click()


def sign_out(page):
    page.get_by_role("button", name="Salir").click()


@pytest.mark.usefixtures("authenticator")
def test_a_passkey_is_set_up_and_signs_in_alone(page, complaints):
    user = make.reviewer(first_name="Ana")

    fill_in(page, user)
    expect(page).to_have_url(re.compile("/cuenta/2fa/"))
    page.goto("/gestion/rondas/")
    expect(page).to_have_url(re.compile("/cuenta/2fa/"))
    page.get_by_role("link", name="Agregar una llave de acceso").click()
    press(page, "Agregar este dispositivo o llave")
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    page.get_by_role("link", name="Ya los guardé").click()
    expect(page).to_have_url(re.compile("/gestion/rondas/$"))
    sign_out(page)
    press(page, "Usar una llave de acceso")

    expect(page).to_have_url(re.compile("/gestion/$"))
    expect(page.locator("#user-tools")).to_contain_text("Ana")
    assert complaints == []


def test_codes_of_an_app_and_a_recovery_code_sign_in(page, complaints):
    user = make.reviewer()
    fill_in(page, user)
    page.get_by_role("link", name="Configurar una aplicación").click()
    expect(page.locator(".totp-picture")).to_have_js_property("complete", True)
    assert page.locator(".totp-picture").evaluate("node => node.naturalWidth") > 0
    secret = page.locator(".totp-key").inner_text()
    page.get_by_label("Los seis números").fill(lasting_code(secret))
    page.get_by_role("button", name="Configurar").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    codes = page.locator(".recovery-codes li").all_inner_texts()
    page.get_by_role("link", name="Ya los guardé").click()
    sign_out(page)

    fill_in(page, user)
    page.get_by_label("Código de la aplicación").fill(codes[0])
    page.get_by_role("button", name="Entrar").click()

    expect(page).to_have_url(re.compile("/gestion/$"))
    assert complaints == []


def test_the_password_alone_is_not_enough(page):
    user = make.administrator()
    secret = make.totp(user)

    fill_in(page, user)
    # The next address must not break off the one that is on its way.
    expect(page).to_have_url(re.compile("/cuenta/2fa/authenticate/"))
    page.goto("/gestion/")

    expect(page).to_have_url(re.compile("/cuenta/2fa/authenticate/"))
    page.get_by_label("Código de la aplicación").fill(lasting_code(secret))
    page.get_by_role("button", name="Entrar").click()
    expect(page).to_have_url(re.compile("/gestion/"))


@pytest.mark.usefixtures("authenticator")
def test_an_invitation_becomes_an_account_with_a_passkey(page, complaints, settings):
    settings.EMAIL_BACKEND = "agencies.mail.FileBackend"
    agency = make.agency(acronym="PGR")
    administrator = make.administrator()
    secret = make.totp(administrator)
    fill_in(page, administrator)
    page.get_by_label("Código de la aplicación").fill(lasting_code(secret))
    page.get_by_role("button", name="Entrar").click()
    page.goto(reverse("admin:agencies_invitation_add") + f"?agency={agency.pk}")
    page.locator("#id_email").fill("ana@pgr.gob.do")
    page.locator("#id_role").select_option("focal_point")
    page.locator("#id_kind").select_option("titular")
    page.get_by_role("button", name="Guardar", exact=True).click()
    link = page.locator(".invitation-link").inner_text()
    code = page.locator(".invitation-code").inner_text()
    sign_out(page)

    page.goto(reverse("account_invitation"))
    page.get_by_label("El código de la hoja").fill(code.lower())
    page.get_by_role("button", name="Continuar").click()
    page.locator("#id_first_name").fill("Ana")
    page.locator("#id_last_name").fill("Pérez")
    page.locator("#id_password1").fill(PASSWORD)
    page.locator("#id_password2").fill(PASSWORD)
    page.get_by_role("button", name="Crear mi cuenta").click()
    page.get_by_role("link", name="Agregar una llave de acceso").click()
    press(page, "Agregar este dispositivo o llave")
    page.get_by_role("link", name="Ya los guardé").click()
    sign_out(page)
    press(page, "Usar una llave de acceso")

    expect(page).to_have_url(re.compile("/gestion/$"))
    expect(page.locator("#user-tools")).to_contain_text("Ana")
    assert "codigo=" in link
    assert complaints == []


def test_a_lost_factor_is_given_back_by_two_administrators(make_page):
    person, first, second = make.reviewer(), make.administrator(), make.administrator()
    make.totp(person)
    asking, confirming = make_page(first), make_page(second)

    asking.goto(reverse("admin:agencies_factorreset_add") + f"?user={person.pk}")
    asking.locator("#id_way").select_option("in_person")
    asking.get_by_role("button", name="Guardar", exact=True).click()
    asking.goto(reverse("admin:agencies_factorreset_changelist"))
    asking.locator("#result_list tbody th a").click()
    expect(
        asking.get_by_role("button", name="Quitar los segundos factores")
    ).to_have_count(0)
    confirming.goto(asking.url)
    confirming.get_by_role("button", name="Quitar los segundos factores").click()
    confirming.wait_for_load_state()
    confirming.context.clear_cookies()
    fill_in(confirming, person)

    expect(confirming).to_have_url(re.compile(r"/cuenta/2fa/\?"))


def test_an_administrator_hands_over_and_a_successor_finds_work(make_page):
    agency = make.agency(acronym="PGR", slug="pgr")
    former = make.focal_point(agency=agency, first_name="Ana")
    successor = make.user(group=Role.FOCAL_POINT, first_name="Luz")
    draft = make.update(activity=make.activity(agency=agency), by=former)
    leaving, administrator = make_page(former), make_page(make.administrator())
    leaving.goto("/gestion/")
    expect(leaving.locator("#logout-form")).to_be_visible()

    administrator.goto(reverse("admin:agencies_focalpoint_changelist"))
    administrator.locator("#result_list tbody th a").click()
    administrator.get_by_role("link", name="Hacer el relevo").click()
    administrator.get_by_label("Persona que sucede").select_option(str(successor.pk))
    administrator.get_by_role("button", name="Hacer el relevo").click()
    expect(administrator.locator(".messagelist .success")).to_be_visible()
    leaving.goto("/gestion/")
    expect(leaving).to_have_url(re.compile("/cuenta/login/"))
    arriving = make_page(successor, "/cuenta/")
    arriving.get_by_role("link", name="Leer lo comprometido").click()

    expect(arriving.get_by_role("main")).to_contain_text(draft.activity.code)
