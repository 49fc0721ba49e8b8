"""A real Chromium, driven against a live server that uses the test database."""

import pytest
from django.db import connections
from playwright.sync_api import expect, sync_playwright

from tests.browser.windows import PATIENCE, Windows, let_in
from tools.run_tests import find_chromium

# What a browser does of its own accord would only slow a test, or leave the machine.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A process of its own for what draws takes time to start and to talk to.
    "--in-process-gpu",
]


@pytest.fixture(scope="package", autouse=True)
def lasting_connections():
    """
    Let each thread of the live server keep its connection to the database.

    Making one for each request takes a twelfth of the time.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connections.settings["default"], "CONN_MAX_AGE", None)
        yield


@pytest.fixture(scope="package")
def browser():
    """One Chromium for all tests of this folder."""
    path = find_chromium()
    if not path:
        pytest.skip("no Chromium was found")
    # Playwright keeps an event loop in this thread for as long as it runs; Django takes
    # that for asynchronous code and refuses the database.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as playwright:
            # On a busy machine an answer of a tenth of a second may take five of them.
            expect.set_options(timeout=PATIENCE)
            chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            yield chromium
            chromium.close()


@pytest.fixture(scope="package")
def all_windows(browser, live_server):
    return Windows(browser, live_server.url)


@pytest.fixture
def windows(all_windows, live_server):
    """Windows for one test, which has each of them to itself."""
    yield all_windows
    all_windows.leave()


@pytest.fixture
def page(windows):
    """A page in a browser that has seen nothing yet; addresses start at the portal."""
    return windows.take()


@pytest.fixture
def make_page(windows, live_server):
    """Pages of people who are signed in, each in a browser of her own."""

    def make(user, address="", **options):
        page = windows.take(**options)
        let_in(page, user, live_server.url)
        if address:
            page.goto(address)
        return page

    return make
