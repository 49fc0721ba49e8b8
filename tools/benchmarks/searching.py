"""
The cost of a search as the data grows: the first, one after a publication, the others.

The shipped plan is copied into plans of other years, as in ``growth``. The searched
words occur in few texts, in many and in most. Answers are made in process, without the
page cache, which never holds them. Times are processor time on SQLite.

On a temporary database: SQLite, or the server that TEST_DATABASE_URL names.
"""

import logging
import os
import re
import statistics
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from urllib.parse import quote

import django
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tools.benchmarks import growth

ROOT = Path(__file__).resolve().parents[2]
SIZES, ROUNDS = (1, 10, 100), 9
MOST_MS, MOST_QUERIES = 50, 20
WORDS = ("R-1.1", "jueces", "frontera Haití", "víctimas", "trata de personas")


def main():
    """
    Run in a process of its own, since the settings of tests change the environment.
    """
    subprocess.run([sys.executable, "-m", __name__], cwd=ROOT, check=True)


def run():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    logging.disable(logging.INFO)
    sys.stdout.write(f"## Search as the data grows ({connection.vendor})\n\n")
    connection.creation.create_test_db(verbosity=0)
    try:
        shipped = import_module("tests.strategic_areas.plans").SHIPPED
        call_command("load_plan", str(shipped), verbosity=0)
        columns = {size: measured(size) for size in SIZES}
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], 0)
    missed = told(columns)
    if missed:
        sys.exit(f"searching: over {MOST_MS} ms or {MOST_QUERIES} queries: {missed}")


def measured(size):
    """Queries and milliseconds of each kind of search at a size."""
    grown = {1: 1, 10: 1, 100: 10}[size]
    growth.multiply(growth.copy_plan, range(grown, size))
    import_module("strategic_areas.search.index").empty_index()
    client, before = Client(headers={"host": "localhost"}), memory()
    rows = {"the first ever": timed(client, WORDS[-1], 1)}
    grew = memory() - before
    growth.model("Plan").objects.filter(code=growth.PLAN).update(note_es="Otra nota.")
    rows["the first after a publication"] = timed(client, WORDS[-1], 1)
    rows |= {word: timed(client, word, ROUNDS) for word in WORDS}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM search_index WHERE rowid > 0")
        (texts,) = cursor.fetchone()
    return texts, grew, rows


def timed(client, word, rounds):
    """Queries of the first round, and milliseconds of each round."""
    path = f"/buscar/?q={quote(word)}"
    with CaptureQueriesContext(connection) as queries:
        found = [growth.seconds(client, path)]
        asked = len(queries)  # the next request empties the log
    found += [growth.seconds(client, path) for _ in range(rounds - 1)]
    return asked, [each * 1000 for each in found]


def memory():
    """Memory of the process in MB."""
    return (
        int(re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())[1])
        / 1024
    )


def told(columns):
    """Write the table; return the searches over the limit."""
    told = [
        f"{size} × ({number} texts, {grew:.0f} MB)"
        for size, (number, grew, _) in columns.items()
    ]
    sys.stdout.write(
        f"| search | queries | {' | '.join(told)} |\n|---|---|{'---|' * len(told)}\n"
    )
    missed = []
    for word in next(iter(columns.values()))[2]:
        queries = {rows[word][0] for *_, rows in columns.values()}
        times = [rows[word][1] for *_, rows in columns.values()]
        # The work before the first answer grows with the texts.
        is_asked_often = word in WORDS
        if is_asked_often and (max(queries) > MOST_QUERIES or len(queries) > 1):
            missed.append(word)
        if is_asked_often and statistics.median(times[-1]) > MOST_MS:
            missed.append(word)
        cells = [word, "/".join(map(str, sorted(queries)))]
        cells += [growth.spread(each) for each in times]
        sys.stdout.write(f"| {' | '.join(cells)} |\n")
    return ", ".join(missed)


if __name__ == "__main__":
    run()
