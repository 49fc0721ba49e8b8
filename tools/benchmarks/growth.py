"""
Pages made anew as the data grows: queries, and time relative to the first size.

The shipped plan is copied, row by row, into plans of other years; then its own updates
into earlier periods. None of the measured pages shows the copies, so none may become
slower. Pages are made in process, without the page cache. Sizes are measured one after
the other, so each time is divided by that of a page without a plan, the yardstick.

On a temporary database: SQLite, or the server that TEST_DATABASE_URL names.
"""

import logging
import os
import statistics
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import django
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tools.benchmarks.night import pass_a_night

ROOT = Path(__file__).resolve().parents[2]
ROUNDS, MOST = 9, 1.5
PLAN, STEP = "2017-2020", 1_000_000
YARDSTICK = "/salud/viva"
#: Models copied with a plan, each after those that it refers to.
OF_A_PLAN = (
    "Source",
    "StrategicArea",
    "Programme",
    "Participation",
    "Commitment",
    "Activity",
    "Amendment",
    "PlanChange",
    "ReportingPeriod",
    "LaterActivity",
    "ActivityUpdate",
    "CommitmentUpdate",
    "Evidence",
)
#: Models copied with an earlier period.
OF_A_PERIOD = ("ActivityUpdate", "CommitmentUpdate", "Evidence")
#: Texts that must differ in each copy.
ONLY_ONCE = {"token", "public_id"}


def main():
    """
    Run in a process of its own, since the settings of tests change the environment.
    """
    subprocess.run([sys.executable, "-m", __name__], cwd=ROOT, check=True)


def run():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    logging.disable(logging.INFO)
    sys.stdout.write(f"## Cold pages as the data grows ({connection.vendor})\n")
    missed = [
        *grown("other plans", copy_plan, every_page(), sizes=(1, 10, 100)),
        # Of the shipped plan's four periods: as many as ten years of quarters.
        *grown("earlier periods", copy_period, pages_of_one_size(), sizes=(1, 10)),
    ]
    if missed:
        sys.exit(f"growth: over {MOST} times, or more queries: {', '.join(missed)}")


def every_page():
    area, commitment, agency = "ejes/prevencion", "compromisos/R-1.1.2", "mmujer"
    words = (
        "",
        "ejes",
        area,
        "compromisos",
        commitment,
        "instituciones",
        f"instituciones/{agency}",
        "avances",
        "marcos",
        "modificaciones",
        "actividades-posteriores",
    )
    paths = [f"/{PLAN}/{word}/" if word else f"/{PLAN}/" for word in words]
    return [
        "/",
        *paths,
        "/terminos/",
        "/base-legal/",
        "/discrepancias/",
        "/metodologia/",
    ]


def pages_of_one_size():
    """Pages that show only the newest updates, however many there are."""
    longer = ("compromisos/",)  # one commitment's time line shows its whole record
    return [
        path for path in every_page() if path.split(f"/{PLAN}/")[-1][:12] not in longer
    ]


def grown(name, copy, paths, *, sizes):
    """
    Measure these pages while ``copy`` multiplies the data; return those over the limit.
    """
    connection.creation.create_test_db(verbosity=0)
    # A cache of the earlier database would have a later publication version.
    import_module("strategic_areas.queries.caching").PLAN_CACHE.empty()
    try:
        call_command(
            "load_plan", str(import_module("tests.strategic_areas.plans").SHIPPED)
        )
        figures, rows = {}, []
        for before, size in zip((1, *sizes), sizes, strict=False):
            multiply(copy, range(before, size))
            rows.append(str(model("ActivityUpdate").objects.count()))
            figures[size] = measured(paths)
        sys.stdout.write(f"\nAccounts of activities: {', '.join(rows)}.\n")
        return told(name, paths, figures)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], 0)


def multiply(copy, numbers):
    triggers = import_module("strategic_areas.triggers")
    triggers.drop()  # what was published is copied as it stands, which they refuse
    for number in numbers:
        copy(number)
    triggers.install()
    pass_a_night()


def copy_plan(number):
    """Copy the plan and all its records to ten years earlier than the last copy."""
    plan = model("Plan").objects.get(code=PLAN)
    shift_years(plan, number, "starts_on", "ends_on", "launched_on")
    plan.pk, plan.code = plan.pk + number * STEP, f"{PLAN}-{number}"
    plan.save_base(raw=True, force_insert=True)
    kinds = [model(name) for name in OF_A_PLAN]
    copy_rows(kinds, {model("Plan"), *kinds}, number)


def copy_period(number):
    """Copy every update of every period to an earlier one."""
    period = model("ReportingPeriod")
    for row in list(period.objects.filter(plan__code=PLAN, pk__lt=STEP)):
        shift_years(
            row, number, "starts_on", "ends_on", "opens_on", "due_on", "closes_on"
        )
        row.pk, row.code = row.pk + number * STEP, f"{row.code}-{number}"
        row.save_base(raw=True, force_insert=True)
    kinds = [model(name) for name in OF_A_PERIOD]
    copy_rows(kinds, {period, *kinds}, number)


def copy_rows(kinds, moved, number):
    """Copy the first rows of these models; references to ``moved`` rows follow."""
    for kind in [*kinds, *joins(kinds)]:
        fields = kind._meta.concrete_fields
        columns = ", ".join(f'"{field.column}"' for field in fields)
        values = ", ".join(value(field, moved, number) for field in fields)
        with connection.cursor() as cursor:
            cursor.execute(
                f'INSERT INTO "{kind._meta.db_table}" ({columns}) '  # noqa: S608
                f'SELECT {values} FROM "{kind._meta.db_table}" WHERE id < {STEP}'
            )


def joins(kinds):
    """The many-to-many tables of these models."""
    return [
        field.remote_field.through
        for kind in kinds
        for field in kind._meta.many_to_many
    ]


def value(field, moved, number):
    """The SQL of a column's value in the copy."""
    column = f'"{field.column}"'
    if field.primary_key or field.related_model in moved:
        return f"{column} + {number * STEP}"
    if field.name not in ONLY_ONCE:
        return column
    kept = f"substr({column}, 1, {field.max_length - len(f'-{number}')})"
    return f"CASE WHEN {column} = '' THEN '' ELSE {kept} || '-{number}' END"


def shift_years(record, number, *names):
    """Move these dates ten years back for each copy."""
    for name in names:
        if day := getattr(record, name):
            setattr(record, name, day.replace(year=day.year - 10 * number, day=1))


def model(name):
    return apps.get_model("strategic_areas", name)


def measured(paths):
    """Page → number of queries, and median of its ratio to the yardstick."""
    client = Client(headers={"host": "localhost"})
    queries = {path: count(client, path) for path in paths}
    seconds(client, YARDSTICK)
    shares = {path: [] for path in paths}
    for number in range(ROUNDS):
        bare = statistics.median(seconds(client, YARDSTICK) for _time in range(3))
        for path in paths[:: -1 if number % 2 else 1]:
            shares[path].append(seconds(client, path) / bare)
    return {path: (queries[path], shares[path]) for path in paths}


def count(client, path):
    seconds(client, path)  # the first page asks SQLite, once, whether it knows JSON
    with CaptureQueriesContext(connection) as queries:
        seconds(client, path)
    return len(queries)


def seconds(client, path):
    begun = clock()
    response = client.get(path)
    if response.status_code != 200:
        sys.exit(f"{path} answers {response.status_code}: there is nothing to measure")
    return clock() - begun


def clock():
    """Processor seconds on SQLite, elapsed seconds on PostgreSQL."""
    return time.process_time() if connection.vendor == "sqlite" else time.perf_counter()


def told(name, paths, figures):
    """Write the table; return the pages that became slower."""
    head = " | ".join(f"{size} × {name}" for size in figures)
    sys.stdout.write(
        f"\n| page | queries | {head} | grew |\n|---|---|{'---|' * len(figures)}---|\n"
    )
    missed = []
    for path in paths:
        queries = [figures[size][path][0] for size in figures]
        middles = [statistics.median(figures[size][path][1]) for size in figures]
        grew = middles[-1] / middles[0]
        if grew > MOST or len(set(queries)) > 1:
            missed.append(f"{path} ({name})")
        cells = [path, "/".join(map(str, sorted({*queries})))]
        cells += [spread(figures[size][path][1]) for size in figures]
        sys.stdout.write(f"| {' | '.join(cells)} | {grew:.2f} |\n")
    return missed


def spread(values):
    return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


if __name__ == "__main__":
    run()
