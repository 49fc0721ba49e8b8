"""
The portal compared with a plain Django site that caches its pages.

Both run under the same gunicorn, one worker on one processor, with pages of about the
same length. They are measured in turn; over 1 the portal is faster.

The plain site does much less: its pages take four queries, and have one language and no
security policy. It serves a page for up to an hour after it was changed or withdrawn,
and needs no version. Without the database it serves only cached pages.
"""

import os
import re
import statistics
import tempfile
import time
from contextlib import ExitStack, closing
from http.client import HTTPConnection

from tools.benchmarks import servers

ROUNDS, CONNECTIONS = 7, 16
PEERS = {
    "locmem": "`cache_page`, in the process",
    "files": "`cache_page`, in files",
    "site": "cache of a whole site, in the process",
}
#: Bytes of the peer's page around its rows, and of a row.
FRAME, ROW = 1_900, 315
GZIP = {"Accept_Encoding": "gzip"}


def main():
    servers.write(f"## Beside a plain Django site (load {os.getloadavg()[0]:.1f})\n")
    servers.write(
        "| peer | HTML, ours and theirs | hot page | not modified | cold page | "
        "cold, ms, ours and theirs |\n|---|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as folder:
        environment = servers.prepared_portal(folder)
        for kind in PEERS:
            # A portal that has served nothing, so that its pages are cold.
            with ExitStack() as stack:
                servers.write(line(kind, *begun(stack, kind, environment)))


def begun(stack, kind, environment):
    """The ports of a portal and a plain site with pages of the same length."""

    def serve(application, **variables):
        return stack.enter_context(servers.serve("gunicorn", application, **variables))

    portal, _process = serve("plan_portal.wsgi:application", **environment)
    length = len(servers.fetch(portal)[1])
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    variables = {"PEER_FOLDER": folder, "PEER_CACHE": kind}
    variables["PEER_ROWS"] = str((length - FRAME) // ROW)
    peer, _process = serve("tools.benchmarks.peer_site:application", **variables)
    return portal, peer


def line(kind, portal, peer):
    cold = made_anew(portal, peer)
    lengths = [len(servers.fetch(port)[1]) for port in (portal, peer)]
    hot = ratios((portal, GZIP), (peer, GZIP))
    seen = [
        GZIP | {"If_None_Match": servers.fetch(port, **GZIP)[0]["etag"]}
        for port in (portal, peer)
    ]
    for port, headers in zip((portal, peer), seen, strict=True):
        servers.fetch(port, expected=304, **headers)
    unmodified = ratios((portal, seen[0]), (peer, seen[1]))
    middles = [statistics.median(times) for times in zip(*cold, strict=True)]
    cells = [
        PEERS[kind],
        "{:,} and {:,}".format(*lengths),
        told(hot),
        told(unmodified),
        told([theirs / ours for ours, theirs in cold]),
        "{:.1f} and {:.1f}".format(*middles),
    ]
    return f"| {' | '.join(cells)} |"


def ratios(ours, theirs):
    """Our rate divided by theirs; the order changes with each round."""
    found = []
    for number in range(ROUNDS):
        rates = {}
        for port, headers in (ours, theirs)[:: -1 if number % 2 else 1]:
            rate, _p99, errors = servers.load(port, connections=CONNECTIONS, **headers)
            if errors:
                raise SystemExit(f"peers: {errors} errors")
            rates[port] = rate
        found.append(rates[ours[0]] / rates[theirs[0]])
    return found


def made_anew(portal, peer):
    """Milliseconds of pages that were never requested, of both in turn."""
    listed = servers.fetch(portal, "/2017-2020/compromisos/")[1].decode()
    codes = sorted(set(re.findall(r'href="(/2017-2020/compromisos/[^"/]+/)"', listed)))
    pairs = [(path, f"/compromisos/{n}/") for n, path in enumerate(codes, 1)]
    for port, path in zip((portal, peer), pairs.pop(0), strict=True):
        spent(port, path)  # what a process reads once and keeps
    return [(spent(portal, ours), spent(peer, theirs)) for ours, theirs in pairs]


def spent(port, path):
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        begun = time.perf_counter()
        connection.request(
            "GET", path, headers={"Host": "localhost", "Accept-Encoding": "gzip"}
        )
        answer = connection.getresponse()
        answer.read()
    if answer.status != 200:
        raise SystemExit(f"peers: {path} answers {answer.status}")
    return (time.perf_counter() - begun) * 1000


def told(values):
    return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"
