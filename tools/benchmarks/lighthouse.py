"""
Google's Lighthouse scores of the main pages on a telephone: make lighthouse

Starts a portal of its own with the shipped plan, as `make run` does, with indexing
allowed as on an official host.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.benchmarks import servers
from tools.run_tests import find_chromium

PAGES = [
    "/",
    "/2017-2020/ejes/prevencion/",
    "/2017-2020/compromisos/",
    "/2017-2020/compromisos/R-2.1.1/",
    "/2017-2020/instituciones/pgr/",
    "/2017-2020/avances/",
]
CATEGORIES = ["performance", "accessibility", "best-practices", "seo"]
#: On a busy machine Lighthouse sometimes loses its browser.
TRIES = 3
CHROMIUM = (
    "--headless=new --no-sandbox --disable-gpu --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)


def main(program):
    """Print a row for each page; exit with 1 if a category scores less than 100."""
    missed = 0
    with servers.portal(ALLOW_INDEXING="true") as (site, _folder):
        servers.write(
            "| Page | Performance | Accessibility | Best practices | SEO | LCP |"
        )
        servers.write("|---|---|---|---|---|---|")
        for path in PAGES:
            report = measure(program, f"{site}{path}")
            missed += tell(path, report)
    return 1 if missed else 0


def measure(program, address):
    """Lighthouse's report on a first visit of one page."""
    command = [
        program,
        address,
        "--quiet",
        "--output=json",
        f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags={CHROMIUM}",
    ]
    surroundings = os.environ | {"CHROME_PATH": find_chromium()}
    for _attempt in range(TRIES):
        done = subprocess.run(
            command, env=surroundings, capture_output=True, text=True, check=False
        )
        if not done.returncode:
            return json.loads(done.stdout)
    sys.exit(f"Lighthouse gave up on {address}:\n{done.stderr}")


def tell(path, report):
    """
    Print the page's row and its losses; return the number of categories below 100.
    """
    scores = [round(report["categories"][each]["score"] * 100) for each in CATEGORIES]
    audits = report["audits"]
    paint = audits["largest-contentful-paint"]["displayValue"].replace("\xa0", " ")
    marks = " | ".join(map(str, scores))
    servers.write(f"| `{path}` | {marks} | {paint} |")
    for category in CATEGORIES:
        for each in report["categories"][category]["auditRefs"]:
            audit = audits[each["id"]]
            if each["weight"] and audit["score"] is not None and audit["score"] < 1:
                servers.write(f"  {category}: {audit['title']} {audit['score']}")
    return sum(score < 100 for score in scores)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
