"""
Thirty password guesses a second: the answers to them, and the effect on readers.

The server is the one of operate.md, on one processor. Attack and quiet take turns in
one run. In the quiet phase the same guesses go to a bare function beside it, so that
the guesser's own work does not count. First all guesses come from one address; then
each from another address and at another account, within every limit. Readers are
measured in two ways: at an even pace, for the time of an answer, and as fast as
possible, for the rate.
"""

import itertools
import os
import re
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from tools.benchmarks import servers

#: Five times two slices of three seconds under attack: thirty seconds of it.
ROUNDS, SLICE = 5, 3
GUESSES, READINGS = 30, 50
CONNECTIONS = 16
#: How many accounts are tried from one address, and the failures that each may have.
ACCOUNTS, FAILURES = 12, 5
SIGN_IN = "/cuenta/login/"
PAGES = ("/", "/2017-2020/ejes/", "/2017-2020/compromisos/", "/metodologia/")
SERVER = (
    "-m granian --interface wsgi --host 127.0.0.1 --port {port} --workers 2 "
    "--blocking-threads 2 --no-ws --log-level warning plan_portal.wsgi:application"
)


def main():
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        # The guesser states the address of each guess, as a proxy would.
        environment = servers.prepared_portal(folder) | {
            "CLIENT_ADDRESS_HEADER": "Visitor"
        }
        port = servers.free_port()
        command = [sys.executable, *SERVER.format(port=port).split()]
        stack.enter_context(servers.running(command, port, **environment))
        bare, _process = stack.enter_context(
            servers.serve("granian", "tools.benchmarks.yardstick:application")
        )
        for page in PAGES * 4:
            servers.fetch(port, page)
        if hasattr(os, "sched_setaffinity") and os.cpu_count() > 1:
            os.sched_setaffinity(0, {1})  # away from the server, as the readers are
        load = os.getloadavg()[0]
        servers.write("## Guessing passwords\n")
        database = Path(folder) / "portal.sqlite3"
        for is_spread in (False, True):
            attack(port, bare, database, is_spread=is_spread)
    servers.write(f"\nLoad of the machine before: {load:.1f}.\n")


def attack(port, bare, database, *, is_spread):
    """Measure and print one way of guessing."""
    before = events(database)
    answers, taken = rounds(port, bare, Guess(port, is_spread=is_spread))
    recorded = events(database) - before
    told = ", ".join(f"{status}: {n}" for status, n in sorted(answers.items()))
    origin = "each from an address of its own" if is_spread else "from one address"
    servers.write(
        f"{sum(answers.values())} wrong sign-ins, {GUESSES} a second, {origin}; "
        f"answers {told}. In the audit record: {recorded['sign_in_failed']} failures, "
        f"{recorded['limit_reached']} limits reached.\n"
    )
    servers.write(
        "| readers | quiet: median (least–most) | under attack | attack / quiet |\n"
        "|---|---|---|---|"
    )
    for name in ("ms an answer", "slowest twentieth, ms", "answers a second"):
        servers.write(line(name, taken[name]))
    servers.write("")
    judge(answers, recorded, is_spread=is_spread)


def rounds(port, bare, sent):
    """Statuses of the guesses, and for each measure the pairs of quiet and attack."""
    answers, unheard = Counter(), Counter()
    taken = {
        name: []
        for name in ("ms an answer", "slowest twentieth, ms", "answers a second")
    }
    for number in range(ROUNDS):
        for measure in (pace, rate):
            pair = {}
            # Every second time the attack comes first.
            for is_attack in (False, True)[:: -1 if number % 2 else 1]:
                target = (port, answers) if is_attack else (bare, unheard)
                with guessing(sent, *target):
                    pair[is_attack] = measure(port)
            for name in pair[True]:
                taken[name].append((pair[False][name], pair[True][name]))
    return answers, taken


def pace(port):
    """Milliseconds of an answer when readers come one after the other."""
    times = []
    begun = time.perf_counter()
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        for number in range(SLICE * READINGS):
            wait_until(begun + number / READINGS)
            asked = time.perf_counter()
            connection.request("GET", PAGES[number % len(PAGES)], headers=HOST)
            response = connection.getresponse()
            response.read()
            times.append((time.perf_counter() - asked) * 1000)
            if response.status != 200:
                sys.exit(f"a reader was answered {response.status}")
    return {
        "ms an answer": statistics.median(times),
        "slowest twentieth, ms": statistics.quantiles(times, n=20)[-1],
    }


def rate(port):
    """Pages a second at full load."""
    served, _p99, errors = servers.load(port, connections=CONNECTIONS, seconds=SLICE)
    if errors:
        sys.exit(f"readers were answered {errors} errors")
    return {"answers a second": served}


HOST = {"Host": "localhost", "Accept-Encoding": "gzip"}


def wait_until(moment):
    time.sleep(max(0, moment - time.perf_counter()))


@contextmanager
def guessing(sent, port, answers):
    """Guess at this port during the block, and wait for the last answers."""

    def keep_guessing():
        begun = time.perf_counter()
        with ThreadPoolExecutor(GUESSES) as pool:
            for number in range(SLICE * GUESSES):
                wait_until(begun + number / GUESSES)
                pool.submit(lambda: answers.update([sent.to(port)]))

    thread = threading.Thread(target=keep_guessing)
    thread.start()
    yield
    thread.join()


class Guess:
    """A wrong sign-in, sent as by a browser."""

    def __init__(self, port, *, is_spread):
        self.is_spread, self.numbers = is_spread, itertools.count()
        with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            connection.request("GET", SIGN_IN, headers=sent_by(0))
            response = connection.getresponse()
            page = response.read().decode()
        self.cookie = response.getheader("Set-Cookie").partition(";")[0]
        self.field = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)[1]

    def to(self, port):
        """Send it to this port; return the status."""
        number = next(self.numbers)
        account = number if self.is_spread else number % ACCOUNTS
        body = {
            "login": f"persona{account}@example.org",
            "password": f"wrong-{number}",
            "csrfmiddlewaretoken": self.field,
        }
        headers = {
            **sent_by(number if self.is_spread else 0),
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": self.cookie,
        }
        with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            connection.request("POST", SIGN_IN, urlencode(body), headers)
            response = connection.getresponse()
            response.read()
            return response.status


def sent_by(number):
    """Headers of the visitor with this number."""
    place = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return {"Host": HOST["Host"], "Visitor": place}


def events(database):
    """Number of entries of each kind in the audit record."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "SELECT event, count(*) FROM agencies_auditentry GROUP BY event"
        )
        return Counter(dict(rows.fetchall()))


def line(name, pairs):
    quiet, under = zip(*pairs, strict=True)
    ratios = [after / before for before, after in pairs]
    cells = [
        f"{statistics.median(values):.{digits}f} "
        f"({min(values):.{digits}f}–{max(values):.{digits}f})"
        for values, digits in ((quiet, 1), (under, 1), (ratios, 2))
    ]
    return f"| {name} | {' | '.join(cells)} |"


def judge(answers, recorded, *, is_spread):
    """Check what must hold on any machine."""
    # From one address some are refused by a limit, and more as a flood.
    held = set(answers) if is_spread else set(answers) - {429}
    if held != {200, 503}:
        sys.exit(f"guesses were answered {dict(answers)}: neither refused nor limited")
    limits = recorded["limit_reached"]
    if recorded["sign_in_failed"] != answers[200] or limits > ACCOUNTS + 1:
        sys.exit(f"the audit record tells of something else: {dict(recorded)}")
    if answers[200] > ACCOUNTS * FAILURES and not is_spread:
        sys.exit(f"the audit record is flooded: {dict(recorded)}")


if __name__ == "__main__":
    main()
