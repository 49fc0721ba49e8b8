"""
Time to record 20,000 audit events and to verify them; verifying may take two seconds.

On a temporary database: SQLite, or the server that TEST_DATABASE_URL names.
"""

import os
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import django
from django.db import connection, transaction

ROOT = Path(__file__).resolve().parents[2]
ENTRIES, TOGETHER = 20_000, 100


def main():
    """
    Run in a process of its own, since the settings of tests change the environment.
    """
    subprocess.run([sys.executable, "-m", __name__], cwd=ROOT, check=True)


def run():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    connection.creation.create_test_db(verbosity=0)
    try:
        measure()
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], 0)


def measure():
    audit = import_module("agencies.audit")
    begun = time.perf_counter()
    for first in range(0, ENTRIES, TOGETHER):
        with transaction.atomic():
            for number in range(first, first + TOGETHER):
                audit.record_event(audit.Event.EXPORTED, rows=number, kind="workbook")
    recorded = time.perf_counter()
    verdict = audit.verify_chain()
    verified = time.perf_counter()
    if verdict.fault or verdict.count != ENTRIES:
        sys.exit(f"the record is not whole: {verdict}")
    sys.stdout.write(
        f"{connection.vendor}: {ENTRIES} entries recorded in {recorded - begun:.1f} s, "
        f"verified in {verified - recorded:.2f} s\n"
    )


if __name__ == "__main__":
    run()
