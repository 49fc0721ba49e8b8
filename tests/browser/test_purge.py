"""A name got in all the same: two people withdraw it, and it is nowhere any more."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests import make
from tests.strategic_areas.test_purging import columns_that_hold

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "Juana Pérez Zapata"


def test_one_requests_another_confirms_and_the_name_is_nowhere(page, make_page):
    update = make.published_update(narrative_es=f"Se atendió a {NAME} ayer.")
    make.submitted_update(activity=update.activity, narrative_es=f"Y a {NAME}.")
    first, second = make.reviewer(), make.reviewer()
    history = reverse("admin:strategic_areas_activityupdate_history", args=[update.pk])
    page.goto(update.get_absolute_url())
    expect(page.get_by_role("main")).to_contain_text(NAME)

    asking = make_page(first)
    asking.goto("/gestion/")
    asking.get_by_role("link", name="Retirar un texto para proteger").click()
    asking.get_by_role("link", name="Pedir una purga").click()
    asking.locator("#id_phrases").fill(NAME)
    asking.get_by_role("button", name="Ocultar ahora y pedir la purga").click()
    expect(asking.locator(".purge-places li")).not_to_have_count(0)
    page.reload()
    expect(page.get_by_role("main")).not_to_contain_text("Juana")
    expect(asking.get_by_role("button", name="Retirar en todas partes")).to_have_count(
        0
    )
    assert "Juana" not in asking.url

    confirming = make_page(second)
    confirming.goto("/gestion/")
    confirming.get_by_role("link", name="Retirar un texto para proteger").click()
    confirming.get_by_role("row").get_by_role("link", name="Purga").click()
    confirming.get_by_role("button", name="Retirar en todas partes").click()
    expect(confirming.locator(".messagelist .success")).to_be_visible()

    page.reload()  # its address has a fragment: going there again would load nothing
    expect(page.get_by_text("Se retiró un texto para proteger").first).to_be_visible()
    expect(page.get_by_role("main")).not_to_contain_text("Juana")
    confirming.goto(history)
    expect(confirming.locator("body")).not_to_contain_text("Juana")
    assert columns_that_hold("Juana") == []
