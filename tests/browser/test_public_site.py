"""Every public page as a real browser shows it: to everyone, on anything."""

import re
from itertools import cycle

import pytest
from django.db import transaction
from django.db.models import Count
from django.utils.formats import date_format
from django.utils.translation import override
from playwright.sync_api import expect

from strategic_areas.models import Commitment
from strategic_areas.views import commitments, updates
from tests import make, public_site
from tests.browser.public_walk import (
    HOST,
    LOOKS,
    WITH_LARGE_TEXT,
    Site,
    page_of,
    pages_of,
    sheets,
    states_of,
)
from tests.deep import DEEP, drawn
from tests.public_site import LANGUAGES

pytestmark = pytest.mark.django_db

#: Requests and bytes of a first visit.
MOST, HEAVIEST = 5, 50 * 1024
#: Walked by keyboard: a page, what is asked of it, and how wide the screen is.
WALKED = [
    *(("home", "", 360), ("commitments", "?state=not_started", 1280)),
    *(("search", "?q=plan", 360), ("commitment", "", 1280)),
]
#: In the short form of the test; `make deep` has axe read every state.
STATES_OPENED, STATES_READ_BY_AXE = 12, 6
#: Pages of the site itself.
PLAIN = ("help", "data", "methodology", "about", "glossary", "contact", "corrections")
#: Numbers what one reaches with the tabulator key, in the order of the document.
STOPS = """() => [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter(each => each.checkVisibility({visibilityProperty: true}) &&
        !each.disabled && each.type !== "hidden")
    .map((each, place) => each.dataset.place = place).length"""
STOP = """() => {
    const it = document.activeElement, box = it.getBoundingClientRect();
    const style = getComputedStyle(it);
    const top = document.elementFromPoint(
        box.left + Math.min(box.width, innerWidth - box.left) / 2,
        box.top + Math.min(box.height, innerHeight - box.top) / 2);
    return {
        place: Number(it.dataset.place),
        is_marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 1,
        is_seen: box.width > 0 && !!top && (it.contains(top) || top.contains(it)),
        html: it.outerHTML.slice(0, 120),
    };
}"""
#: What a hand, and not an eye, has use for.
NOT_FOR_PAPER = """() => [...document.querySelectorAll(
    "nav, form, button, input, select, textarea, .skip-link, .language-switch, " +
    ".help-line, .follow, .point-out, .download, .pages, .permanent, .read-on")]
    .filter(each => each.checkVisibility()).map(each => each.outerHTML.slice(0, 120))"""
PAPER = "() => getComputedStyle(document.body).backgroundColor"
#: Where links lead outside, as far as the addresses are not written behind them.
LINKED = """() => [...document.querySelectorAll("main a[href^=http]")]
    .filter(each => each.checkVisibility() &&
        !getComputedStyle(each, "::after").content.includes(each.getAttribute("href")))
    .map(each => each.href)"""
HEADER = "() => document.querySelector('body > header').offsetHeight"
#: What marks areas and parts of bars, with its colour and that of the page.
FILLS = """() => [
    "fill .area-mark", "color .family svg", "borderTopColor .family-bar li"
].map(each => each.split(/ (.*)/)).flatMap(([name, marks]) =>
        [...document.querySelectorAll(marks)].map(each => [getComputedStyle(each)[name],
            getComputedStyle(document.body).backgroundColor]))"""
#: How many letters stand on the page, and how many of them are smaller than its text.
LETTERS = """() => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [0, 0];
    while (walk.nextNode()) {
        const text = walk.currentNode.data.trim(), it = walk.currentNode.parentElement;
        if (!text || !it.checkVisibility() || it.closest(".unseen, svg, textarea"))
            continue;
        found[0] += text.length;
        if (parseFloat(getComputedStyle(it).fontSize) < 16) found[1] += text.length;
    }
    return found;
}"""
#: Letters in each line of prose that goes over several.
LINES = """() => [...document.querySelectorAll("main .prose > p")]
    .map(each => [each.innerText.length, each.offsetHeight /
        parseFloat(getComputedStyle(each).lineHeight)])
    .filter(([letters, lines]) => lines > 3)
    .map(([letters, lines]) => letters / lines)"""
BOTTOM_OF_STATE = """() => document.querySelector("main .family, main .records")
    .getBoundingClientRect().bottom"""
SIGNS = """() => [...document.querySelectorAll(".family svg, .site-search svg")].map(
    each => each.getBoundingClientRect().width)"""


@pytest.fixture
def _django_db_helper():
    """No transaction of its own for each test: one, of the module, holds them all."""


@pytest.fixture(scope="module")
def site(browser, django_db_setup, django_db_blocker):
    """One portal for all tests of this file; it is gone again afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        site = Site(browser)
        page = site.open(bypass_csp=True)
        site.faults_when_empty = site.examine(page, "/", LOOKS["es"])
        site.answers.clear()
        with pytest.MonkeyPatch.context() as patch:
            for each in (commitments, updates):
                patch.setattr(each, "PER_PAGE", 10)
            site.world = public_site.build()
            make.earlier_edition(site.world.plan.editions.first())
            site.pages, site.states = pages_of(site.world), states_of(site)
            yield site
        site.close()
        transaction.set_rollback(True)


def test_axe_finds_nothing_in_an_empty_portal(site):
    assert site.faults_when_empty == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_everyone_can_read_any_page_and_it_is_light(site, language):
    """
    No fault of access, nothing too wide, and few small answers.

    In the short form each page is read in one language and its look, which SEED draws.
    """
    page, faults, heavy = site.open(bypass_csp=True), [], []
    in_spanish = drawn(site.pages, len(site.pages) // 2, key="axe")

    for addresses in site.pages:
        if not DEEP and (addresses in in_spanish) != (language == "es"):
            continue
        faults += site.examine(page, addresses[language], LOOKS[language])
        if len(site.weights) > MOST or sum(site.weights.values()) > HEAVIEST:
            heavy.append((addresses[language], dict(site.weights)))

    assert faults == []
    assert heavy == []


def test_everyone_can_read_a_page_in_any_other_state(site):
    """Some are opened and measured; axe, which takes a second, reads some of those."""
    page, faults = site.open(bypass_csp=True), []
    read_by_axe = drawn(site.states, STATES_READ_BY_AXE, key="states")

    opened = {*read_by_axe, *drawn(site.states, STATES_OPENED, key="opened")}
    for path, looks in zip(site.states, cycle(LOOKS.values())):
        if path in opened:
            faults += site.examine(page, path, looks if path in read_by_axe else [])

    assert len(site.states) > 40
    assert faults == []


def walk(page):
    """Tab through the page until it is left; what is wrong with the stops."""
    number, faults = page.evaluate(STOPS), []
    for place in range(number):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop["place"] != place or not (stop["is_marked"] and stop["is_seen"]):
            faults.append((place, stop))
    page.keyboard.press("Tab")
    if not page.evaluate("() => document.activeElement === document.body"):
        faults.append("one cannot leave")
    return faults


@pytest.mark.parametrize(("name", "query", "width"), WALKED)
def test_a_keyboard_stops_at_all_in_the_order_read_and_leaves(site, name, query, width):
    page = site.open(viewport={"width": width, "height": 800})
    site.visit(page, page_of(name, site.world)["es"] + query)

    assert walk(page) == []


def test_a_keyboard_skips_to_the_content_unfolds_and_sifts(site):
    page = site.open(viewport={"width": 360, "height": 740})
    press = page.keyboard.press

    site.visit(page, page_of("commitments", site.world)["es"])
    press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip-link"
    press("Enter")
    press("Tab")
    assert page.evaluate("() => !!document.activeElement.closest('main')")
    page.locator("details:has(.filter-row) > summary").focus()
    press("Enter")
    page.locator("#filter-q").focus()
    page.keyboard.type("capacitación")
    page.locator(".filter--apply button").focus()
    with page.expect_navigation():
        press("Enter")
    expect(page).to_have_url(re.compile(r"\bq=capacitaci"))
    unfold = page.locator("details:has(.filter-row) > summary")
    unfold.focus()
    press("Enter")
    expect(page.locator("#filter-q")).to_be_visible()
    press("Enter")
    expect(page.locator("#filter-q")).to_be_hidden()


def test_without_scripts_one_searches_sifts_and_turns_language(site):
    page = site.open(java_script_enabled=False)

    site.visit(page, page_of("commitments", site.world)["es"])
    page.locator(".chips .family--unbegun").click()
    expect(page).to_have_url(re.compile(r"\?family=unbegun$"))
    expect(page.locator("tbody tr:not(.group)")).to_have_count(1)
    page.locator(".language-switch a").click()
    expect(page).to_have_url(re.compile(r"/en/.*\?family=unbegun$"))
    page.locator(".site-search").click()
    page.locator(".search-form input").fill("documented action")
    page.locator(".search-form button").click()
    page.locator(".search-hits a").first.click()
    expect(page.locator("h1")).to_be_visible()
    assert "search" not in page.url


@pytest.mark.parametrize(
    ("name", "language"),
    [("home", "es"), ("commitment", "en"), ("agency", "en"), ("update", "es")],
)
def test_a_printed_page_has_address_and_date_and_no_buttons(site, name, language):
    """And how to cite it, of what is cited."""
    page = site.open(color_scheme="dark")
    path = page_of(name, site.world)[language]
    site.visit(page, path)

    page.emulate_media(media="print")

    text = page.locator("body").inner_text()
    assert f"{HOST}{path}" in text
    with override(language):
        assert date_format(site.world.today, "SHORT_DATE_FORMAT") in text
    assert page.evaluate(NOT_FOR_PAPER) == []
    assert page.evaluate(PAPER) == "rgb(255, 255, 255)"
    assert [each for each in page.evaluate(LINKED) if each not in text] == []
    assert 0 < sheets(page) < 12
    assert page.locator("cite").is_visible() is (name != "home")


def test_states_keep_their_shapes_where_colours_are_forced(site):
    page = site.open(page_of("home", site.world)["es"], forced_colors="active")

    fills = page.evaluate(FILLS)

    assert len(fills) > 3
    assert [fill for fill, paper in fills if fill == paper] == []


def test_a_line_of_work_takes_two_printed_pages(site):
    """Of the reconstruction the middle one by its number of records."""
    page = site.open(shipped_line())

    page.emulate_media(media="print")

    assert sheets(page) <= 2


def shipped_line():
    lines = Commitment.objects.filter(provenance="reconstructed").not_superseded()
    lines = lines.annotate(accounts=Count("activities__updates"))
    lines = lines.order_by("accounts", "pk")
    return lines[lines.count() // 2].get_absolute_url("es")


@pytest.mark.parametrize(
    ("name", "language"), [("home", "es"), ("commitment", "en"), ("help", "es")]
)
def test_the_header_of_a_phone_leaves_the_screen_to_the_page(site, name, language):
    page = site.open(viewport={"width": 360, "height": 640})
    site.visit(page, page_of(name, site.world)[language])

    assert page.evaluate(HEADER) <= 120

    menu = page.locator(".site-nav")
    expect(menu.locator("a").first).to_be_hidden()
    menu.locator("summary").click()
    expect(menu.locator("a").first).to_be_visible()
    expect(menu.locator(".language-switch a")).to_be_visible()


def test_the_menu_of_a_wide_screen_lies_open(site):
    page = site.open(page_of("home", site.world)["es"], java_script_enabled=False)

    expect(page.locator(".site-nav summary")).to_be_hidden()
    expect(page.locator(".site-nav a").first).to_be_visible()


def test_signs_grow_with_the_text(site):
    page = site.open(page_of("commitments", site.world)["es"])
    before = page.evaluate(SIGNS)

    page.evaluate(WITH_LARGE_TEXT)

    assert len(before) > 3
    assert page.evaluate(SIGNS) == [2 * width for width in before]


def test_small_print_is_a_seventh_of_a_page_at_most(site):
    page, shares = site.open(viewport={"width": 360, "height": 740}), {}
    names = (*PLAIN, "commitments", "agency", "updates", "commitment", "update")
    for name in drawn(names, 6, key="letters"):
        site.visit(page, page_of(name, site.world)["es"])
        letters, small = page.evaluate(LETTERS)
        shares[name] = small / letters

    assert {name: share for name, share in shares.items() if share > 0.15} == {}


def test_a_line_of_prose_holds_some_66_letters(site):
    page = site.open(page_of("terms", site.world)["es"])

    lines = page.evaluate(LINES)

    assert lines
    assert 45 < sum(lines) / len(lines) < 72


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_state_of_a_commitment_is_within_the_first_screen(site, language):
    page = site.open(viewport={"width": 360, "height": 740})
    site.visit(page, page_of("commitment", site.world)[language])

    assert page.evaluate(BOTTOM_OF_STATE) <= 740
