"""
Lets go of whoever waits for a database that neither answers nor ends.

PostgreSQL's own deadlines are kept by PostgreSQL: a server that is frozen, or a network
that swallows everything, keeps none. Each request that hangs then holds one of the few
threads of a worker, and soon nobody serves even the pages that stand ready. So a thread
looks whether the version that is asked for each second has been waited for too long. If
so it shuts the sockets of all who wait in this process: they get the error that they
would get of a server that went away.
"""

import logging
import os
import socket
import threading
import time
from contextlib import contextmanager, suppress

import psycopg2
from django.db import connections

logger = logging.getLogger(__name__)

#: Seconds for which the answer to the smallest of questions may take.
PATIENCE = 2.0
#: Seconds between two looks.
INTERVAL = 0.25


class Rescue:
    """``waited_since`` tells since when the version is waited for, or None."""

    def __init__(self, waited_since):
        self._waited_since = waited_since
        self._waiting = {}
        self._thread = None
        self._stopping = threading.Event()

    def start(self):
        """Begin to look: in the worker itself, since threads survive no fork."""
        self._thread = threading.Thread(
            target=self._run, name="front-rescue", daemon=True
        )
        self._thread.start()

    def stop(self):
        """End the thread."""
        self._stopping.set()
        if self._thread:
            self._thread.join()

    @contextmanager
    def waiting(self):
        """While the block runs this thread's connection may be shut."""
        wrapper = connections["default"]
        if wrapper.vendor != "postgresql":
            yield
            return
        thread = threading.get_ident()
        self._waiting[thread] = wrapper
        try:
            yield
        finally:
            del self._waiting[thread]

    def _run(self):
        while not self._stopping.wait(INTERVAL):
            try:
                since = self._waited_since()
                if since is not None and time.monotonic() - since > PATIENCE:
                    self.let_go()
            except Exception:
                logger.exception("Whoever waits for the database was not let go")

    def let_go(self):
        """Shut the sockets of all who wait."""
        for wrapper in list(self._waiting.values()):
            # Closed in this moment by its own thread, or reset by the other side:
            # then it waits no more, and the others still do.
            with suppress(OSError, psycopg2.Error):
                shut(wrapper.connection)


def shut(raw):
    """
    End the conversation of a psycopg2 connection of another thread; None has none.

    The number of its socket is doubled first: while the connection is still open after
    that, the number was its own and not one that was given out again.
    """
    if raw is None or raw.closed:
        return
    number = os.dup(raw.fileno())
    with socket.socket(fileno=number) as doubled:
        if not raw.closed:
            doubled.shutdown(socket.SHUT_RDWR)
