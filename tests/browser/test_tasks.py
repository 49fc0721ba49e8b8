"""The home page, and what people come for: in at most two clicks, on any screen."""

import re
from contextlib import nullcontext

import pytest
from django.db import transaction

from agencies.models import Agency
from strategic_areas.models import Activity, Commitment
from tests import public_site
from tests.browser.public_walk import (
    CUT_WORDS,
    IS_WIDER,
    SHIPPED,
    WITH_LARGE_TEXT,
    Site,
    sheets,
)
from tests.deep import drawn

pytestmark = pytest.mark.django_db


MOST_CLICKS = 2
WIDTHS = (360, 1280)
EMAIL = "correcciones@example.org"


class Reader:
    """Somebody on the home page, whose clicks are counted."""

    def __init__(self, page):
        self.page, self.clicks = page, 0
        page.goto("/")

    def click(self, *links):
        """
        Follow each of the links, which are CSS selectors, one after the other.

        Where a link is folded away, it takes another click to unfold it.
        """
        for link in links:
            found = self.page.locator(f"{link}:visible").first
            if not found.count():
                folded = self.page.locator(f"details:has({link}) > summary:visible")
                self._press(folded.first)
            # Else the page that is being left may still be read.
            with nullcontext() if "mailto:" in link else self.page.expect_navigation():
                self._press(found)

    def _press(self, it):
        it.click()
        self._count()

    def ask(self, name, value):
        """
        Fill in the field of a form and send it, which counts as a click.

        Where the form is folded away, it takes a click to unfold it, and a key to send.
        """
        field = self.page.locator(f"main input[name={name}]")
        field.wait_for(state="attached")
        is_folded = not field.is_visible()
        if is_folded:
            self._press(self.page.locator(".panel summary:visible"))
        field.fill(value)
        field.press("Enter")
        if not is_folded:
            self._count()

    def _count(self):
        self.clicks += 1
        assert self.clicks <= MOST_CLICKS, self.page.url

    def codes(self):
        """The codes of the commitments to which the page links below its heading."""
        links = self.page.locator("main a[href*='/compromisos/']")
        hrefs = links.evaluate_all("each => each.map(it => it.getAttribute('href'))")
        found = (re.search(r"/compromisos/([^/?#]+)/", href) for href in hrefs)
        return {each[1] for each in found if each}

    def says(self, text):
        return text in self.page.locator("main").inner_text()


@pytest.fixture
def _django_db_helper():
    """No transaction of its own for each test: one, of the module, holds them all."""


@pytest.fixture(scope="module")
def site(browser, django_db_setup, django_db_blocker):
    """The portal with the shipped plan; it is gone again afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        public_site.load_shipped()
        site = Site(browser)
        site.screens = {
            width: site.open(viewport={"width": width, "height": 800})
            for width in WIDTHS
        }
        yield site
        site.close()
        transaction.set_rollback(True)


@pytest.fixture(params=WIDTHS)
def width(request):
    return request.param


@pytest.fixture
def reader(site, width, settings):
    settings.CORRECTIONS_EMAIL = EMAIL
    return Reader(site.screens[width])


def test_what_an_agency_undertook_and_did(reader):
    agency = Agency.objects.get(acronym="PGR")
    undertaken = Commitment.objects.not_superseded().filter(lead=agency)
    done = Activity.objects.not_superseded().filter(agency=agency)

    reader.click(f"main a[href='/{SHIPPED}/instituciones/']")
    reader.click(f"main a[href='/{SHIPPED}/instituciones/pgr/']")

    assert set(undertaken.values_list("code", flat=True)) <= reader.codes()
    assert all(reader.says(title) for title in done.values_list("title_es", flat=True))


def test_all_commitments_as_a_table(reader):
    reader.click(f"a[href^='/{SHIPPED}/compromisos/']:not([href*='compromisos/R-'])")

    rows = reader.page.locator("main table tbody tr:not(.group)")
    assert rows.count() == Commitment.objects.not_superseded().count()
    assert len(reader.codes()) == rows.count()


def test_to_tell_an_error(reader):
    reader.click("a[href^='mailto:']")

    (line,) = reader.page.locator("a[href^='mailto:']").all()[:1]
    assert line.get_attribute("href").startswith(f"mailto:{EMAIL}?")


def test_help_now(reader):
    assert reader.page.locator("header a[href='tel:911']").is_visible()

    reader.click("header a[href='/ayuda/']")

    assert reader.page.locator("main a[href^='tel:']").first.is_visible()


def test_to_cite_a_commitment(reader):
    """Two clicks lead to its page; how to cite it opens there, on the first screen."""
    reader.click(f"main a[href^='/{SHIPPED}/ejes/']", "main a[href*='/compromisos/R-']")
    cite = reader.page.locator(".take summary").first

    assert cite.bounding_box()["y"] < reader.page.viewport_size["height"]
    cite.click()
    said = reader.page.locator("cite:visible").inner_text()
    assert said.rstrip(".").endswith(reader.page.url)


def test_how_many_victims_were_identified_in_a_year(reader):
    reader.click("main a[href='/indicadores/I-39/']")

    rows = reader.page.locator("main table tr", has_text="2019")
    assert any("195" in text for text in rows.all_inner_texts())


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
