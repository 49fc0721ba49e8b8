"""
The portal on a clock that is moved while it serves, or one command on such a clock.

    python -m plan_portal.server --application tools.faults.moved:application
    python -m tools.faults.moved SECONDS COMMAND …

The file that CLOCK names says by how many seconds. Python's clock is moved, and neither
that of the database server nor the monotonic one, which no change of the hour moves.
"""

import os
import sys
import threading
import time
from importlib import import_module
from pathlib import Path

import time_machine

#: When the monotonic clock, which nobody moves, stood at nought.
EPOCH = time.time() - time.monotonic()


def move(seconds):
    """From now on it is so many seconds later than it is."""
    time_machine.travel(EPOCH + time.monotonic() + seconds, tick=True).start()


def follow(file):
    """Move the clock of this process whenever the file says so."""
    told = ""
    while True:
        now = file.read_text() if file.exists() else ""
        if now and now != told:
            told = now
            move(float(now))
        time.sleep(0.1)


def application(environ, start_response):
    return PORTAL(environ, start_response)


if __name__ == "__main__":
    move(float(sys.argv[1]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plan_portal.settings")
    import_module("django.core.management").execute_from_command_line(
        ["manage.py", *sys.argv[2:]]
    )
elif "CLOCK" in os.environ:
    file = Path(os.environ["CLOCK"])
    if file.exists():
        move(float(file.read_text()))
    threading.Thread(target=follow, args=[file], daemon=True).start()
    PORTAL = import_module("plan_portal.wsgi").application
