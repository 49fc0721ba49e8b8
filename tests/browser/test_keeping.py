"""A note that was not sent stays on the device, and only as long as it must."""

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from strategic_areas.models import ActivityUpdate
from tests import make
from tests.browser.windows import sign_in

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = "Falta la fuente del dato: ¿de dónde sale?"


@pytest.fixture
def update():
    return make.submitted_update()


def form_of(page):
    """The form that returns the report, with its reason."""
    return page.locator("form", has=page.locator("#return_reason"))


def test_a_reason_survives_a_session_that_ended(make_page, update):
    user = make.reviewer()
    page = make_page(user)
    address = reverse("admin:review", args=["avance", update.pk])
    page.goto(address)
    page.locator("#return_reason").fill(TEXT)

    Session.objects.all().delete()
    form_of(page).locator("input[type=submit]").click()
    page.wait_for_url("**/cuenta/login/**")
    sign_in(page, user.username)
    page.wait_for_url(f"**{address}")
    page.locator(".notice--kept button").first.click()

    expect(page.locator("#return_reason")).to_have_value(TEXT)
    assert ActivityUpdate.objects.get().status == "submitted"

    form_of(page).locator("input[type=submit]").click()
    page.wait_for_load_state()

    assert ActivityUpdate.objects.get().status == "returned"
    kept = "Object.keys(localStorage).filter(k => k.startsWith('kept:'))"
    assert page.evaluate(kept) == []


def test_signing_out_takes_it_along(make_page, update):
    user = make.reviewer()
    page = make_page(user)
    address = reverse("admin:review", args=["avance", update.pk])
    page.goto(address)
    page.locator("#return_reason").fill(TEXT)

    page.locator("#logout-form button").click()
    page.wait_for_url("**/cuenta/login/**")
    sign_in(page, user.username)
    page.wait_for_url("**/gestion/**")
    page.goto(address)

    expect(page.locator("#return_reason")).to_be_visible()
    assert page.locator(".notice--kept").count() == 0


def test_the_words_that_a_purge_looks_for_are_not_kept(make_page, update):
    page = make_page(make.reviewer())
    page.goto(reverse("admin:purge_new"))
    page.locator("#id_phrases").fill("Juana Pérez Zapata")

    kept = page.evaluate("Object.values(localStorage).join()")

    assert "Juana" not in kept
