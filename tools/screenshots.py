"""
The pictures of README.md, docs/tour.md and the guides: make screenshots

They show two portals, which it starts and stops: that of `make run`, with the shipped
plan and its demonstration, and that of `make states`, with an invented plan. The older
pictures of docs/images/before/ are not taken again.
"""

import contextlib
import io
import json
import os
import secrets
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PIL import Image
from playwright.sync_api import sync_playwright

from tools.benchmarks import servers
from tools.run_tests import ROOT, find_chromium

FOLDER = ROOT / "docs" / "images"
#: Width and height of the visible part of a page.
SIZES = [(1280, 1000), (360, 780)]
COLOURS = 128
PAGES = {
    "home": "/",
    "area": "/2017-2020/ejes/prevencion/",
    "commitments": "/2017-2020/compromisos/",
    "commitment": "/2017-2020/compromisos/R-2.2.2/",
    "agency": "/2017-2020/instituciones/pgr/",
    "figures": "/indicadores/",
    "figure": "/indicadores/I-12/",
    "results": "/resultados/",
}
INVENTED = {
    "example-home": "/",
    "example-commitment": "/ejemplo/compromisos/2.1.3/",
    "example-area": "/ejemplo/ejes/persecucion/",
    "example-agency": "/ejemplo/instituciones/polci/",
    "example-list": "/ejemplo/compromisos/",
}
#: Pictures of the guides, as on a telephone, with twice the resolution.
GUIDES = ROOT / "plan_portal" / "static" / "guides"
GUIDE_SIZE = {"width": 360, "height": 440}
#: Pages in the guide of administrators.
KEPT = [
    "/gestion/agencies/invitation/add/",
    "/gestion/agencies/focalpoint/",
    "/gestion/accesos/",
]
#: Seconds within which the portal of `make states` starts, on a slow machine.
PATIENCE = 120


def main():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        with servers.portal() as (site, folder):
            accounts = json.loads((folder / "demo-accounts.json").read_text())
            for page, width in screens(browser, site):
                take_all(page, PAGES, width)
                take_desk(page, accounts, width)
                take_tree(page, accounts, width)
        with invented_portal() as (site, reviewer):
            for page, width in screens(browser, site):
                take_all(page, INVENTED, width)
                take_queue(page, reviewer, width)
            take_guides(browser, site, reviewer["password"])
        browser.close()


@contextlib.contextmanager
def invented_portal():
    """The address of the portal of `make states`, and one of its reviewers."""
    port = servers.free_port()
    password = os.environ["STATES_PASSWORD"] = secrets.token_urlsafe(9)
    command = [sys.executable, "tools/serve_states.py", str(port)]
    with servers.running(command, port, patience=PATIENCE):
        reviewer = {"role": "reviewer", "username": "revision", "password": password}
        yield f"http://localhost:{port}", reviewer


def screens(browser, site):
    """A page for each screen size, and its width."""
    for width, height in SIZES:
        context = browser.new_context(
            base_url=site, locale="es-DO", viewport={"width": width, "height": height}
        )
        yield context.new_page(), width
        context.close()


def take_all(page, pages, width):
    for name, path in pages.items():
        page.goto(path)
        take(page, f"{name}-{width}")


def take_desk(page, accounts, width):
    """The desk of an agency's focal point."""
    sign_in(page, accounts, "focal_point")
    take(page, f"desk-{width}")


def take_tree(page, accounts, width):
    """The plan tree, with one record open."""
    sign_in(page, accounts, "reviewer")
    page.goto("/gestion/planes/2017-2020/")
    panel = page.locator(".node--commitment > .node-panel").first
    panel.locator("summary").first.click()
    panel.locator(".node-form").wait_for()
    take(page, f"tree-{width}")


def take_queue(page, reviewer, width):
    """The secretariat's open decisions."""
    sign_in(page, [reviewer], "reviewer")
    page.goto("/gestion/")
    take(page, f"queue-{width}")


def take_guides(browser, site, password):
    """Three pictures for each role; those of focal points follow one sheet."""
    context = browser.new_context(
        base_url=site, locale="es-DO", viewport=GUIDE_SIZE, device_scale_factor=2
    )
    page = context.new_page()

    def enter(username):
        account = {"role": "one", "username": username, "password": password}
        sign_in(page, [account], "one")

    def take_guide(name, place):
        """The part of the page that begins at ``place``, under its own heading."""
        page.locator(place).first.evaluate(
            "place => scrollTo(0, place.getBoundingClientRect().top + scrollY - 12)"
        )
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        few = picture.quantize(COLOURS, dither=Image.Dither.NONE).convert("RGB")
        few.save(GUIDES / f"{name}.webp", lossless=True, quality=100, method=6)
        servers.write(f"plan_portal/static/guides/{name}.webp")

    enter("coni")
    take_guide("punto-focal-1", ".owed .part")
    page.goto(page.locator(".owed .part a.button").first.get_attribute("href"))
    row = page.locator("[data-row][open]").first
    take_guide("punto-focal-2", "[data-row][open] .quick")
    row.locator(".row-save input").click()
    page.locator("[data-row] .saved").first.wait_for()
    page.locator(".tally .button").click()
    take_guide("punto-focal-3", "#content h1")
    enter("revision")
    take_guide("coordinacion-1", "#decisiones")
    page.goto(page.locator("#decisiones .button.default").first.get_attribute("href"))
    take_guide("coordinacion-2", "#content h1")
    take_guide("coordinacion-3", "aside")
    enter("administracion")
    for number, path in enumerate(KEPT, 1):
        page.goto(path)
        take_guide(f"administracion-{number}", "#content h1")
    context.close()


def sign_in(page, accounts, role):
    account = next(each for each in accounts if each["role"] == role)
    page.context.clear_cookies()
    page.goto("/gestion/")
    page.locator("#id_login").fill(account["username"])
    page.locator("#id_password").fill(account["password"])
    page.locator("#login-form input[type=submit]").click()
    page.wait_for_url("**/gestion/")


def take(page, name):
    """
    A picture of few colours, which suffice for text and need a third of the bytes.
    """
    taken = Image.open(io.BytesIO(page.screenshot()))
    few = taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    FOLDER.mkdir(exist_ok=True)
    few.save(FOLDER / f"{name}.png", optimize=True)
    servers.write(f"docs/images/{name}.png")


if __name__ == "__main__":
    main()
