"""The review as people do it: ten in a row, by keyboard, together, without scripts."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from strategic_areas import workflow
from strategic_areas.models import ActivityUpdate
from tests import make
from tests.browser.windows import complaints_of, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


QUEUE = reverse("admin:index")
WARNED = "Se atendió a dos niñas."
MARKED = "La explicó Yubelkis en Villa Jaragua."
PUBLISH = "form[action$='publicar/'] input[type=submit]"


class Submitted:
    """An agency's submitted reports; what was published before says something else."""

    def __init__(self, reports, *, warned=(), marked=()):
        commitment = make.commitment()
        plan = commitment.plan
        before = make.period(plan=plan, starts_on="2024-01-01", ends_on="2024-12-31")
        period = make.round(plan=plan)
        author = make.focal_point(agency=commitment.lead)
        self.reviewer = make.reviewer()
        self.updates = []
        for number in range(reports):
            activity = make.activity(commitment=commitment)
            make.record_update(activity=activity, period=before, percent=30)
            texts = {"narrative_es": WARNED} if number in warned else {}
            texts |= {"narrative_es": MARKED} if number in marked else {}
            update = make.update(activity=activity, period=period, by=author, **texts)
            make.evidence(update)
            workflow.submit(update, by=author)
            self.updates.append(update)

    def statuses(self):
        rows = ActivityUpdate.objects.filter(pk__in=[row.pk for row in self.updates])
        return list(rows.order_by("pk").values_list("status", flat=True))


def address(update):
    return reverse("admin:review", args=["avance", update.pk])


def is_at(page, path):
    expect(page).to_have_url(re.compile(re.escape(path) + "$"))


def hears_keys_at(page, path):
    """The script of the page, which comes after it, shows its keys and listens."""
    is_at(page, path)
    expect(page.locator("[data-keys]")).to_be_visible()


def publish_by_keyboard(page, update, *, is_marked):
    hears_keys_at(page, address(update))
    page.keyboard.press("p")
    if is_marked:
        expect(page.locator("#publish_checked")).to_be_focused()
        page.keyboard.press("Space")
    else:
        expect(page.locator(PUBLISH)).to_be_focused()
    page.keyboard.press("Enter")


def test_ten_are_reviewed_by_keyboard_and_one_returned(make_page):
    work = Submitted(10, marked=[1, 2, 7])
    page = make_page(work.reviewer, address(work.updates[0]))

    for number, update in enumerate(work.updates):
        if number == 4:
            hears_keys_at(page, address(update))
            page.keyboard.press("r")
            page.keyboard.type("pj: falta la fecha.")
            page.keyboard.press("Tab")
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
        else:
            publish_by_keyboard(page, update, is_marked=number in {1, 2, 7})

    is_at(page, QUEUE)
    assert work.statuses() == ["published"] * 4 + ["returned"] + ["published"] * 5
    step = work.updates[4].transitions.get(to_status="returned")
    assert step.reason == "pj: falta la fecha."


def test_keys_lead_through_the_queue_and_can_be_switched_off(make_page):
    work = Submitted(3)
    first, second, third = map(address, work.updates)
    page = make_page(work.reviewer)
    complaints = complaints_of(page)
    page.goto(first)

    for key, path in (("j", second), ("n", third), ("k", second)):
        page.keyboard.press(key)
        hears_keys_at(page, path)
    page.locator("#return_reason").click()
    page.keyboard.type("jnkp")
    expect(page.locator("#return_reason")).to_have_value("jnkp")
    is_at(page, second)

    page.locator("[data-keys-switch]").uncheck()
    page.goto(second)
    expect(page.locator("[data-keys-switch]")).not_to_be_checked()
    page.keyboard.press("p")
    expect(page.locator(PUBLISH)).not_to_be_focused()
    page.keyboard.press("j")
    is_at(page, second)
    assert complaints == []


def test_the_preview_follows_the_ticks_beside_evidence(make_page):
    work = Submitted(1)
    page = make_page(work.reviewer, address(work.updates[0]))
    shown = page.locator("[data-preview]").first.get_by_text("Acta")

    expect(shown).to_be_hidden()
    page.locator("input[name=evidence]").check()

    expect(shown).to_be_visible()


def test_what_nothing_warns_of_is_published_together(make_page):
    work = Submitted(4, warned=[1], marked=[3])
    page = make_page(work.reviewer, QUEUE)

    page.locator("input[name=pick]").check()
    page.locator(".queue-buttons button").click()
    expect(page.locator(".public-then .entry")).to_have_count(3)
    expect(page.locator("mark")).to_have_count(2)
    assert work.statuses() == ["submitted"] * 4
    page.locator("#id_checked").check()
    page.locator("input[name=step]").click()

    is_at(page, QUEUE)
    expect(page.locator(".messagelist .success")).to_have_count(1)
    assert work.statuses() == ["published", "submitted", "published", "published"]


def test_the_review_works_with_scripts_off(make_page):
    work = Submitted(2, warned=[0])
    page = make_page(work.reviewer, address(work.updates[0]), java_script_enabled=False)

    expect(page.locator("[data-keys]")).to_be_hidden()
    page.locator("#publish_checked").check()
    page.locator("input[name=step]").first.click()
    is_at(page, address(work.updates[1]))
    page.locator("#return_reason").fill("Falta la fecha.")
    page.locator("input[name=step]").last.click()

    is_at(page, QUEUE)
    assert work.statuses() == ["published", "returned"]


TEXT = "Falta la fuente del dato: ¿de dónde sale?"


@pytest.fixture
def update():
    return make.submitted_update()


def form_of(page):
    """The form that returns the report, with its reason."""
    return page.locator("form", has=page.locator("#return_reason"))


def test_a_reason_survives_a_session_that_ended(make_page, update):
    user = make.reviewer()
    address = reverse("admin:review", args=["avance", update.pk])
    page = make_page(user, address)
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
    address = reverse("admin:review", args=["avance", update.pk])
    page = make_page(user, address)
    page.locator("#return_reason").fill(TEXT)

    page.locator("#logout-form button").click()
    page.wait_for_url("**/cuenta/login/**")
    sign_in(page, user.username)
    page.wait_for_url("**/gestion/**")
    page.goto(address)

    expect(page.locator("#return_reason")).to_be_visible()
    assert page.locator(".notice--kept").count() == 0


def test_the_words_that_a_purge_looks_for_are_not_kept(make_page, update):
    page = make_page(make.reviewer(), reverse("admin:purge_new"))
    page.locator("#id_phrases").fill("Juana Pérez Zapata")

    kept = page.evaluate("Object.values(localStorage).join()")

    assert "Juana" not in kept
