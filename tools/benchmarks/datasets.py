"""
Data files and an edition of a real-size plan, and of one ten times as large.

"Forms" measures one process: reading the public content of the plan, making each file
format and an edition. Its yardstick writes the same rows as plain JSON and packs them.
"Readers" measures a server on PostgreSQL: the time until all files show a publication,
and how long page requests wait while files are made. Each runs in a process of its own
and prints its peak memory.
"""

import gzip
import json
import logging
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, closing
from importlib import import_module

import django
import psycopg2
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tools.benchmarks import real_plan, servers
from tools.run_tests import find_server_binaries, throw_away_cluster

MODULE = "tools.benchmarks.datasets"
SIZES = {"600": real_plan.REAL, "6,000": real_plan.TENFOLD}
PUBLICATIONS = 3
#: Pages that readers request in turn, and requests a second.
PAGES = ("/", "/real/", "/real/compromisos/", "/datos/")
READS = 20
#: Limit of the 99th percentile of readers' waits while files are made, in ms.
MOST_WAIT = 300
#: Stores the invented plan of a size in the portal of the environment.
STORE = """
from tools.benchmarks import real_plan
real_plan.prepare(real_plan.{size})
"""
STORED = {"600": "REAL", "6,000": "TENFOLD"}


def main():
    missed = 0
    for part in ("forms", "readers"):
        for size in SIZES:
            command = [sys.executable, "-m", MODULE, part, size]
            missed += subprocess.run(command, cwd=servers.ROOT).returncode
    if missed:
        sys.exit("datasets: over a limit, as told above")


def forms(size):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    logging.disable(logging.INFO)
    connection.creation.create_test_db(verbosity=0)
    try:
        measure_forms(size)
    finally:
        name = connection.settings_dict["NAME"]
        connection.creation.destroy_test_db(name, 0)
    return False


def measure_forms(size):
    real_plan.prepare(SIZES[size])
    plan = real_plan.model("Plan").objects.get(code=real_plan.PLAN)
    snapshots = import_module("strategic_areas.datasets.snapshots")
    editions = import_module("strategic_areas.datasets.editions")
    every = import_module("strategic_areas.datasets").DATASETS
    making = import_module("strategic_areas.datasets.formats")
    before, seconds = memory(), {}
    with CaptureQueriesContext(connection) as queries:
        told, seconds["reading it"] = timed(lambda: snapshots.take_snapshot(plan))
    _bare, yardstick = timed(lambda: packed(told.tables))
    sizes = {}
    for name in making.names_of(every):
        content, spent = timed(
            lambda name=name: making.make_file(name, told, every, "0")
        )
        kind = name if name.endswith((".xlsx", ".zip")) else name.partition(".")[2]
        seconds[kind] = seconds.get(kind, 0) + spent
        sizes[kind] = sizes.get(kind, 0) + len(content)
    _edition, seconds["an edition"] = timed(lambda: editions.make_edition(plan))
    rows = {name: len(table) for name, table in told.tables.items()}
    servers.write(
        f"\n## Forms of a plan of {size} activities\n\n"
        f"{sum(rows.values()):,} rows of {len(rows)} datasets "
        f"({rows['reports']:,} reports), {len(queries)} queries; the yardstick takes "
        f"{yardstick:.2f} s.\n\n| what | s | of the yardstick | MB |\n|---|---|---|---|"
    )
    for name, spent in seconds.items():
        weight = sizes.get(name, 0) / 2**20
        ratio = spent / yardstick
        servers.write(f"| {name} | {spent:.2f} | {ratio:.1f} | {weight:.1f} |")
    whole = sum(seconds.values()) / yardstick
    servers.write(
        f"\nAll of it {sum(seconds.values()):.1f} s, {whole:.1f} of the yardstick. "
        f"Memory {before:.0f} MB before, {memory():.0f} MB at most."
    )


def timed(action):
    """The result of an action, and its processor time in seconds."""
    begun = time.process_time()
    return action(), time.process_time() - begun


def packed(tables):
    return gzip.compress(json.dumps(tables, ensure_ascii=False).encode(), 6)


def memory():
    """Peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def readers(size):
    binaries = find_server_binaries()
    if binaries is None:
        sys.exit("datasets: install Debian's package postgresql")
    with ExitStack() as stack:
        url = stack.enter_context(throw_away_cluster(binaries))
        url = url.replace("/portal?", "/postgres?")
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        environment = servers.prepared_portal(folder, DATABASE_URL=url)
        code = STORE.format(size=STORED[size])
        subprocess.run(
            [sys.executable, "manage.py", "shell", "-v", "0", "-c", code],
            cwd=servers.ROOT,
            env=os.environ | environment,
            check=True,
        )
        port, process = stack.enter_context(
            servers.serve("granian", "plan_portal.wsgi:application", 4, **environment)
        )
        waits, told = [], []
        for number in range(PUBLICATIONS):
            told.append(publish(url, port, f"Institución {number}", waits))
        peak = servers.megabytes(process)
    p99 = statistics.quantiles(waits, n=100)[98]
    in_row = ", ".join(f"{each:.1f}" for each in told)
    servers.write(
        f"\n## Readers while files are made of {size} activities\n\n"
        f"Files told a publication after {in_row} s. "
        f"{len(waits)} reads meanwhile: median {statistics.median(waits):.0f} ms, "
        f"p99 {p99:.0f} ms, longest {max(waits):.0f} ms. "
        f"Most memory of a worker {peak:.0f} MB.\n"
    )
    return p99 > MOST_WAIT


def publish(url, port, name, waits):
    """
    Seconds until the files show a new name of an agency.

    Pages are requested meanwhile; each was requested once before, so that it is cached.
    """
    with closing(psycopg2.connect(url)) as database, database.cursor() as cursor:
        cursor.execute(
            "UPDATE agencies_agency SET name_es = %s WHERE slug = 'inst1'", [name]
        )
        database.commit()
    begun = time.monotonic()
    for page in PAGES:
        servers.asked(port, page)
    done = threading.Event()

    def keep_reading():
        place = 0
        while not done.wait(1 / READS):
            waits.append(servers.asked(port, PAGES[place % len(PAGES)])[1])
            place += 1

    reader = threading.Thread(target=keep_reading)
    reader.start()
    patience = begun + 600
    while name.encode() not in servers.asked(port, "/datos/real/agencies.json")[2]:
        if time.monotonic() > patience:
            sys.exit("datasets: the files never told the publication")
        time.sleep(0.5)
    told = time.monotonic() - begun
    done.set()
    reader.join()
    return told


if __name__ == "__main__":
    sys.exit(bool({"forms": forms, "readers": readers}[sys.argv[1]](sys.argv[2])))
