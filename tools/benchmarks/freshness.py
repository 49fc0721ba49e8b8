"""
Age of the pages that readers get during publications.

Three processes serve one page from PostgreSQL while four writers change its content a
thousand times. Measures how soon a change is visible, the oldest page served, and
whether a page is followed by an older one. The plan is the shipped one, or with
PLAN=real the invented one of 600 activities.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, closing
from http.client import HTTPConnection

import psycopg2

from tools.benchmarks import real_plan, servers
from tools.run_tests import find_server_binaries, throw_away_cluster

PROCESSES, WRITERS, PUBLICATIONS = 3, 4, 1000
#: How many publications are made one after the other.
ALONE = int(os.environ.get("ALONE", "100"))
#: How many are made, one a second, while readers are timed.
BESIDE = 20
PLAN = os.environ.get("PLAN", "2017-2020")
#: The page, the table whose names it shows, and its rows that are published anew. The
#: areas of an approved plan change by an amendment alone, the names of agencies do not.
PAGE, TABLE, ROWS = (
    ("/real/instituciones/", "agencies_agency", "slug IN ('inst1', 'inst2', 'inst3')")
    if PLAN == real_plan.PLAN
    else (
        "/2017-2020/ejes/",
        "strategic_areas_strategicarea",
        "plan_id = (SELECT id FROM strategic_areas_plan WHERE code = '2017-2020')",
    )
)
#: Stores the invented plan in the portal of the environment, and writes the ids of the
#: activities of which the open round still asks for a report.
STORE = """
from tools.benchmarks import real_plan
real_plan.prepare(real_plan.REAL)
from strategic_areas.models import ReportingPeriod
from strategic_areas.queries import rounds
asked = ReportingPeriod.objects.get(code="ronda-4")
owed = rounds.owed_activities(asked).exclude(updates__period=asked)
print(*owed.values_list("pk", flat=True))
"""
#: The number of submitted reports of the open round on the page of each agency.
HANDED_IN = re.compile(rb">(\d+) de \d+<")
#: Seconds after a publication during which the page before it may still be served.
PROMISED = 2.0
MARK = re.compile(rb"marca (\d+)-(\d+)")


def main():
    binaries = find_server_binaries()
    if binaries is None:
        sys.exit("freshness: install Debian's package postgresql")
    with ExitStack() as stack:
        url = stack.enter_context(throw_away_cluster(binaries))
        # Every new server has this database.
        url = url.replace("/portal?", "/postgres?")
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        environment = servers.prepared_portal(folder, DATABASE_URL=url)
        owed = store_real_plan(environment) if PLAN == real_plan.PLAN else ()
        ports = [
            stack.enter_context(
                servers.serve("granian", "plan_portal.wsgi:application", **environment)
            )[0]
            for _number in range(PROCESSES)
        ]
        areas = mark_areas(url)
        delays = {"Names": alone(url, ports, renamed(areas[0]))}
        if owed:
            delays["Reports"] = alone(url, ports, reported(url, owed))
        told = race(url, ports, areas)
        waits = read_meanwhile(url, ports, areas[0])
    servers.write(f"## Freshness of {PAGE}\n")
    for name, times in delays.items():
        servers.write(
            f"{name}: {len(times) // PROCESSES} publications one after the other, "
            f"until the page of each of {PROCESSES} processes holds them: "
            f"median {statistics.median(times):.0f} ms, "
            f"p99 {statistics.quantiles(times, n=100)[98]:.0f} ms, "
            f"longest {max(times):.0f} ms.\n"
        )
    servers.write(
        f"{PUBLICATIONS} publications by {WRITERS} writers at once in "
        f"{told['seconds']:.0f} s, {told['answers']} answers of {PROCESSES} processes: "
        f"{told['back']} went back, {told['old']} were older than {PROMISED:.0f} s, "
        f"the oldest by {told['oldest'] * 1000:.0f} ms; at the end all processes "
        f"showed the last state: {'yes' if told['settled'] else 'NO'}.\n"
    )
    servers.write(
        f"{len(waits)} answers while {BESIDE} publications were made in {BESIDE} s: "
        f"median {statistics.median(waits):.1f} ms, "
        f"p99 {statistics.quantiles(waits, n=100)[98]:.0f} ms, "
        f"longest {max(waits):.0f} ms.\n"
    )
    if told["back"] or told["old"] or not told["settled"]:
        sys.exit("freshness: the promise was not kept")


def store_real_plan(environment):
    """Ids of activities without a report in the open round."""
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", STORE]
    environment = os.environ | environment
    stored = subprocess.run(
        command, cwd=servers.ROOT, env=environment, check=True, stdout=subprocess.PIPE
    )
    return [int(each) for each in stored.stdout.split()[-ALONE:]]


def publish(cursor, area):
    """Increase the area's counter and return it; a trigger increases the version."""
    cursor.execute(
        f"UPDATE {TABLE} SET name_es = 'marca ' || id || '-' || "  # noqa: S608
        "(substring(name_es from '[0-9]+$')::int + 1) WHERE id = %s "
        "RETURNING substring(name_es from '[0-9]+$')::int",
        [area],
    )
    return cursor.fetchone()[0]


def mark_areas(url):
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        short = "" if PLAN == real_plan.PLAN else ", short_es = ''"
        cursor.execute(
            f"UPDATE {TABLE} SET name_es = 'marca ' || id || '-0'{short} "  # noqa: S608
            f"WHERE {ROWS} RETURNING id"
        )
        areas = [area for (area,) in cursor.fetchall()]
        connection.commit()
    return areas


def ask(connection):
    connection.request("GET", PAGE, headers={"Host": "localhost"})
    return connection.getresponse().read()


def marks(body):
    """The counter that the page shows for each area."""
    return {int(area): int(number) for area, number in MARK.findall(body)}


def handed_in(body):
    return sum(map(int, HANDED_IN.findall(body)))


def renamed(area):
    """Publications of a name; each returns a check whether a page shows it."""

    def publish_name(cursor, before):
        number = publish(cursor, area)
        return lambda body: marks(body)[area] >= number

    return [publish_name] * ALONE


def reported(url, activities):
    """Publications of reports, each on one activity, as in ``renamed``."""
    own = {"activity_id": "work.id", "agency_id": "work.agency_id"}
    own["public_id"] = "'medida-' || work.id"
    with closing(psycopg2.connect(url)) as database, database.cursor() as cursor:
        cursor.execute("SELECT * FROM strategic_areas_activityupdate LIMIT 0")
        names = [column.name for column in cursor.description if column.name != "id"]
    values = ", ".join(own.get(name, f"told.{name}") for name in names)
    statement = (
        f"INSERT INTO strategic_areas_activityupdate ({', '.join(names)}) "  # noqa: S608
        f"SELECT {values} FROM strategic_areas_activity work "
        "CROSS JOIN strategic_areas_activityupdate told "
        "WHERE work.id = %s AND told.id = (SELECT told.id "
        "FROM strategic_areas_activityupdate told "
        "JOIN strategic_areas_reportingperiod asked ON asked.id = told.period_id "
        "WHERE asked.code = 'ronda-4' AND told.status = 'published' "
        "AND told.quantity IS NULL AND told.revision = 1 ORDER BY told.id LIMIT 1)"
    )

    def publisher(activity):
        def publish_report(cursor, before):
            cursor.execute(statement, [activity])
            return lambda body: handed_in(body) > handed_in(before)

        return publish_report

    return [publisher(activity) for activity in activities]


def alone(url, ports, publications):
    """Milliseconds from each commit until each process shows it."""
    delays = []
    connections = [HTTPConnection("127.0.0.1", port, timeout=30) for port in ports]
    with closing(psycopg2.connect(url)) as database, database.cursor() as cursor:
        for publish_one in publications:
            is_shown = publish_one(cursor, ask(connections[0]))
            database.commit()
            committed = time.monotonic()
            for connection in connections:
                while not is_shown(ask(connection)):
                    pass
                delays.append((time.monotonic() - committed) * 1000)
    return delays


def race(url, ports, areas):
    """Counts of wrong answers while four writers publish a thousand times."""
    commits = {area: [] for area in areas}  # (when it was committed, its number)
    seen = {port: [] for port in ports}
    done = threading.Event()

    def keep_publishing(first):
        with closing(psycopg2.connect(url)) as database, database.cursor() as cursor:
            area = areas[first % len(areas)]
            for _number in range(PUBLICATIONS // WRITERS):
                number = publish(cursor, area)
                database.commit()
                commits[area].append((time.monotonic(), number))

    def keep_asking(port):
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        while not done.is_set():
            asked = time.monotonic()
            seen[port].append((asked, marks(ask(connection))))

    readers = [threading.Thread(target=keep_asking, args=[port]) for port in ports]
    writers = [
        threading.Thread(target=keep_publishing, args=[n]) for n in range(WRITERS)
    ]
    begun = time.monotonic()
    for thread in [*readers, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    seconds = time.monotonic() - begun
    time.sleep(PROMISED)
    done.set()
    for thread in readers:
        thread.join()
    return {"seconds": seconds, **judged(commits, seen)}


def read_meanwhile(url, ports, area):
    """
    Milliseconds of page requests, ten a second for each process, during one edit a
    second.
    """
    waits, done = [], threading.Event()

    def keep_reading(port):
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        while not done.wait(0.1):
            asked = time.monotonic()
            ask(connection)
            waits.append((time.monotonic() - asked) * 1000)

    readers = [threading.Thread(target=keep_reading, args=[port]) for port in ports]
    for thread in readers:
        thread.start()
    with closing(psycopg2.connect(url)) as database, database.cursor() as cursor:
        for _number in range(BESIDE):
            publish(cursor, area)
            database.commit()
            time.sleep(1)
    done.set()
    for thread in readers:
        thread.join()
    return waits


def judged(commits, seen):
    answers = back = old = 0
    oldest = 0.0
    for replies in seen.values():
        before = {}
        for asked, numbers in replies:
            answers += 1
            back += any(numbers[area] < before.get(area, 0) for area in numbers)
            before = numbers
            age = max(age_of(commits[area], asked, numbers[area]) for area in numbers)
            oldest = max(oldest, age)
            old += age > PROMISED
    last = {area: max(number for _at, number in rows) for area, rows in commits.items()}
    settled = all(
        all(replies[-1][1][area] >= number for area, number in last.items())
        for replies in seen.values()
    )
    return {
        "answers": answers,
        "back": back,
        "old": old,
        "oldest": oldest,
        "settled": settled,
    }


def age_of(rows, asked, number):
    """Seconds for which a newer state of the area was already public at the request."""
    missed = [at for at, published in rows if published > number and at <= asked]
    return asked - min(missed) if missed else 0.0
