"""
What people come for is at most two clicks from the first page, on any screen.

A commitment's page, to which most of them lead, says first what it knows.
"""

import io
import re
from datetime import date

import pikepdf
import pytest
from django.db import transaction

from agencies.models import Agency
from strategic_areas.models import Activity, ActivityUpdate, Commitment, Status
from tests import public_site, states_plan
from tests.browser.public_walk import SHIPPED, Site
from tests.states_plan.staging import Stage, clock

pytestmark = pytest.mark.django_db

MOST_CLICKS = 2
WIDTHS = (360, 1280)
EMAIL = "correcciones@example.org"
#: The invented plan is played until this day; it is read once its open round is due.
PLAYED = date(2026, 11, 27)
READ = Stage(PLAYED).day("2028-08-30")
#: Commitments of both plans that have more records and steps than others.
LONGEST = (
    f"/{SHIPPED}/compromisos/R-2.1.4/",
    f"/{SHIPPED}/compromisos/R-2.1.7/",
    "/ejemplo/compromisos/1.1.1/",
    "/ejemplo/compromisos/2.1.3/",
    "/ejemplo/compromisos/3.1.4/",
)
#: Where the state or the records end, and the facts; where all the rest begins.
PLACES = """() => {
    const box = (name) => document.querySelector(name).getBoundingClientRect();
    return {
        known: box("main .with-facts > div:first-child").bottom,
        facts: box("main .side dl").bottom,
        rest: box("main .with-facts > div:last-child").top,
    };
}"""

#: Where the headline and the figures end on the first page, and the top of the areas.
FIRST = """() => {
    const box = (name) => document.querySelector(name).getBoundingClientRect();
    return {
        headline: box(".headline").bottom,
        figures: box(".key-figures").bottom,
        areas: box(".area-card h3").bottom,
        height: document.documentElement.scrollHeight,
    };
}"""


class Reader:
    """Somebody on the first page, whose clicks are counted."""

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
            self._press(found)

    def _press(self, it):
        it.click()
        self._count()

    def ask(self, name, value):
        """Fill in the field of a form and send it, which counts as a click."""
        field = self.page.locator(f"main input[name={name}]")
        field.fill(value)
        field.press("Enter")
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


@pytest.fixture(scope="module")
def invented(site):
    """The same with the invented plan, whose round is due."""
    states_plan.build(PLAYED)
    site.answers.clear()
    with clock(READ):
        yield site


@pytest.fixture(params=WIDTHS)
def width(request):
    return request.param


@pytest.fixture
def reader(site, width, settings):
    settings.CORRECTIONS_EMAIL = EMAIL
    return Reader(site.screens[width])


@pytest.fixture
def later_reader(invented, width):
    return Reader(invented.screens[width])


def test_what_an_agency_undertook_and_did(reader):
    agency = Agency.objects.get(acronym="PGR")
    undertaken = Commitment.objects.standing().filter(lead=agency)
    done = Activity.objects.standing().filter(agency=agency)

    reader.click(f"main a[href='/{SHIPPED}/instituciones/pgr/']")

    assert set(undertaken.values_list("code", flat=True)) <= reader.codes()
    assert all(reader.says(title) for title in done.values_list("title_es", flat=True))


def test_all_commitments_as_a_table(reader):
    reader.click(f"a[href^='/{SHIPPED}/compromisos/']:not([href*='compromisos/R-'])")

    rows = reader.page.locator("main table tbody tr")
    assert rows.count() == Commitment.objects.standing().count()
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
    reader.click(f"main a[href^='/{SHIPPED}/ejes/']", "main a[href*='/compromisos/R-']")

    said = reader.page.locator("cite:visible").inner_text()
    assert said.rstrip(".").endswith(reader.page.url)


def test_how_many_victims_were_identified_in_a_year(reader):
    reader.click("main a[href='/indicadores/I-39/']")

    rows = reader.page.locator("main table tr", has_text="2019")
    assert any("195" in text for text in rows.all_inner_texts())


def test_what_is_late_and_held_back(later_reader):
    link = "main a[href*='/compromisos/?punctuality=']"
    told = later_reader.page.locator(link).inner_text()

    later_reader.click(link)

    assert later_reader.codes() == {"2.1.2", "2.1.3", "2.1.4", "3.1.2"}
    assert re.findall(r"\d+", told) == [str(len(later_reader.codes()))]


def test_who_has_not_reported(later_reader):
    said = later_reader.page.locator("main p").all_inner_texts()
    agencies = set(Agency.objects.values_list("acronym", flat=True))
    named = [agencies & set(re.findall(r"\w+", text)) for text in said]

    assert {"ATUR", "DEPUN", "GUACO"} in named


def test_what_changed_since_a_day(later_reader):
    since = Stage(PLAYED).day("2028-07-01")
    published = ActivityUpdate.objects.filter(status=Status.PUBLISHED)
    ids = published.values_list("public_id", flat=True)
    earlier = set(ids.filter(published_at__date__lt=since))

    later_reader.click("main a[href='/ejemplo/avances/']")
    later_reader.ask("since", since.isoformat())

    links = later_reader.page.locator("main a[href*='/avances/']")
    hrefs = links.evaluate_all("each => each.map(it => it.getAttribute('href'))")
    shown = {href.rstrip("/").rpartition("/")[2] for href in hrefs}
    assert shown & set(ids)
    assert not shown & earlier


def test_the_first_page_of_a_plan_under_way_shows_its_answer_at_once(invented):
    """As that of the shipped plan, which ``test_first_page`` holds to the same."""
    desk, phone = (
        invented.open(viewport={"width": w, "height": 800}) for w in WIDTHS[::-1]
    )

    wide, narrow = (page.goto("/") and page.evaluate(FIRST) for page in (desk, phone))

    assert wide["headline"] < wide["figures"] < wide["areas"] <= 800
    assert narrow["headline"] <= 640
    assert narrow["height"] <= 4000


@pytest.mark.parametrize("path", LONGEST)
def test_a_commitment_tells_first_what_is_known_and_its_facts(invented, path):
    page = invented.open(viewport={"width": 360, "height": 740})
    page.goto(path)

    places = page.evaluate(PLACES)

    assert places["known"] <= 740
    assert places["known"] < places["facts"] <= places["rest"] < 1.5 * 740
    with pikepdf.open(io.BytesIO(page.pdf(format="A4"))) as printed:
        assert len(printed.pages) <= 2
