"""
The portal on a clock that is moved while it serves, or one command on such a clock.

    python -m plan_portal.server --application tools.faults.moved:application
    python -m tools.faults.moved SECONDS COMMAND …

The file that CLOCK names holds the seconds. Only Python's clock is moved, neither the
database server's nor the monotonic one.
"""

import os
import sys
import threading
import time
from importlib import import_module
from pathlib import Path

import time_machine

#: The time at which the monotonic clock, which is not moved, was 0.
EPOCH = time.time() - time.monotonic()


def move(seconds):
    """Move the clock of this process by these seconds."""
    time_machine.travel(EPOCH + time.monotonic() + seconds, tick=True).start()


def follow(file):
    """Move the clock of this process whenever the file changes."""
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
