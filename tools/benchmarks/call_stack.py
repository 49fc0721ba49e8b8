"""
Pages with room on Python's call stack, relative to the same pages without it.

See plan_portal/page_cache/call_stack.py. Pages are made in process, in a thread as the
server has it, without the page cache, with and without room by turns. On a temporary
database: SQLite, or the server that TEST_DATABASE_URL names.
"""

import logging
import os
import resource
import statistics
import subprocess
import sys
import threading
from importlib import import_module
from pathlib import Path

import django
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import RequestFactory

from tools.benchmarks.growth import every_page

ROOT = Path(__file__).resolve().parents[2]
ROUNDS, REQUESTS = 9, 4
OTHER_PAGES = (
    "/resultados/",
    "/2017-2020/recomendaciones/",
    "/indicadores/",
    "/datos/",
)


def main():
    """Run in a process of its own: the settings of tests change the environment."""
    subprocess.run([sys.executable, "-m", __name__], cwd=ROOT, check=True)


def run():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    logging.disable(logging.INFO)
    connection.creation.create_test_db(verbosity=0)
    try:
        shipped = import_module("tests.strategic_areas.plans").SHIPPED
        call_command("load_plan", str(shipped))
        connection.close()
        thread = threading.Thread(target=measure)
        thread.start()
        thread.join()
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], 0)


def measure():
    call_stack = import_module("plan_portal.page_cache.call_stack")
    plain = get_wsgi_application()
    roomy = call_stack.with_stack_room(plain)
    sys.stdout.write(
        f"## Room on the call stack (Python {sys.version.split()[0]}, "
        f"{connection.vendor})\n\n| page | with room ÷ without | page faults without "
        "| with |\n|---|---|---|---|\n"
    )
    for path in (*every_page(), *OTHER_PAGES):
        for application in (plain, roomy):
            cost(application, path)
        pairs = [(cost(plain, path), cost(roomy, path)) for _round in range(ROUNDS)]
        ratio = statistics.median(with_[0] / without[0] for without, with_ in pairs)
        faults = [
            round(statistics.median(pair[side][1] for pair in pairs)) for side in (0, 1)
        ]
        sys.stdout.write(f"| {path} | {ratio:.2f} | {faults[0]} | {faults[1]} |\n")
    connection.close()


def cost(application, path):
    """Seconds of processor time and page faults of one request to this page."""
    before = resource.getrusage(resource.RUSAGE_THREAD)
    for _request in range(REQUESTS):
        answered = []
        response = application(
            RequestFactory().get(path, headers={"host": "localhost"}).environ,
            lambda status, headers, answered=answered: answered.append(status),
        )
        b"".join(response)
        response.close()
        if not answered[0].startswith("200"):
            raise RuntimeError(f"{path} answered {answered[0]}")
    after = resource.getrusage(resource.RUSAGE_THREAD)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds / REQUESTS, (after.ru_minflt - before.ru_minflt) / REQUESTS


if __name__ == "__main__":
    run()
