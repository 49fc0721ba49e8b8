"""Every public page as a real browser shows it: to everyone, on anything."""

from itertools import cycle

import pytest
from django.db import transaction

from strategic_areas.views import commitments, updates
from tests import public_site
from tests.browser.public_walk import LOOKS, Site, pages_of, states_of
from tests.public_site import LANGUAGES

pytestmark = pytest.mark.django_db

#: Requests and bytes of a first visit.
MOST, HEAVIEST = 5, 50 * 1024


@pytest.fixture
def _django_db_helper():
    """No transaction of its own for each test: one, of the module, holds them all."""


@pytest.fixture(scope="module")
def site(browser, django_db_setup, django_db_blocker):
    """One portal for all tests of this file; it is gone again afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        site = Site(browser)
        site.examine(site.open(bypass_csp=True), "/", LOOKS["es"])
        site.answers.clear()
        with pytest.MonkeyPatch.context() as patch:
            for each in (commitments, updates):
                patch.setattr(each, "PER_PAGE", 10)
            site.world = public_site.build()
            site.pages, site.states = pages_of(site.world), states_of(site.world)
            yield site
        site.close()
        transaction.set_rollback(True)


def test_axe_finds_nothing_in_an_empty_portal(site):
    assert site.faults == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_everyone_can_read_any_page_and_it_is_light(site, language):
    """No fault of access in any look, nothing too wide, and few small answers."""
    page, heavy = site.open(bypass_csp=True), []

    for addresses in site.pages:
        site.examine(page, addresses[language], LOOKS[language])
        if len(site.weights) > MOST or sum(site.weights.values()) > HEAVIEST:
            heavy.append((addresses[language], dict(site.weights)))

    assert site.faults == []
    assert heavy == []


def test_everyone_can_read_a_page_in_any_other_state(site):
    page, looks = site.open(bypass_csp=True), cycle(LOOKS.values())

    for path in site.states:
        site.examine(page, path, next(looks))

    assert len(site.states) > 40
    assert site.faults == []


def test_no_page_asks_anyone_else_or_leaves_a_cookie(site):
    site.visit(site.open(), "/")

    assert site.strangers == set()
    assert site.cookies == set()
