"""
Windows of the browser that one test after the other uses.

A new window takes the tenth of a second of a processor, more than most pages that a
test opens in it.
"""

from collections import defaultdict

from django.conf import settings
from django.test import Client
from playwright.sync_api import Error, expect

from agencies.accounts import sessions
from tests.make.people import PASSWORD

#: The lightest page of the portal. From any other site the browser would begin a new
#: process for the next page, since the portal's pages share theirs with nobody.
EMPTIED = "/salud/viva"
#: As Playwright opens a window, and as every test finds one.
VIEWPORT = {"width": 1280, "height": 720}
PATIENCE = 30_000
AS_ON_ANY_SCREEN = ("media", "color_scheme", "forced_colors")


#: What whoever sends or approves a proposal says to have read.
READ = ("no_act", "no_launch_date", "plan_read", "checked", "protection_read")


def complaints_of(page):
    """What the browser will say against a page; a policy that is broken, above all."""
    said = []

    def listen(message):
        if message.type in {"error", "warning"}:
            said.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def sign_in(page, username, password=PASSWORD):
    """By the form, with the password alone."""
    page.locator("#id_login").fill(username)
    page.locator("#id_password").fill(password)
    page.locator("#login-form input[type=submit]").click()


def tick_as_read(page):
    for name in READ:
        for box in page.locator(f"input[name={name}]").all():
            box.check()


def approve(page, says):
    """What waits for a second person, once its page says what was proposed."""
    page.goto("/gestion/")
    page.locator(".waiting tbody .button").click()
    expect(page.locator("input[name=approve]")).to_be_visible()
    expect(page.locator("#content")).to_contain_text(says)
    page.wait_for_load_state()
    tick_as_read(page)
    page.locator("input[name=approve]").click()
    expect(page.locator(".messagelist")).to_be_visible()


def let_in(page, user, address):
    """
    Sign her in, with two factors.

    The forms for that have tests of their own; filling them in each time took longer
    than many a test.
    """
    client, name = Client(), settings.SESSION_COOKIE_NAME
    client.force_login(user)
    session = client.session
    session[sessions.PROVEN_USER_KEY] = user.pk
    session.save()
    cookie = {"name": name, "value": client.cookies[name].value, "url": address}
    page.context.add_cookies([cookie])


class Windows:
    """Windows by how they were opened: those in which somebody is, and empty ones."""

    def __init__(self, browser, address):
        self.browser, self.address = browser, address
        self.empty, self.taken = defaultdict(list), []

    def take(self, **options):
        """The page of a window in which nothing has been seen yet."""
        options = {"locale": "es-DO"} | options
        kind = tuple(sorted(options.items()))
        if self.empty[kind]:
            page = self.empty[kind].pop()
        else:
            page = self.browser.new_context(
                base_url=self.address, viewport=VIEWPORT, **options
            ).new_page()
        self.taken.append((kind, page))
        return page

    def leave(self):
        """Empty the windows that were taken; one that cannot be emptied is closed."""
        while self.taken:
            kind, page = self.taken.pop()
            try:
                self._empty(page, dict(kind))
            except Error:
                page.context.close()
            else:
                self.empty[kind].append(page)

    def _empty(self, page, options):
        """
        Forget what the last test stored, set and routed.

        What it listened with stays, and fills lists that nobody reads any more.
        """
        context = page.context
        for other in context.pages:
            if other is not page:
                other.close()
        context.set_offline(False)
        for each in (page, context):
            each.unroute_all()
            each.set_default_timeout(PATIENCE)
        page.set_viewport_size(VIEWPORT)
        media = {name: options.get(name, "null") for name in AS_ON_ANY_SCREEN}
        page.emulate_media(**media)
        page.goto(EMPTIED)
        page.evaluate("sessionStorage.clear()")
        context.clear_cookies()
        session = context.new_cdp_session(page)
        stored = {"origin": self.address, "storageTypes": "all"}
        session.send("Storage.clearDataForOrigin", stored)
        session.detach()
