"""
The longest that anybody waits for a database that neither answers nor ends.

PostgreSQL's own deadlines are kept by PostgreSQL: a server that is frozen, or a network
that swallows everything, keeps none. Each request that hangs then holds one of the few
threads of a worker, and soon nobody serves even the pages that stand ready. So a thread
looks for how long the smallest of all questions, that for the publication version, has
been waited for. When it is too long the thread shuts the connections to the database of
all who wait in this process: they get the error of a server that went away.
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


class DatabaseDeadline:
    """
    ``waited_since`` is a function without arguments.

    It returns since when the version is waited for, on the monotonic clock, or None.
    """

    def __init__(self, waited_since):
        self._waited_since = waited_since
        self._waiting = {}
        self._thread = None
        self._stopping = threading.Event()

    def start(self):
        """Begin to look: in the worker itself, since threads survive no fork."""
        self._thread = threading.Thread(
            target=self._run, name="front-deadline", daemon=True
        )
        self._thread.start()

    def stop(self):
        """End the thread."""
        self._stopping.set()
        if self._thread:
            self._thread.join()

    @contextmanager
    def applied(self):
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
                    self.shut_all()
            except Exception:
                logger.exception("Connections that hang were not shut")

    def shut_all(self):
        """Shut the connections of all who wait."""
        for wrapper in list(self._waiting.values()):
            # Closed in this moment by its own thread, or reset by the other side:
            # then it waits no more, and the others still do.
            with suppress(OSError, psycopg2.Error):
                shut(wrapper.connection)


def shut(raw):
    """
    Shut the socket of another thread's psycopg2 connection; None has none.

    The number of the socket is duplicated first. If the connection is still open after
    that, the number was its own, and not one that was given out again meanwhile.
    """
    if raw is None or raw.closed:
        return
    number = os.dup(raw.fileno())
    with socket.socket(fileno=number) as duplicate:
        if not raw.closed:
            duplicate.shutdown(socket.SHUT_RDWR)
