"""
Cached pages and "not modified" answers, compared with bare functions and nginx.

A page has some twenty headers, most of them for security; they cost the server more
than the page cache does. So there are two yardsticks: a function that sends the page's
body with two headers, and one that sends the same body and headers.
"""

import gzip
import json
import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tools.benchmarks import servers

ROUNDS = 7
CONNECTIONS = (16, 64, 256)
#: The home page, and an indicator with a picture and breakdowns.
PAGES = ("/", "/indicadores/I-39/")
#: Requests of the page itself; yardsticks answer the same at any address.
OURS = ("page", "unmodified")


def main():
    with tempfile.TemporaryDirectory() as folder:
        environment = servers.prepared_portal(folder)
        servers.write("## Pages from memory\n")
        peaks = {}
        for page in PAGES:
            servers.write(
                f"`{page}`\n\n| server | connections | page ÷ same answer | "
                "page ÷ body | page ÷ greeting | page ÷ nginx | not modified ÷ same "
                "answer | not modified ÷ greeting | p99 ms, page and same answer |\n"
                f"{'|---' * 9}|"
            )
            for name in servers.COMMANDS:
                peak = measure(name, page, environment, Path(folder))
                peaks[name] = max(peak, peaks.get(name, 0))
        told = ", ".join(f"{name} {peak:.0f} MB" for name, peak in peaks.items())
        servers.write(f"\nMost memory of a worker: {told}.\n")


def measure(name, page, environment, folder):
    """
    Print a row for each number of connections; return the worker's peak memory in MB.
    """
    with ExitStack() as stack:
        portal, process = stack.enter_context(
            servers.serve(name, "plan_portal.wsgi:application", **environment)
        )
        for _time in range(2):
            headers, packed = servers.fetch(portal, page, Accept_Encoding="gzip")
        asked = {"Accept_Encoding": "gzip"}
        again = asked | {"If_None_Match": headers["etag"]}
        unmodified, _body = servers.fetch(portal, page, expected=304, **again)
        body = folder / "body.gz"
        body.write_bytes(packed)

        def bare(answer=None, **variables):
            if answer:
                status, told = answer
                file = folder / f"{status[:3]}.json"
                file.write_text(json.dumps([status, own_headers(told)]))
                variables["YARDSTICK_HEADERS"] = str(file)
            function = "tools.benchmarks.yardstick:application"
            return stack.enter_context(servers.serve(name, function, **variables))[0]

        static = stack.enter_context(servers.nginx(gzip.decompress(packed), packed))
        targets = {
            "same": (bare(("200 OK", headers), YARDSTICK_BODY=str(body)), {}),
            "body": (bare(YARDSTICK_BODY=str(body)), {}),
            "greeting": (bare(), {}),
            "same 304": (bare(("304 Not Modified", unmodified)), {}),
            "page": (portal, asked),
            "unmodified": (portal, again),
        }
        if static:
            targets["nginx"] = (static, {"Accept_Encoding": "gzip"})
        for connections in CONNECTIONS:
            servers.write(line(name, connections, rounds(targets, page, connections)))
        return servers.megabytes(process)


def own_headers(told):
    """The headers that the application sets, without those of the server."""
    added = {"date", "server", "connection", "transfer-encoding"}
    return [(name, value) for name, value in told.items() if name not in added]


def rounds(targets, page, connections):
    """
    The figures of each target, measured in turn, every second round in reverse order.
    """
    taken = {name: [] for name in targets}
    for number in range(ROUNDS):
        for name in [*targets][:: -1 if number % 2 else 1]:
            port, headers = targets[name]
            rate, p99, errors = servers.load(
                port, page if name in OURS else "/", connections=connections, **headers
            )
            if errors:
                raise SystemExit(f"{name}: {errors} errors with {connections}")
            taken[name].append((rate, p99))
    return taken


def line(name, connections, taken):
    def ratio(target, yardstick):
        if yardstick not in taken:
            return "–"
        pairs = zip(taken[target], taken[yardstick], strict=True)
        values = [ours[0] / theirs[0] for ours, theirs in pairs]
        middle = statistics.median(values)
        return f"{middle:.2f} ({min(values):.2f}–{max(values):.2f})"

    def slowest(target):
        return f"{statistics.median(p99 for _rate, p99 in taken[target]):.1f}"

    cells = [
        name,
        str(connections),
        ratio("page", "same"),
        ratio("page", "body"),
        ratio("page", "greeting"),
        ratio("page", "nginx"),
        ratio("unmodified", "same 304"),
        ratio("unmodified", "greeting"),
        f"{slowest('page')} and {slowest('same')}",
    ]
    return f"| {' | '.join(cells)} |"
