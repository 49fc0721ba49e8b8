"""
The bytes of a page as the portal sends it.

Every page of the sitemap is fetched with gzip. A first visit also fetches the style and
the pictures of the page.
"""

import contextlib
import re
import sys
import time
from collections import defaultdict
from functools import cache
from http.client import HTTPConnection
from urllib.parse import urljoin, urlsplit

from tools.benchmarks import servers

#: Limits in bytes: a page, the page with its style, a first visit; and its requests.
PAGE, WITH_STYLE, VISIT, REQUESTS = 14 * 1024, 30 * 1024, 50 * 1024, 5
#: Kinds of pages, by the part of the address after the plan's code.
KINDS = {
    "home": r"/(en/)?",
    "plan": r"/(en/)?[\d-]+/",
    "area": r".*/(ejes|areas)/[^/]+/",
    "commitments": r".*/(compromisos|commitments)/",
    "commitment": r".*/(compromisos|commitments)/[^/]+/",
    "agencies": r".*/(instituciones|agencies)/",
    "agency": r".*/(instituciones|agencies)/[^/]+/",
    "updates": r".*/(avances|updates)/",
    "update": r".*/(avances|updates)/[^/]+/",
    "indicators": r".*/(indicadores|indicators)/",
    "indicator": r".*/(indicadores|indicators)/[^/]+/",
    "any other": r".*",
}
LOADED = re.compile(
    r'<link rel="(?:stylesheet|icon)" href="([^"]+)"'
    r'|<(?:img|script|iframe)[^>]* src="([^"]+)"'
)


def main():
    """Print the heaviest page of each kind; exit with 1 if one is over a limit."""
    with servers.portal(ALLOW_INDEXING="true") as (site, _folder):
        wait_for_data(urlsplit(site).port)
        listed = re.findall(
            rf"<loc>{site}([^<]+)</loc>", fetch(site, "/sitemap.xml")[1]
        )
        found = defaultdict(list)
        for path in listed:
            found[kind_of(path)].append((*visit(site, path), path))
    servers.write("## Page weights, in bytes as sent with gzip\n")
    servers.write(
        "| Kind | Pages | Heaviest | HTML | with its style | first visit | requests |"
    )
    servers.write("|---|---|---|---|---|---|---|")
    too_heavy = [told(kind, found[kind]) for kind in KINDS]
    if any(too_heavy):
        sys.exit(f"weights: over {PAGE}, {WITH_STYLE} or {VISIT} bytes")


def wait_for_data(port):
    """Wait for the data files: pages without their sizes are sent uncompressed."""
    while (
        "content-encoding"
        not in servers.fetch(port, "/datos/", Accept_Encoding="gzip")[0]
    ):
        time.sleep(0.5)


def kind_of(path):
    return next(kind for kind, form in KINDS.items() if re.fullmatch(form, path))


def visit(site, path):
    """
    Bytes of the page, of the page with its style, of a first visit; number of requests.
    """
    size, html = fetch(site, path)
    linked = [urljoin(path, first or other) for first, other in LOADED.findall(html)]
    asked = {each for each in linked if not urlsplit(each).netloc}
    sizes = {each: fetch(site, each)[0] for each in sorted(asked)}
    styles = sum(number for each, number in sizes.items() if each.endswith(".css"))
    return size, size + styles, size + sum(sizes.values()), 1 + len(sizes)


@cache
def fetch(site, path):
    """The bytes of an answer as sent, and its text; of a picture no readable one."""
    place = urlsplit(site)
    connection = HTTPConnection(place.hostname, place.port, timeout=30)
    with contextlib.closing(connection):
        bodies = []
        for coding in ("gzip", "identity"):
            connection.request("GET", path, headers={"Accept-Encoding": coding})
            response = connection.getresponse()
            if response.status != 200:
                sys.exit(f"{path} answers {response.status}")
            bodies.append(response.read())
    return len(bodies[0]), bodies[1].decode(errors="replace")


def told(kind, visits):
    """Print the heaviest page of a kind; return whether it is over a limit."""
    page, styled, whole, requests, path = max(visits)
    servers.write(
        f"| {kind} | {len(visits)} | `{path}` | {page:,} | {styled:,} | {whole:,} | "
        f"{requests} |"
    )
    return page > PAGE or styled > WITH_STYLE or whole > VISIT or requests > REQUESTS
