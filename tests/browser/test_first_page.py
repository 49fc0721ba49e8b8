"""The first page of the shipped plan: short, and its answer in sight at once."""

import pytest
from django.db import transaction

from tests import public_site
from tests.browser.public_walk import Site

pytestmark = pytest.mark.django_db

#: The most words of the page, and how long it may be on a telephone.
MOST_WORDS, LONGEST = 450, 4000
PLACES = """() => {
    const box = name => document.querySelector(name).getBoundingClientRect();
    return {
        words: document.querySelector("main").innerText.split(/\\s+/).length,
        height: document.documentElement.scrollHeight,
        headline: box(".headline").bottom,
        areas: box(".area-card h3").bottom,
    };
}"""


@pytest.fixture
def _django_db_helper():
    """No transaction of its own for each test: one, of the module, holds them all."""


@pytest.fixture(scope="module")
def site(browser, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        public_site.load_shipped()
        site = Site(browser)
        yield site
        site.close()
        transaction.set_rollback(True)


@pytest.mark.parametrize("path", ["/", "/en/"])
def test_its_answer_is_in_sight_at_once_and_it_is_short(site, path):
    desk = site.open(viewport={"width": 1280, "height": 800})
    phone = site.open(viewport={"width": 360, "height": 740})

    wide, narrow = (page.goto(path) and page.evaluate(PLACES) for page in (desk, phone))

    assert wide["words"] <= MOST_WORDS
    assert wide["headline"] < wide["areas"] <= 800
    assert narrow["headline"] <= 640
    assert narrow["height"] <= LONGEST
