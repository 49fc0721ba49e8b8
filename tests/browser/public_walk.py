"""
A browser before the public site, which is asked in this very process, and what to see.

`make deep` leaves nothing out.
"""

import io
import re
from contextvars import copy_context
from dataclasses import dataclass
from functools import cached_property
from gzip import compress
from html import unescape
from itertools import product
from urllib.parse import urljoin, urlsplit

import pikepdf
from axe_playwright_python.base import AXE_SCRIPT
from django.db import connection
from django.test import Client, RequestFactory

from plan_portal import errors, urls
from plan_portal.sitemap import public_page_paths
from strategic_areas.models import ActivityUpdate, CommitmentUpdate, Indicator
from strategic_areas.public_paths import public_path
from tests import public_site
from tests.crawling import QUESTIONS
from tests.deep import DEEP
from tests.public_site import LANGUAGES

CARDS = [row for row in urls.PUBLIC_COMPANIONS if row[0].endswith("_card")]
#: Lists and pages that one may read in part.
ASKED = ("plan", "commitments", "agency", "updates")
HOST = "http://localhost:8000"
SHIPPED = "2017-2020"
WIDTHS, SCHEMES = (320, 360, 1280), ("light", "dark")
ERRORS = (404, 500, 503, 429)
#: All that axe knows of WCAG 2.2 AA and of good practice.
EVERYTHING = {
    "type": "tag",
    "values": [
        *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"),
        "best-practice",
    ],
}
#: What depends on the width: otherwise the document is the same.
SIZES = {"type": "rule", "values": ["target-size", "scrollable-region-focusable"]}
#: Both languages together see each page in all widths and schemes.
LOOKS = {
    "es": [(360, "light", EVERYTHING), (320, "dark", SIZES)],
    "en": [(1280, "dark", EVERYTHING), (320, "light", SIZES)],
}
#: Of a long list the first are looked at: the others are made by the same template.
REPEATED = ["tbody tr:nth-child(n+6)", "li:nth-child(n+8)", "article:nth-of-type(n+5)"]
if DEEP:
    REPEATED = []
    LOOKS = dict.fromkeys(
        LANGUAGES, [(*look, EVERYTHING) for look in product(WIDTHS, SCHEMES)]
    )
COMPLAINTS = """([repeated, rules]) => axe.run(
    {exclude: repeated.map(each => [each])},
    {runOnly: rules, resultTypes: ["violations"], preload: false})
    .then(found => found.violations.map(each =>
        [each.id, each.nodes.slice(0, 3).map(node => node.html.slice(0, 200))]))"""
SCRIPTS = """() => [...document.querySelectorAll("*")].filter(each =>
    each.matches("script:not([type='application/ld+json']), a[href^='javascript:']") ||
    each.getAttributeNames().some(name => name.startsWith("on")))
    .map(each => each.outerHTML.slice(0, 200))"""
IS_WIDER = "() => document.documentElement.scrollWidth > innerWidth"
#: Words cut where a line ends; longer ones are hyphenated, where a browser can.
CUT_WORDS = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
        const text = walker.currentNode, within = text.parentElement;
        if (within.closest("svg, script, textarea, .unseen, thead, cite")) continue;
        const folded = within.closest("details:not([open])");
        if (folded && !within.closest("summary")) continue;
        for (const word of text.data.matchAll(/(?<!\\S)\\p{L}{1,12}(?!\\S)/gu)) {
            const range = document.createRange();
            range.setStart(text, word.index);
            range.setEnd(text, word.index + word[0].length);
            const lines = [...range.getClientRects()].filter(each => each.width);
            if (new Set(lines.map(each => Math.round(each.top))).size > 1)
                found.push(word[0]);
        }
    }
    return found;
}"""
WITH_LARGE_TEXT = "() => { document.documentElement.style.fontSize = '200%'; }"


@dataclass
class Answer:
    """What the portal answers; ``weight`` is the bytes that travel."""

    status: int
    headers: dict
    body: bytes

    @cached_property
    def weight(self):
        return len(compress(self.body))


def sheets(page):
    """How many sheets of paper (A4) a page takes."""
    with pikepdf.open(io.BytesIO(page.pdf(format="A4"))) as printed:
        return len(printed.pages)


class Site:
    """
    The portal in a browser, and what was seen of it.

    ``strangers`` are addresses of anyone else that were asked, ``cookies`` those set,
    ``weights`` the bytes of each answer to the last page.
    """

    def __init__(self, browser):
        self.browser, self.strangers, self.cookies = browser, set(), set()
        # Playwright answers in a context of its own, and so on another connection.
        connection.ensure_connection()
        self.context = copy_context()
        self.opened, self.answers, self.weights = {}, {}, {}

    def close(self):
        for page in self.opened.values():
            page.context.close()

    def open(self, path="", **options):
        """
        A page in a browser of that kind, for one reader after the other.

        No page of the site stores anything; size, medium and colours are set back.
        """
        options = {"viewport": {"width": 1280, "height": 900}} | options
        kind = str(sorted(options.items()))
        if kind not in self.opened:
            context = self.browser.new_context(base_url=HOST, **options)
            context.route("**/*", self.answer)
            self.opened[kind] = context.new_page()
        page = self.opened[kind]
        page.set_viewport_size(options["viewport"])
        look = options.get("color_scheme", "null")
        page.emulate_media(media="null", color_scheme=look)
        if path:
            self.visit(page, path)
        return page

    def answer(self, route):
        url = urlsplit(route.request.url)
        if f"{url.scheme}://{url.netloc}" != HOST:
            self.strangers.add(route.request.url)
            return route.abort()
        path = f"{url.path}?{url.query}" if url.query else url.path
        answer = self.context.run(self.ask, path)
        self.weights[path] = answer.weight
        return route.fulfill(
            status=answer.status, headers=answer.headers, body=answer.body
        )

    def ask(self, path):
        """The answer of the portal, which is asked once."""
        if path not in self.answers:
            self.answers[path] = self.respond(path)
        return self.answers[path]

    def respond(self, path):
        if status := error_of(path):
            response = errors.error_page(RequestFactory().get(path), status)
        else:
            # A form sent with empty fields leads on, where no route would answer.
            response = Client().get(path, follow=True)
        self.cookies |= set(response.cookies)
        return Answer(response.status_code, dict(response.headers), b"".join(response))

    def visit(self, page, path):
        """Go there, and be answered as one should be."""
        self.weights.clear()
        answered = page.goto(path)
        assert answered.status == (error_of(path) or 200), path

    def examine(self, page, path, looks):
        """What is wrong with a page, looked at in some ways."""
        self.visit(page, path)
        faults = [("runs", each) for each in page.evaluate(SCRIPTS)]
        faults += [("asks", each) for each in self.strangers]
        faults += [("keeps", each) for each in self.cookies]
        if looks:
            page.evaluate(AXE_SCRIPT)
        for width, scheme, rules in looks:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            said = page.evaluate(COMPLAINTS, [REPEATED, rules])
            faults += [(width, scheme, each) for each in said]
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        for zoom in ("100 %", "200 %"):
            if page.evaluate(IS_WIDER):
                faults.append(f"wider than {WIDTHS[0]} pixels at {zoom}")
            page.evaluate(WITH_LARGE_TEXT)
        return [(path, each) for each in faults]


def error_of(path):
    """The status of the error page that is asked for, or None."""
    status = path.rstrip("/").rpartition("error-")[2]
    return int(status) if status.isdigit() else None


def pages_of(world):
    """Every page of the public table, and the cards: by language, those to look at."""
    if DEEP:
        names = {row[0] for row in [*urls.PUBLIC_PAGES, *CARDS]}
        return [
            dict(zip(LANGUAGES, both, strict=True))
            for name, *both in public_site.instances()
            if name in names
        ]
    return [page_of(row[0], world) for row in [*urls.PUBLIC_PAGES, *CARDS]]


def page_of(name, world):
    """
    The Spanish and English address of one page of the public table.

    Of several it is the one with most to show, or else the first of the plan in force.
    """
    word = {
        "area": {each: getattr(world.area, f"slug_{each}") for each in LANGUAGES},
        "commitment": dict.fromkeys(LANGUAGES, world.rich.code),
        "agency": dict.fromkeys(LANGUAGES, world.lead.slug),
    }.get(name.removesuffix("_card"))
    if name == "indicator_card":
        code = Indicator.objects.first().code
        return {each: public_path(name, code, language=each) for each in LANGUAGES}
    if word:
        code = world.plan.code
        return {
            each: public_path(name, code, word[each], language=each) for each in word
        }
    row = next(each for each in [*urls.PUBLIC_PAGES, *CARDS] if each[0] == name)
    every = [both for _name, *both, _changed in public_page_paths([row])]
    every = every or [[public_path(name, language=each) for each in LANGUAGES]]
    of_plan = [both for both in every if f"/{world.plan.code}/" in both[0]]
    return dict(zip(LANGUAGES, (of_plan or every)[0], strict=True))


def states_of(site):
    """The same pages in their other states, in either language in turn."""
    world = site.world
    places = [
        *(("plan", code) for code in (SHIPPED, "plan-callado", "plan-vacio")),
        *((name, SHIPPED) for name in ("commitments", "agencies", "updates", "areas")),
        *(("updates", code) for code in ("plan-callado", "plan-vacio")),
        ("commitment", SHIPPED, "R-2.1.1"),
        ("commitment", world.plan.code, world.successor.code),
        ("agency", SHIPPED, "pgr"),
        *(("indicator", code) for code in ("I-12", "I-21", "I-39")),
        ("agency", "plan-callado", "muda"),
        *(("agency", world.plan.code, word) for word in ("disuelta", "aliada")),
        ("agency", world.plan.code, "heredera"),
        *(("update", world.plan.code, each) for each in accounts(world)),
    ]
    found = [
        public_path(name, *args, language=LANGUAGES[number % 2])
        for number, (name, *args) in enumerate(places)
    ]
    found += sifted(site)
    for number, status in enumerate(ERRORS):
        found.append(f"{('', '/en')[number % 2]}/error-{status}/")
    return found


def accounts(world):
    """The addresses of published accounts, one in each state."""
    rows = ActivityUpdate.objects.filter(activity__commitment=world.rich)
    found = {
        (type(each), each.status, getattr(each, "is_reserved", None)): each.public_id
        for each in (*rows, *CommitmentUpdate.objects.all())
        if each.public_id
    }
    return found.values()


def sifted(site):
    """What a reader may ask of lists, and where links lead that ask for her."""
    world = site.world
    for number, name in enumerate(ASKED):
        path = page_of(name, world)[LANGUAGES[number % 2]]
        yield from links(site, path, "state", "page", "after", "period")
    for language in LANGUAGES:
        chosen = "?state=not_started&sort=agency"
        yield page_of("commitments", world)[language] + chosen
        for name, question in product(("commitments", "search"), QUESTIONS):
            path = page_of(name, world)[language] + question
            yield path
            yield from links(site, path, "kind")


def links(site, path, *parameters):
    """On a page the first link that asks each of the parameters, if there is one."""
    html = unescape(site.ask(path).body.decode())
    for parameter in parameters:
        if link := re.search(rf'href="([^"#]*[?&]{parameter}=[^"]*)"', html):
            yield urljoin(path, link[1])
