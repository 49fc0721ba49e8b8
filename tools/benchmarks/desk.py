"""
Desk and admin as the data grows: saving a row, the screens, every table.

Each figure is one request of a signed-in person, made in process with all middleware.
Times are processor time on SQLite, elapsed time on PostgreSQL. The yardstick is a staff
page without records, the admin's JavaScript catalogue, requested in turn with the
others.

On a temporary database: SQLite, or the server that TEST_DATABASE_URL names.
"""

import logging
import os
import statistics
import subprocess
import sys
from datetime import date
from importlib import import_module
from itertools import count
from pathlib import Path

import django
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from tools.benchmarks.growth import clock, spread
from tools.benchmarks.night import pass_a_night

ROOT = Path(__file__).resolve().parents[2]
#: Activities that one agency owes in one round, and rows of each table.
ACTIVITIES, ROWS = (10, 100, 1_000), (1, 10, 100)
PROVINCES = 32
SAVES, ROUNDS, FEW_ROUNDS = 40, 9, 3
#: Limits: of a saved row, of a table.
MOST_MS, MOST_QUERIES = 100, 10
EMPTY = "admin:jsi18n"


def main():
    """
    Run in a process of its own, since the settings of tests change the environment.
    """
    subprocess.run([sys.executable, "-m", __name__], cwd=ROOT, check=True)


def run():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    logging.disable(logging.INFO)
    translation.activate("en")
    sys.stdout.write(f"## Desk and admin ({connection.vendor})\n")
    connection.creation.create_test_db(verbosity=0)
    try:
        missed = [*reporting(), *tables()]
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], 0)
    if missed:
        sys.exit(f"desk: too slow, or too many queries: {', '.join(missed)}")


def reporting():
    """Measure an agency's screens as it owes more reports; return the missed limits."""
    asked, figures = Asked(), {}
    for size in ACTIVITIES:
        asked.grow(size)
        saved = asked.saved()
        pages = measured(
            asked.user, asked.pages(), ROUNDS if size < 1_000 else FEW_ROUNDS
        )
        figures[size] = {"save a row": saved, **pages}
    told("screen of an agency", "activities", figures)
    median = statistics.median(figures[ACTIVITIES[-1]]["save a row"].times)
    sys.stdout.write(
        f"\nA row is saved in {median:.0f} ms at {ACTIVITIES[-1]:,} activities.\n"
    )
    return ["save a row"] if median > MOST_MS else []


class Asked:
    """
    A focal point, and the reports that her agency owes in a round and made before.
    """

    def __init__(self):
        make = import_module("tests.make")
        self.make = make
        self.agency = make.agency()
        self.commitment = make.commitment(lead=self.agency)
        plan = self.commitment.plan
        self.before = make.period(
            plan=plan, starts_on=date(2024, 1, 1), ends_on=date(2024, 12, 31)
        )
        self.period = make.round(plan=plan)
        make_provinces()
        self.user = make.focal_point(agency=self.agency)
        self.activities, self.numbers = [], count()

    def grow(self, size):
        for _ in range(len(self.activities), size):
            activity = self.make.activity(commitment=self.commitment)
            self.make.record_update(activity=activity, period=self.before)
            self.activities.append(activity)
        pass_a_night()

    def pages(self):
        keys = [self.period.pk, self.agency.slug]
        return {
            "the desk": reverse("admin:index"),
            "the sheet": reverse("admin:sheet", args=keys),
            "check your answers": reverse("admin:sheet_check", args=keys),
            "the workbook": reverse("admin:workbook", args=keys),
        }

    def saved(self):
        """Save the rows of the sheet one after the other."""
        client = signed_in(self.user)
        step = len(self.activities) // 10
        rows = self.activities[::step]
        found = Figure()
        first = self._posted(rows[0])
        found.queries = queries(lambda: self._post(client, rows[0], first))
        for number in range(SAVES):
            bare = spent(lambda: client.get(reverse(EMPTY)))
            row = rows[number % len(rows)]
            data = self._posted(row)
            found.add(spent(lambda row=row, data=data: self._post(client, row, data)))
            found.shares.append(found.times[-1] / (bare * 1000))
        return found

    def _posted(self, activity):
        stands = activity.updates.filter(period=self.period).first()
        return {
            "answer": "reported",
            "execution": "in_progress",
            "percent": 1 + next(self.numbers) % 98,
            "narrative_es": "Se revisaron los procedimientos de la institución.",
            "seen_version": stands.version if stands else "",
        }

    def _post(self, client, activity, data):
        keys = [self.period.pk, self.agency.slug, activity.pk]
        address = reverse("admin:sheet_row", args=keys)
        answer = client.post(address, data, headers={"X-Row-Only": "1"})
        if answer.status_code != 200:
            sys.exit(f"A row answers {answer.status_code}: there is nothing to measure")


def make_provinces():
    """Create all provinces, since each row of a sheet offers them."""
    models = import_module("strategic_areas.models")
    region = models.Region.objects.create(code="DO-X", name="Región")
    for number in range(PROVINCES):
        models.Province.objects.create(
            code=f"DO-{number}", name=f"Provincia {number}", region=region
        )


def tables():
    """
    Measure every admin table and the secretariat's screens; return the missed limits.
    """
    make = import_module("tests.make")
    make_row = import_module("tests.staff_rows").make_row
    people = [make.reviewer(), make.administrator()]
    models = sorted(admin.site._registry, key=lambda model: model._meta.label)
    pages = {person: screens(person, models) for person in people}
    figures = {}
    for before, size in zip((0, *ROWS), ROWS, strict=False):
        for model in models:
            for _ in range(before, size):
                make_row(model)
        pass_a_night()
        figures[size] = {}
        for person in people:
            figures[size] |= measured(person, pages[person])
    told("screen of the secretariat", "rows of each table", figures)
    return [
        name
        for name in figures[ROWS[0]]
        if max(rows[name].queries for rows in figures.values()) > MOST_QUERIES
        and name.startswith("table of ")
    ]


def screens(person, models):
    """Name → address of the tables and review screens that the person may open."""
    found = {}
    if person.has_perm("strategic_areas.publish_activityupdate"):
        found["the reviewer's desk"] = reverse("admin:index")
        found["agencies × rounds"] = reverse("admin:rounds")
        found["letters"] = reverse("admin:letters")
    else:
        found["the administrator's desk"] = reverse("admin:index")
        found["the access review"] = reverse("admin:access_review")
    for model in models:
        word = f"{model._meta.app_label}_{model._meta.model_name}"
        if person.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}"):
            address = reverse(f"admin:{word}_changelist")
            found[f"table of {model._meta.verbose_name_plural}"] = address
    return found


def measured(person, pages, rounds=ROUNDS):
    """Name of a page → its ``Figure``. The yardstick is measured before each round."""
    client = signed_in(person)
    found = {name: Figure() for name in pages}
    for name, address in pages.items():
        found[name].queries = queries(lambda address=address: read(client, address))
    for _ in range(rounds):
        bare = statistics.median(
            spent(lambda: read(client, reverse(EMPTY))) for _time in range(3)
        )
        for name, address in pages.items():
            found[name].add(spent(lambda address=address: read(client, address)))
            found[name].shares.append(found[name].times[-1] / (bare * 1000))
    return found


class Figure:
    """Queries and milliseconds of one screen, and their ratio to the empty page."""

    def __init__(self):
        self.queries, self.times, self.shares = 0, [], []

    def add(self, seconds):
        self.times.append(seconds * 1000)


def signed_in(person):
    client = Client(headers={"host": "localhost"})
    client.force_login(person)
    read(client, reverse("admin:index"))  # what is read once and kept is read by now
    return client


def read(client, address):
    answer = client.get(address)
    if answer.status_code != 200:
        sys.exit(f"{address} answers {answer.status_code}: there is nothing to measure")


def queries(action):
    with CaptureQueriesContext(connection) as captured:
        action()
    return len(captured)


def spent(action):
    begun = clock()
    action()
    return clock() - begun


def told(name, what, figures):
    """Write the table: milliseconds and ratio to the empty page for each size."""
    sizes = [f"{size:,} {what}, ms | × empty" for size in figures]
    sys.stdout.write(
        f"\n| {name} | queries | {' | '.join(sizes)} |\n"
        f"|---|---|{'---|---|' * len(sizes)}\n"
    )
    for page in next(iter(figures.values())):
        rows = [figures[size][page] for size in figures]
        cells = [page, "/".join(map(str, sorted({row.queries for row in rows})))]
        for row in rows:
            cells += [spread(row.times), f"{statistics.median(row.shares):.1f}"]
        sys.stdout.write(f"| {' | '.join(cells)} |\n")


if __name__ == "__main__":
    run()
