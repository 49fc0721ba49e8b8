"""A real Chromium, driven against a live server that uses the test database."""

import pytest
from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test import Client
from playwright.sync_api import sync_playwright

from tests.room import with_room
from tests.run import find_chromium

# What a browser does of its own accord would only slow a test, or leave the machine.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package", autouse=True)
def roomy_server():
    """A live server answers each connection in a thread, with frames of its own."""
    answer = ThreadedWSGIServer.process_request_thread
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            ThreadedWSGIServer,
            "process_request_thread",
            lambda *args: with_room(lambda: answer(*args)),
        )
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
            chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            yield chromium
            chromium.close()


@pytest.fixture
def page(browser, live_server):
    """A page in a browser that has seen nothing yet; addresses start at the portal."""
    context = browser.new_context(base_url=live_server.url, locale="es-DO")
    yield context.new_page()
    context.close()


@pytest.fixture
def make_page(browser, live_server):
    """
    Signed-in pages, each in a browser of its own, at the desk.

    The form for signing in has tests of its own; filling it in each time took longer
    than many a test.
    """
    contexts = []

    def make(user, **options):
        context = browser.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        client, name = Client(), settings.SESSION_COOKIE_NAME
        client.force_login(user)
        session = {"name": name, "value": client.cookies[name].value}
        context.add_cookies([session | {"url": live_server.url}])
        page = context.new_page()
        page.goto("/gestion/")
        return page

    yield make
    for context in contexts:
        context.close()
