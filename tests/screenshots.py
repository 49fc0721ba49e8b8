"""
The pictures of README.md, of the portal as `make run` shows it: make screenshots

It starts a portal of its own with the shipped plan and its rehearsal.
"""

import io
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.benchmarks import servers
from tests.run import ROOT, find_chromium

FOLDER = ROOT / "docs" / "images"
#: Width and height of what is shown of a page.
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


def main():
    with servers.portal() as (site, folder), sync_playwright() as playwright:
        accounts = json.loads((folder / "demo-accounts.json").read_text())
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        for size in SIZES:
            take_all(browser, site, size, accounts)
        browser.close()


def take_all(browser, site, size, accounts):
    """Every page at one size; the desk as an agency's focal point sees it."""
    width, height = size
    context = browser.new_context(
        base_url=site, locale="es-DO", viewport={"width": width, "height": height}
    )
    page = context.new_page()
    for name, path in PAGES.items():
        page.goto(path)
        take(page, f"{name}-{width}")
    account = next(each for each in accounts if each["role"] == "focal_point")
    page.goto("/gestion/")
    page.locator("#id_login").fill(account["username"])
    page.locator("#id_password").fill(account["password"])
    page.locator("#login-form input[type=submit]").click()
    page.wait_for_url("**/gestion/")
    take(page, f"desk-{width}")
    context.close()


def take(page, name):
    """A picture of few colours: a page of text needs no more, and weighs a third."""
    taken = Image.open(io.BytesIO(page.screenshot()))
    few = taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    FOLDER.mkdir(exist_ok=True)
    few.save(FOLDER / f"{name}.png", optimize=True)
    servers.write(f"docs/images/{name}.png")


if __name__ == "__main__":
    main()
