"""The first page of the shipped plan: short, and its answer in sight at once."""

import pytest
from django.db import transaction

from tests import public_site
from tests.browser.public_walk import CUT_WORDS, IS_WIDER, WITH_LARGE_TEXT, Site, sheets
from tests.deep import drawn

pytestmark = pytest.mark.django_db

#: The most words of the page, and how long it may be on a telephone.
MOST_WORDS, LONGEST = 450, 4000
PLACES = """() => {
    const box = name => document.querySelector(name).getBoundingClientRect();
    return {
        words: document.querySelector("main").innerText.split(/\\s+/).length,
        height: document.documentElement.scrollHeight,
        headline: box(".headline").bottom,
        known: box(".count-band dd").bottom,
    };
}"""


#: Long lists, and how long they may be on a telephone.
LENGTHS = {
    "/discrepancias/": 5600,
    "/2017-2020/avances/": 5200,
    "/2017-2020/compromisos/": 5000,
    "/2017-2020/instituciones/pgr/": 5200,
}
#: Pages with cards, tables, headings and long words.
LARGE = [
    *("/", "/en/", "/ayuda/", "/contacto/", "/2017-2020/ejes/", "/indicadores/"),
    *("/2017-2020/compromisos/", "/2017-2020/instituciones/", "/2017-2020/avances/"),
]


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
    assert wide["headline"] < wide["known"] <= 800
    assert narrow["headline"] <= 640
    assert narrow["height"] <= LONGEST


@pytest.mark.parametrize("path", ["/", "/en/"])
def test_it_is_printed_on_two_sheets(site, path):
    page = site.open()
    page.goto(path)

    assert sheets(page) <= 2


@pytest.mark.parametrize("path", drawn(LARGE, 4, key="large"))
def test_no_word_is_cut_where_letters_are_twice_as_large(site, path):
    phone = site.open(viewport={"width": 360, "height": 740})
    phone.goto(path)

    phone.evaluate(WITH_LARGE_TEXT)

    assert phone.evaluate(CUT_WORDS) == []
    assert not phone.evaluate(IS_WIDER)


def test_long_lists_fold_on_telephones_and_lie_open_elsewhere(site):
    phone = site.open(viewport={"width": 360, "height": 740})
    desk = site.open(viewport={"width": 1280, "height": 800})
    heights = {}

    for path in LENGTHS:
        phone.goto(path)
        desk.goto(path)
        heights[path] = phone.evaluate("document.documentElement.scrollHeight")
        hidden = ".fold:not([open]) > :not(summary)"
        assert not phone.locator(hidden).first.is_visible()
        assert desk.locator(hidden).first.is_visible()
        phone.emulate_media(media="print")
        printed = phone.locator(f"{hidden}:not(.panel *, .unfolded)")
        assert all(each.is_visible() for each in printed.all())
        phone.emulate_media(media="screen")

    assert {
        path: heights[path] for path in LENGTHS if heights[path] > LENGTHS[path]
    } == {}
