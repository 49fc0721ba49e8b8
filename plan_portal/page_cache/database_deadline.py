"""
A deadline for a database that neither answers nor closes the connection.

PostgreSQL's timeouts do not work if the server or the network is frozen; waiting
requests would occupy all threads of a worker. If the query for the publication version
waits longer than ``PATIENCE``, a thread shuts the connections of all waiting threads.
"""

import logging
import os
import socket
import threading
import time
from contextlib import contextmanager, suppress

from django.db import connections

logger = logging.getLogger(__name__)

#: Maximum of seconds for the query of the publication version.
PATIENCE = 2.0
#: Seconds between two checks.
INTERVAL = 0.25


class DatabaseDeadline:
    """
    The thread that shuts connections after ``PATIENCE`` seconds.

    ``waited_since`` returns the start of the current wait on the monotonic clock, or
    None.
    """

    def __init__(self, waited_since):
        self._waited_since = waited_since
        self._waiting = {}
        self._thread = None
        self._stopping = threading.Event()

    def start(self):
        """Call it in the worker: threads do not survive a fork."""
        self._thread = threading.Thread(
            target=self._run, name="database-deadline", daemon=True
        )
        self._thread.start()

    def stop(self):
        self._stopping.set()
        if self._thread:
            self._thread.join()

    @contextmanager
    def applied(self):
        """Context in which this thread's connection may be shut."""
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
        for wrapper in list(self._waiting.values()):
            # A connection that is closed already must not prevent shutting the others.
            with suppress(OSError, wrapper.Database.Error):
                shut(wrapper.connection)


def shut(raw):
    """
    Shut the socket of another thread's psycopg2 connection, if any.

    The file descriptor is duplicated first, so that a reused descriptor is never shut.
    """
    if raw is None or raw.closed:
        return
    number = os.dup(raw.fileno())
    with socket.socket(fileno=number) as duplicate:
        if not raw.closed:
            duplicate.shutdown(socket.SHUT_RDWR)
