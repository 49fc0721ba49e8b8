"""
What Google's Lighthouse says of the main pages on a telephone: make lighthouse

It starts a portal of its own with the shipped plan, as `make run` does, and lets search
engines list it, as an official host would. ``main`` is given the program.
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
#: On a busy machine it now and then misses its browser's answer.
TRIES = 3
CHROMIUM = (
    "--headless=new --no-sandbox --disable-gpu --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)


def main(program):
    """A row for each page; status 1 where a category misses its 100."""
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
    """Lighthouse's report on one page, seen for the first time."""
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
    """Print the page's row and what it lost points by; how many categories missed."""
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
