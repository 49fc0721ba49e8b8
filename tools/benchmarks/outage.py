"""
Cached pages during publications, and while the database is stopped or frozen.

The server runs on PostgreSQL, on one processor like its yardstick. Rates are compared
within a round; waits of readers are in milliseconds.
"""

import signal
import statistics
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, closing

import psycopg2

from tools.benchmarks import servers
from tools.benchmarks.freshness import PAGE, mark_areas, publish
from tools.run_tests import find_server_binaries, throw_away_cluster

ROUNDS, OUTAGES, CONNECTIONS = 7, 3, 16
#: As many as docs/operate.md says: a request that waits for the database blocks one.
THREADS = 2
#: Seconds for which the database is frozen.
FROZEN = 10
#: Pages that nobody has requested before: none is cached.
UNASKED = "/2017-2020/compromisos/?eje={}"
BANNER = b"copy-band"


def main():
    binaries = find_server_binaries()
    if binaries is None:
        sys.exit("outage: install Debian's package postgresql")
    with ExitStack() as stack:
        url = stack.enter_context(throw_away_cluster(binaries))
        url = url.replace("/portal?", "/postgres?")  # which every new server has
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        environment = servers.prepared_portal(folder, DATABASE_URL=url)
        application = "plan_portal.wsgi:application"
        port, _p = stack.enter_context(
            servers.serve("granian", application, **environment)
        )
        bare = "granian", "tools.benchmarks.yardstick:application"
        greeting, _p = stack.enter_context(servers.serve(*bare))
        database = servers.Database(binaries, url)
        servers.write("## While others publish, and without the database\n")
        while_publishing(url, port, greeting)
        stopped(database, port)
        port, _p = stack.enter_context(
            servers.serve("granian", application, threads=THREADS, **environment)
        )
        frozen(database, port)


def while_publishing(url, port, greeting):
    """
    Rate of a cached page, relative to a greeting's, with one publication a second.
    """
    areas = mark_areas(url)
    done = threading.Event()

    def keep_publishing():
        with closing(psycopg2.connect(url)) as database, database.cursor() as cursor:
            while not done.wait(1):
                publish(cursor, areas[0])
                database.commit()

    writer = threading.Thread(target=keep_publishing)
    writer.start()
    ratios = []
    try:
        for _number in range(ROUNDS):
            theirs, _p99, _e = rate(greeting, "/", seconds=2)
            ours, _p99, errors = rate(port, PAGE, seconds=2)
            if errors:
                sys.exit(f"outage: {errors} errors while others publish")
            ratios.append(ours / theirs)
    finally:
        done.set()
        writer.join()
    servers.write(
        f"One publication a second: {spread(ratios)} of a greeting's rate, "
        f"{CONNECTIONS} connections.\n"
    )


def stopped(database, port):
    """
    Rates with and without the database, other requests meanwhile, and the recovery.
    """
    ratios, refused, back = [], [], []
    servers.asked(port, PAGE)
    for number in range(OUTAGES):
        up, _p99, _e = rate(port, PAGE)
        database.control("stop", "-m", "immediate")
        time.sleep(3)  # the version that was read is good for two seconds
        down, _p99, errors = rate(port, PAGE)
        if errors:
            sys.exit(f"outage: {errors} of the ready pages failed")
        for offset in range(5):
            status, took, _body = servers.asked(
                port, UNASKED.format(number * 5 + offset)
            )
            if status != 503:
                sys.exit(f"outage: {status} where no page stood ready")
            refused.append(took)
        database.control("start")
        back.append(seconds_until_fresh(port))
        ratios.append(down / up)
    servers.write(
        f"Stopped {OUTAGES} times: ready pages at {spread(ratios)} of their rate with "
        f"the database, all 200; others a 503 in {spread(refused)} ms; without the "
        f"banner {max(back):.1f} s after the start at the latest.\n"
    )


def frozen(database, port):
    """The longest wait of a reader while the database is frozen."""
    waits = {PAGE: [], UNASKED: [], "/cuenta/login/": []}
    done = threading.Event()

    def keep_asking(path):
        number = 1000
        while not done.wait(0.1):
            number += 1
            waits[path].append(servers.asked(port, path.format(number))[1])

    servers.asked(port, PAGE)
    readers = [threading.Thread(target=keep_asking, args=[path]) for path in waits]
    for reader in readers:
        reader.start()
    time.sleep(1)
    database.signal(signal.SIGSTOP)
    time.sleep(FROZEN)
    database.signal(signal.SIGCONT)
    back = seconds_until_fresh(port)
    done.set()
    for reader in readers:
        reader.join()
    ready, unasked, staff = (max(times) / 1000 for times in waits.values())
    servers.write(
        f"Frozen for {FROZEN} s: longest wait for a ready page {ready:.2f} s, for one "
        f"that was never made {unasked:.2f} s, for the sign-in page {staff:.2f} s; "
        f"without the banner {back:.1f} s after it went on.\n"
    )


def rate(port, path, seconds=1):
    return servers.load(port, path, connections=CONNECTIONS, seconds=seconds)


def seconds_until_fresh(port):
    """Seconds until the page has no outage banner."""
    begun = time.monotonic()
    while BANNER in servers.asked(port, PAGE)[2]:
        time.sleep(0.02)
    return time.monotonic() - begun


def spread(values):
    middle = statistics.median(values)
    return f"{middle:.2f} ({min(values):.2f}–{max(values):.2f})"
