"""Screens of staff at both widths: axe finds nothing, no rule of policy breaks."""

from itertools import cycle

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.test import RequestFactory
from playwright.sync_api import Error, expect

from tests import make
from tests.browser.codes import lasting_code
from tests.browser.public_walk import COMPLAINTS, EVERYTHING, REPEATED, SIZES
from tests.browser.staff_screens import (
    ACCOUNT,
    ADMINISTRATION,
    DESK,
    REVIEW,
    staff_names,
    table_screens,
    without_screen,
)
from tests.browser.staff_world import World
from tests.browser.windows import let_in, sign_in
from tests.deep import DEEP, drawn

#: In turn: everything at one width, and at the other what depends on it.
WIDTHS = cycle([{360: EVERYTHING, 1280: SIZES}, {360: SIZES, 1280: EVERYTHING}])
if DEEP:
    WIDTHS = cycle([dict.fromkeys((360, 1280), EVERYTHING)])
#: In the short form of the test; `make deep` opens every screen and has axe read it.
SCREENS_OPENED, SCREENS_READ_BY_AXE = 32, 11
TWICE = (
    "[...document.querySelectorAll('.errorlist')].flatMap(list => {"
    "const said = [...list.children].map(line => line.textContent);"
    "return said.filter((text, place) => said.indexOf(text) < place) })"
)
#: Texts of the plan itself, which plan files hold too, and words to look for.
OF_ANY_LENGTH = {
    *("admin:plan_node", "admin:plan_tree", "admin:translation", "admin:purge_new"),
    "admin:plan_node_new",
}
COUNTED = [each for each in (*DESK, *REVIEW) if each.name not in OF_ANY_LENGTH]
UNCOUNTED = (
    "[...document.querySelectorAll('#content textarea:not([data-most])')]"
    ".map(each => each.name)"
)
#: Where the first thing stands that there is to do or to read, from the top of a page;
#: on a tree it is the first record.
FIRST_TASK = """() => {
    const kinds = "a[href], button, input:not([type=hidden]), select, textarea,"
        + " summary, table, dl, img, .readonly, .notice, .paginator,"
        + " .select2-selection, .recovery-codes, .preview-counts, .guide-steps,"
        + " [role=alert]";
    const around = ".breadcrumbs, .object-tools, .messagelist";
    const found = (names) => [...document.querySelectorAll(`#content :is(${names})`)];
    const nodes = found(".node");
    const tops = (nodes.length ? nodes : found(kinds))
        .filter(each => !each.closest(around))
        .map(each => each.getBoundingClientRect())
        .filter(box => box.width > 1 && box.height > 1)
        .map(box => Math.round(box.top + scrollY));
    return tops.length ? Math.min(...tops) : 0;
}"""
#: On a telephone, 360 pixels wide.
LOWEST_FIRST_TASK = 400
WATCH = (
    "addEventListener('securitypolicyviolation', event => console.error("
    "'policy: ' + event.violatedDirective + ' ' + event.blockedURI))"
)


def requests_of(**people):
    """A request of each of them, to ask what she may do."""
    found = {}
    for role, user in people.items():
        found[role] = RequestFactory().get("/")
        found[role].user = user
    return found


def make_requests():
    return requests_of(
        reviewer=make.reviewer(),
        administrator=make.administrator(),
        focal_point=make.focal_point(),
    )


@pytest.mark.django_db
def test_every_address_of_staff_has_an_entry():
    requests = make_requests()
    screens = [*DESK, *REVIEW, *ADMINISTRATION, *ACCOUNT, *table_screens(requests)]

    named = {screen.name for screen in screens}

    assert staff_names() - named - without_screen(requests) == set()
    assert named - staff_names() == set()


class Walk:
    """Goes from screen to screen and keeps what is wrong with each."""

    def __init__(self, browser, live_server, world):
        self.browser, self.server, self.world = browser, live_server, world
        self.pages, self.found, self.said = {}, [], []

    def page(self, role):
        """The page of this role, in a browser of its own, signed in once."""
        if role not in self.pages:
            context = self.browser.new_context(base_url=self.server.url, locale="es-DO")
            context.add_init_script(WATCH)
            page = context.new_page()
            page.set_default_timeout(15_000)
            page.on("console", self._listen)
            page.on("pageerror", lambda error: self.said.append(str(error)))
            self.pages[role] = page
            self._sign_in(page, role)
        return self.pages[role]

    def _listen(self, message):
        if message.type in {"error", "warning"} and "status of 4" not in message.text:
            self.said.append(message.text)

    def _sign_in(self, page, role):
        if role == "anonymous":
            return
        if role not in {"half", "locked"}:
            let_in(page, getattr(self.world, role), self.server.url)
            return
        page.goto("/cuenta/login/")
        sign_in(page, self.world.locked.username)
        if role == "locked":
            page.locator("#id_code").fill(lasting_code(self.world.secret))
            page.locator("#content form [type=submit]").first.click()
            expect(page.locator("#logout-form")).to_be_visible()

    def visit(self, screen, *, by_axe):
        address = screen.address(self.world)
        try:
            page = self.page(screen.role)
            self.said.clear()
            page.set_viewport_size({"width": 360, "height": 800})
            status = page.goto(address).status
            if screen.press:
                screen.press(page, self.world)
            self._examine(screen, page, address, status)
            self._measure(screen, page, address, by_axe=by_axe)
        except Error as error:
            self.found.append((screen.role, address, str(error)[:300]))

    def _examine(self, screen, page, address, status):
        named = (screen.role, address, screen.press and screen.press.__name__)
        if status != 200:
            self.found.append((*named, status))
        self.found += [(*named, text) for text in self.said]
        self.found += [(*named, "said twice", text) for text in page.evaluate(TWICE)]
        if screen in COUNTED:
            names = page.evaluate(UNCOUNTED)
            self.found += [(*named, "without a counter", name) for name in names]

    def _measure(self, screen, page, address, *, by_axe):
        """Whether it fits each width and, where asked, what axe says of it there."""
        named = (screen.role, address, screen.press and screen.press.__name__)
        if by_axe:
            page.evaluate(AXE_SCRIPT)
        for width, rules in next(WIDTHS).items():
            page.set_viewport_size({"width": width, "height": 800})
            said = page.evaluate(COMPLAINTS, [REPEATED, rules]) if by_axe else []
            self.found += [(*named, width, rule, nodes) for rule, nodes in said]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                self.found.append((*named, width, "wider than the screen"))
            if width == 360 and page.evaluate(FIRST_TASK) > LOWEST_FIRST_TASK:
                self.found.append((*named, "the first task", page.evaluate(FIRST_TASK)))

    def close(self):
        for page in self.pages.values():
            page.context.close()


@pytest.mark.django_db(transaction=True)
def test_axe_and_the_policy_find_nothing_on_any_screen(browser, live_server):
    """Many are opened and measured; axe, which takes a second, reads some of them."""
    world = World()
    walk = Walk(browser, live_server, world)
    tables = table_screens(
        requests_of(
            reviewer=world.reviewer,
            administrator=world.administrator,
            focal_point=world.focal_point,
        )
    )

    screens = [*drawn(tables, 20), *DESK, *REVIEW, *ADMINISTRATION, *ACCOUNT]
    screens = drawn(screens, SCREENS_OPENED, key="screens")
    read_by_axe = drawn(screens, SCREENS_READ_BY_AXE, key="axe")

    for screen in screens:
        walk.visit(screen, by_axe=screen in read_by_axe)
    walk.close()

    assert walk.found == []
