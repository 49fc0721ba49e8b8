"""
The portal with a real-size plan, and with one ten times as large.

Public pages are made in process, without the page cache. Each page is measured three
ways: "anew", with no cache, as after a start or a publication; "ready", with the cached
progress of the plan, which a thread loads within a second; and once more. A figure is
the processor time of this process. That includes the database on SQLite, not on
PostgreSQL. Rounds go through all pages in turn, so that other work of the machine
affects all alike.

On a temporary database: SQLite, or the server that TEST_DATABASE_URL names.
"""

import gc
import io
import json
import logging
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tools.benchmarks import real_plan, servers
from tools.benchmarks.night import pass_a_night

MODULE = "tools.benchmarks.sizes"
#: The ways in which a page is measured.
WAYS = ("anew", "ready", "then")
ROOT = Path(__file__).resolve().parents[2]
ROUNDS, SAVES = 5, 20
#: The sizes of which pages are measured; "shipped" is the plan of the repository.
SIZES = {"shipped": None, "600": real_plan.REAL, "6,000": real_plan.TENFOLD}
SHIPPED = "2017-2020"
#: Limits of pages made anew: the median of all kinds and the slowest, in ms.
MOST_MS = {"shipped": (50, 50), "600": (75, 130), "6,000": (1_500, 2_000)}
MOST_BYTES, MOST_QUERIES = 60_000, 20
#: Limit of reading a plan of 600 activities, in ms.
MOST_OF_BOARD = 35
#: Limits of staff's work on 600 activities, in ms; of a sheet, in bytes.
MOST_OF_STAFF = {
    "sheet of 100 rows": 300,
    "a row saved": 60,
    "queue of 500": 200,
    "workbook of 600": 3_000,
}
MOST_OF_SHEET = 150_000
#: Limits of importing 10,000 activities, and of importing them again: seconds, MB.
MOST_OF_IMPORT = {"import": (8, 150), "again": (6, 150)}
MOST_OF_WORKER = 110
PARTS = ("pages", "staff", "imports", "worker")


def main():
    """
    Run each part in a process of its own, since peak memory is measured per process.
    """
    missed = 0
    chosen = os.environ.get("PARTS", " ".join(PARTS)).split()
    for part in chosen:
        done = subprocess.run([sys.executable, "-m", MODULE, part], cwd=ROOT)
        missed += done.returncode
    if missed:
        sys.exit("sizes: over a limit, as told above")


def run(part):
    if part == "worker":
        missed = worker()
    else:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
        django.setup()
        logging.disable(logging.INFO)
        servers.write(f"\n## Sizes: {part} ({connection.vendor})\n")
        connection.creation.create_test_db(verbosity=0)
        try:
            missed = {"pages": pages, "staff": staff, "imports": imports}[part]()
        finally:
            name = connection.settings_dict["NAME"]
            connection.creation.destroy_test_db(name, 0)
    for line in missed:
        servers.write(f"over: {line}")
    sys.exit(bool(missed))


def pages():
    """Measure every kind of public page at each size; return the missed limits."""
    figures, boards = {}, {}
    triggers = import_module("tests.first_state")
    empty = triggers.remember()
    # As in a worker: see plan_portal/wsgi.py.
    gc.freeze()
    gc.set_threshold(3_000, 10, 10)
    for name, size in SIZES.items():
        if size is None:
            shipped = import_module("tests.strategic_areas.plans").SHIPPED
            call_command("load_plan", str(shipped), stdout=io.StringIO())
        else:
            real_plan.prepare(size)
        pass_a_night()
        plan = real_plan.PLAN if size else SHIPPED
        figures[name] = measured(plan)
        boards[name] = board(plan)
        empty.put_back()
    missed = told(figures)
    for name, each in boards.items():
        servers.write(f"\nThe progress at {name}: {spread(each)} ms.")
    if statistics.median(boards["600"]) > MOST_OF_BOARD:
        missed.append(f"the progress at 600: {statistics.median(boards['600']):.1f} ms")
    return missed


def board(plan):
    """Milliseconds to load the progress of a plan, uncached."""
    boards = import_module("strategic_areas.queries.plan.plan_progress")
    found = real_plan.model("Plan").objects.get(code=plan)
    return times(
        lambda: boards.load_plan_progress(found, timezone.localdate()), 2 * ROUNDS
    )


def addresses(plan):
    """Kind of page → address of the record with the most content."""
    update = real_plan.model("ActivityUpdate").objects.published()
    is_real = plan == real_plan.PLAN
    area = "eje-1" if is_real else "prevencion"
    commitment = (
        real_plan.model("Commitment").objects.filter(plan__code=plan).order_by("pk")[0]
        if is_real
        else real_plan.model("Commitment").objects.get(code="R-1.1.2")
    ).code
    agency = "inst1" if is_real else "mmujer"
    indicator = real_plan.model("Indicator").objects.order_by("pk").first().code
    base = f"/{plan}"
    return {
        "home": "/",
        "plan": f"{base}/",
        "areas": f"{base}/ejes/",
        "area": f"{base}/ejes/{area}/",
        "commitments": f"{base}/compromisos/",
        "commitments of an agency": f"{base}/compromisos/?agency={agency}",
        "commitment": f"{base}/compromisos/{commitment}/",
        "agencies": f"{base}/instituciones/",
        "agency": f"{base}/instituciones/{agency}/",
        "updates": f"{base}/avances/",
        "update": f"{base}/avances/{update.first().public_id}/",
        "frameworks": f"{base}/marcos/",
        "amendments": f"{base}/modificaciones/",
        "later activities": f"{base}/actividades-posteriores/",
        "indicators": "/indicadores/",
        "indicator": f"/indicadores/{indicator}/",
        "results": "/resultados/",
        "plans": "/planes/",
        "map": "/mapa/",
        "data": "/datos/",
        "discrepancies": "/discrepancias/",
        "help": "/ayuda/",
        "methodology": "/metodologia/",
    }


def measured(plan):
    """
    Kind of page → queries, bytes of HTML, and milliseconds of each round.

    Queries are those without a cache. Milliseconds are lists: see ``WAYS``.
    """
    client, paths = Client(headers={"host": "localhost"}), addresses(plan)
    cache = import_module("strategic_areas.queries.caching").PLAN_CACHE
    overview = import_module("strategic_areas.queries.pages.overview")
    found = {}

    def make(path):
        return spent(lambda: fetch(client, path))

    for name, path in paths.items():
        fetch(client, path)  # what a process reads once and keeps is read by now
        cache.empty()
        with CaptureQueriesContext(connection) as queries:
            answer = fetch(client, path)
        found[name] = (len(queries), len(answer.content), ([], [], []))
    for number in range(ROUNDS):
        for name in list(paths)[:: -1 if number % 2 else 1]:
            anew, ready, then = found[name][2]
            cache.empty()
            anew.append(make(paths[name]))
            cache.empty()
            overview.cache_home_plan(timezone.localdate())
            ready.append(make(paths[name]))
            then.append(make(paths[name]))
    return found


def fetch(client, path):
    answer = client.get(path)
    if answer.status_code != 200:
        sys.exit(f"{path} answers {answer.status_code}: there is nothing to measure")
    return answer


def spent(action):
    """Processor time of the action in milliseconds."""
    begun = time.process_time()
    action()
    return (time.process_time() - begun) * 1000


def told(figures):
    columns = " | ".join(["queries", "bytes", *(f"{way}, ms" for way in WAYS)])
    head = " | ".join(f"{size}: {columns}" for size in figures)
    servers.write(f"| page | {head} |\n|---|{'---|' * (len(WAYS) + 2) * len(figures)}")
    missed = []
    for name in figures["shipped"]:
        cells = [name]
        for size in figures:
            queries, weight, times = figures[size][name]
            cells += [str(queries), f"{weight:,}", *map(spread, times)]
            if weight > MOST_BYTES:
                missed.append(f"{name} at {size}: {weight:,} bytes")
            if queries > MOST_QUERIES:
                missed.append(f"{name} at {size}: {queries} queries")
        servers.write(f"| {' | '.join(cells)} |")
    for size, (middle, most) in MOST_MS.items():
        for when, way in enumerate(WAYS):
            times = {
                name: statistics.median(each[2][when])
                for name, each in figures[size].items()
            }
            median = statistics.median(times.values())
            what = f"the median of the kinds at {size}, {way}: {median:.1f} ms"
            servers.write(f"\n{what.capitalize()}.")
            if way == "anew" and median > middle:
                missed.append(what)
            slow = [f"{name} {ms:.0f} ms" for name, ms in times.items() if ms > most]
            if way == "anew" and slow:
                missed.append(f"at {size}, {way}: {', '.join(slow)}")
    return missed


def spread(times):
    return f"{statistics.median(times):.1f} ({min(times):.1f}–{max(times):.1f})"


def staff():
    """Measure the desk with 600 activities; return the missed limits."""
    people = real_plan.prepare(real_plan.REAL)
    model = real_plan.model
    period = model("ReportingPeriod").objects.get(code="ronda-4")
    agency = model("Activity").objects.order_by("pk").first().agency
    keys = [period.pk, agency.slug]
    client, found, missed = signed_in(people["focal point"]), {}, []
    pass_a_night()
    sheet = reverse("admin:sheet", args=keys)
    content = fetch(client, sheet).content
    weight, rows = len(content), len(re.findall(rb'<details [^>]*id="fila-', content))
    found["sheet of 100 rows"] = times(lambda: fetch(client, sheet))
    found["a row saved"] = saved(client, period, agency)
    # One agency has them all: its workbook is one of 600 activities.
    activities = model("Activity").objects.filter(plan__code=real_plan.PLAN)
    guards = import_module("strategic_areas.triggers")
    reviewer = signed_in(people["reviewer"])
    reports = real_plan.Reports()
    waiting = reports.hand_in(500)
    queue = reverse("admin:index")
    found["queue of 500"] = times(lambda: fetch(reviewer, queue))
    guards.drop()
    activities.update(agency=agency)
    model("ActivityUpdate").objects.update(agency=agency)
    guards.install()
    book = reverse("admin:workbook", args=keys)
    found["workbook of 600"] = times(lambda: fetch(client, book), 3)
    servers.write("| staff | ms | at most |\n|---|---|---|")
    for name, each in found.items():
        servers.write(f"| {name} | {spread(each)} | {MOST_OF_STAFF[name]} |")
        if statistics.median(each) > MOST_OF_STAFF[name]:
            missed.append(f"{name}: {statistics.median(each):.0f} ms")
    servers.write(f"\nThe sheet has {rows} rows, {weight:,} bytes; {waiting} wait.")
    if weight > MOST_OF_SHEET:
        missed.append(f"the sheet: {weight:,} bytes")
    return missed


def times(action, rounds=ROUNDS):
    action()
    return [spent(action) for _ in range(rounds)]


def saved(client, period, agency):
    """Save the unanswered rows of the sheet one after the other."""
    rounds = import_module("strategic_areas.queries.rounds")
    owed = rounds.owed_activities(period, agency=agency, kind="one_off")
    silent = list(owed.exclude(updates__period=period)[:SAVES])
    found = []
    for number, activity in enumerate(silent):
        address = reverse("admin:sheet_row", args=[period.pk, agency.slug, activity.pk])
        data = {
            "answer": "reported",
            "execution": "in_progress",
            "percent": number + 1,
            "narrative_es": "Se revisaron los procedimientos de la institución.",
            "obstacle_es": "Falta una firma.",
            "next_step_es": "Firmar.",
            "seen_version": "",
        }

        def post(address=address, data=data):
            answer = client.post(address, data, headers={"X-Row-Only": "1"})
            if answer.status_code != 200:
                sys.exit(f"A row answers {answer.status_code}")

        found.append(spent(post))
    return found[1:]


def signed_in(person):
    client = Client(headers={"host": "localhost"})
    client.force_login(person)
    fetch(client, reverse("admin:index"))
    return client


def imports():
    """Load a file of 10,000 activities twice, each in a process of its own."""
    missed = []
    servers.write("| 10,000 activities | s | peak of memory, MB |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.yaml"
        path.write_text(real_plan.plan_file(real_plan.LARGEST_FILE), encoding="utf-8")
        for name, (most, most_memory) in MOST_OF_IMPORT.items():
            command = [sys.executable, "-m", MODULE, "imported", str(path)]
            name_of_database = str(connection.settings_dict["NAME"])
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=os.environ | {"SIZES_DATABASE": name_of_database},
                capture_output=True,
                text=True,
            )
            if done.returncode:
                sys.exit(done.stderr)
            seconds, memory = json.loads(done.stdout.splitlines()[-1])
            servers.write(f"| {name} | {seconds:.2f} | {memory:.0f} |")
            if seconds > most or memory > most_memory:
                missed.append(f"{name}: {seconds:.1f} s, {memory:.0f} MB")
    return missed


def imported(path):
    """
    Load a file into the database that SIZES_DATABASE names; print time and memory.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    connection.settings_dict["NAME"] = os.environ["SIZES_DATABASE"]
    begun = time.process_time()
    call_command("load_plan", path, stdout=io.StringIO())
    # getrusage includes the memory of the process that started this one.
    status = Path("/proc/self/status").read_text()
    memory = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024
    sys.stdout.write(f"\n{json.dumps([time.process_time() - begun, memory])}\n")


def worker():
    """Memory of a worker that has served every page of the shipped plan."""
    with tempfile.TemporaryDirectory() as folder:
        variables = servers.prepared_portal(folder, ALLOW_INDEXING="true")
        with servers.serve(
            "granian", "plan_portal.wsgi:application", threads=4, **variables
        ) as (port, process):
            first = servers.fetch(port)
            listed = servers.fetch(port, "/sitemap.xml")[1].decode()
            found = re.findall(r"<loc>https?://[^/]+([^<]*)</loc>", listed)
            for path in found:
                servers.fetch(port, path)
            memory = servers.megabytes(process)
    servers.write(
        f"\nA worker of granian takes {memory:.0f} MB after {len(found)} pages."
    )
    del first
    return [f"a worker: {memory:.0f} MB"] if memory > MOST_OF_WORKER else []


if __name__ == "__main__":
    imported(sys.argv[2]) if sys.argv[1] == "imported" else run(sys.argv[1])
