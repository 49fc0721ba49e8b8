"""
The publication version in the process's memory, pushed by the database.

A thread listens for the notification that PostgreSQL sends with each commit that moves
the version, and asks each second besides; on SQLite it asks four times a second. What
it knows is good for two seconds: a page older than that is never taken for current.
"""

import logging
import select
import threading
import time
from contextlib import suppress

from django.db import Error, connection
from django.utils import timezone

from plan_portal import build
from plan_portal.front.rescue import Rescue
from strategic_areas.models import PublicationVersion

logger = logging.getLogger(__name__)

CHANNEL = "portal_version"
#: Seconds for which a version that was read is good: the bound promised to readers.
GOOD_FOR = 2.0
#: Seconds between two questions, where nothing is pushed and where it is.
POLL, POLL_BESIDE_PUSH = 0.25, 1.0
#: Seconds after which a database that did not answer is asked again: by the thread, and
#: by a request, which holds up others while it waits.
RETRY, RETRY_OF_REQUEST = 0.5, 10.0


class Watch:
    """
    ``label`` is (build, version, date); ``good_until`` on the monotonic clock.

    ``on_tick`` is called by the thread after each question, answered or not.
    """

    def __init__(self):
        self.label = None
        self.good_until = 0.0
        self.on_tick = lambda: None
        self._build = build.label()
        self._asking = threading.Lock()
        self._starting = threading.Lock()
        self._stopping = threading.Event()
        self._thread = None
        self._next_question = 0.0
        self._asked_at = {}
        self.rescue = Rescue(self.waited_since)

    def waited_since(self):
        """Since when the version is waited for, on the monotonic clock; or None."""
        return min([*self._asked_at.values()], default=None)

    def is_good(self):
        return time.monotonic() < self.good_until

    def start(self):
        """Begin to watch: in the worker itself, since threads survive no fork."""
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._run, name="front-watch", daemon=True
                )
                self._thread.start()
                self.rescue.start()

    def stop(self):
        """End the threads and their connection."""
        self._stopping.set()
        self.rescue.stop()
        if self._thread:
            self._thread.join(POLL_BESIDE_PUSH + GOOD_FOR)

    def ask(self):
        """
        True when the version is known now, asking the database if need be.

        One thread asks at a time; where the database has just not answered, or is
        still being waited for, the others do not wait.
        """
        if self.is_good():
            return True
        if self._has_just_failed():
            return False
        if not self._asking.acquire(blocking=self.label is None):
            return False
        try:
            # Whoever held the lock may have found an answer, or that there is none.
            if not self.is_good() and not self._has_just_failed():
                self._read()
        except Error:
            return False
        finally:
            self._asking.release()
        return self.is_good()

    def _has_just_failed(self):
        return time.monotonic() < self._next_question

    def _read(self, *, listen=False):
        """Read the version, then say until when it is good; never backwards."""
        begun = time.monotonic()
        try:
            version = self._asked(begun, listen)
        except Error:
            watched = self._thread is not None and self._thread.is_alive()
            pause = RETRY_OF_REQUEST if watched else RETRY
            self._next_question = time.monotonic() + pause
            connection.close()
            raise
        label = (self._build, version, f"{timezone.localdate():%Y%m%d}")
        # Replaced only when it is another: pages are compared with it by identity.
        if self.label is None or label[1:] > self.label[1:]:
            self.label = label
        self.good_until = begun + GOOD_FOR
        self._next_question = 0.0

    def _asked(self, begun, listen):
        thread = threading.get_ident()
        self._asked_at[thread] = begun
        try:
            with self.rescue.waiting():
                if listen and connection.connection is None:
                    _listen()  # before reading, so that nothing falls between the two
                return PublicationVersion.current()
        finally:
            del self._asked_at[thread]

    def _run(self):
        is_pushed = connection.vendor == "postgresql"
        while not self._stopping.is_set():
            try:
                self._read(listen=is_pushed)
                self.on_tick()
                if is_pushed:
                    _wait_for_push()
                else:
                    self._stopping.wait(POLL)
            except Exception as error:
                self._put_up_with(error)
        connection.close()

    def _put_up_with(self, error):
        """Whatever it was, the version is asked for again."""
        if not isinstance(error, Error):
            logger.exception("The publication version was not read")
        connection.close()
        with suppress(Exception):
            self.on_tick()
        self._stopping.wait(RETRY)


def _listen():
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")


def _wait_for_push():
    """Return when the database tells of a publication, or after a second."""
    raw = connection.connection
    select.select([raw], [], [], POLL_BESIDE_PUSH)
    raw.poll()
    raw.notifies.clear()
