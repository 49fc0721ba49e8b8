"""
All public content as bytes, to compare two versions of the code.

python tools/public_bytes.py store WORLDS    makes both databases, on one day python
tools/public_bytes.py read WORLDS TO  reads them with this code, into files diff -rq
BEFORE AFTER                        then names the differences

One database is that of `make run`, the other that of `make states`. Pages of both
languages are found by following links from the home pages and the site map; of links
with a query, only the first few of each kind. Workbooks are stored unpacked.
"""

import argparse
import gzip
import hashlib
import io
import logging
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from zipfile import ZipFile

import django
import time_machine
from django.core.management import call_command
from django.db import connection

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

DAY = datetime(2026, 11, 30, 15, tzinfo=UTC)
WORLDS = ("run", "states")
#: Number of links followed that have the same path and names of query parameters.
MOST_ALIKE = 3
#: Differences between two versions that are not differences of a page.
LABELS = re.compile(rb'(/static/[^"?]+)(\?[^"]*|\.[0-9a-f]{12}(?=\.))')
#: The time at which openpyxl wrote a workbook.
MADE_AT = re.compile(rb"<dcterms:(created|modified).*?</dcterms:\1>")
#: The first bytes of compressed content.
PACKED = b"\x1f\x8b"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("action", choices=["store", "read"])
    parser.add_argument("worlds", type=Path)
    parser.add_argument("to", type=Path, nargs="?")
    parser.add_argument("--world", choices=WORLDS)
    chosen = parser.parse_args()
    if chosen.world is None:  # each world takes a process of its own
        running = []
        for world in WORLDS:
            running.append(
                subprocess.Popen([sys.executable, *sys.argv, "--world", world])
            )
        sys.exit(max(each.wait() for each in running))
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    settings = import_module("tests.settings")
    database = Path(settings.VAR_DIR) / "portal.sqlite3"
    settings.DATABASES["default"]["NAME"] = database
    kept = chosen.worlds / f"{chosen.world}.sqlite3"
    if chosen.action == "read":
        shutil.copy(kept, database)
    django.setup()
    logging.disable()
    call_command("compile_catalogues", stdout=io.StringIO())
    with time_machine.travel(DAY, tick=False):
        if chosen.action == "store":
            store(chosen.world)
            connection.close()
            chosen.worlds.mkdir(parents=True, exist_ok=True)
            shutil.copy(database, kept)
        else:
            call_command("migrate", verbosity=0)
            connection.close()
            read(chosen.to / chosen.world)


def store(world):
    import_module("tools.serve_states").make_tables()
    shipped = import_module("tests.strategic_areas.plans").SHIPPED
    call_command("load_plan", str(shipped), stdout=io.StringIO())
    if world == "states":
        import_module("tests.states_plan").build()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def unpacked(body):
    """The body; for a workbook its parts one after the other, without the time."""
    if body.startswith(PACKED):
        body = gzip.decompress(body)
    if not body.startswith(b"PK"):
        return body
    with ZipFile(io.BytesIO(body)) as archive:
        parts = [name.encode() + archive.read(name) for name in archive.namelist()]
    return MADE_AT.sub(b"", b"\n".join(sorted(parts)))


def read(folder):
    document = import_module("tests.crawling").Document
    sitemap = import_module("plan_portal.sitemap")
    urls = import_module("plan_portal.urls")
    client = import_module("django.test").Client(SERVER_NAME="localhost")
    queue = ["/", "/en/"]
    for _name, *both, _changed_at in sitemap.public_page_paths(urls.PUBLIC_PAGES):
        queue += both
    reached, alike = set(queue), Counter()
    folder.mkdir(parents=True, exist_ok=True)
    index = {}
    while queue:
        path = queue.pop(0)
        response = client.get(path)
        body = LABELS.sub(rb"\1", unpacked(b"".join(response)))
        name = hashlib.sha256(path.encode()).hexdigest()[:16]
        index[path] = (response.status_code, name)
        (folder / name).write_bytes(path.encode() + b"\n" + body)
        kind = response.headers.get("Content-Type", "")
        links = []
        if kind.startswith(("text/html", "application/atom+xml")):
            links = sorted(document(body.decode(), path).links)
        for link in links:
            target = link.partition("#")[0]
            place = urlsplit(target)
            if place.path.startswith(("/gestion/", "/cuenta/", "/static/")):
                continue
            if place.query:
                asked = sorted(name for name, _value in parse_qsl(place.query))
                alike[place.path, *asked] += 1
                if "?" in path or alike[place.path, *asked] > MOST_ALIKE:
                    continue
            if target not in reached:
                reached.add(target)
                queue.append(target)
    lines = (
        f"{status} {path} {name}\n" for path, (status, name) in sorted(index.items())
    )
    (folder / "index").write_text("".join(lines))
    sys.stdout.write(f"{folder}: {len(index)} addresses\n")


if __name__ == "__main__":
    main()
