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
from typing import NamedTuple

from django.db import Error, connection
from django.utils import timezone

from plan_portal.conditional import build_label
from plan_portal.front.deadline import DatabaseDeadline
from strategic_areas.models import PublicationVersion

logger = logging.getLogger(__name__)

CHANNEL = "portal_version"
#: Seconds for which a version that was read is good: the bound promised to readers.
GOOD_FOR = 2.0
#: Seconds between two questions, where nothing is pushed and where it is.
POLL, POLL_BESIDE_PUSH = 0.25, 1.0
#: Seconds between two times at which pages are made that nobody asked for.
BETWEEN_MAKING = 1.0
#: Seconds after which a database that did not answer is asked again: by the thread, and
#: by a request, which holds up others while it waits.
RETRY, RETRY_OF_REQUEST = 0.5, 10.0


class Label(NamedTuple):
    """What a page is made for: with another label it is made anew."""

    build: str
    version: int
    day: str
    takedowns: int


class Watch:
    """
    ``label`` is current until ``good_until``, on the monotonic clock.

    ``on_new_label`` is called with each new label at once, by the thread that read it.
    ``make_ready`` is called by the watching thread a little later, so that what it
    makes keeps no reader waiting who asks for a page of the new version, and at most
    once a second, however many publications there are.
    """

    def __init__(self):
        self.label = None
        self.good_until = 0.0
        self.on_new_label = lambda label: None
        self.make_ready = lambda: None
        self._build = build_label()
        self._asking = threading.Lock()
        self._starting = threading.Lock()
        self._labelling = threading.Lock()
        self._stopping = threading.Event()
        self._thread = None
        self._next_question = 0.0
        self._asked_at = {}
        self._ready_for = None
        self._not_ready_before = 0.0
        self.deadline = DatabaseDeadline(self.waited_since)

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
                self.deadline.start()

    def stop(self):
        """End the threads and their connection."""
        self._stopping.set()
        self.deadline.stop()
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
            version, takedowns = self._read_counters(begun, listen)
        except Error:
            watched = self._thread is not None and self._thread.is_alive()
            pause = RETRY_OF_REQUEST if watched else RETRY
            self._next_question = time.monotonic() + pause
            connection.close()
            raise
        day = f"{timezone.localdate():%Y%m%d}"
        self._set_label(Label(self._build, version, day, takedowns))
        self.good_until = begun + GOOD_FOR
        self._next_question = 0.0

    def _set_label(self, label):
        # Replaced only when it is another: pages are compared with it by identity.
        with self._labelling:
            if self.label is None or label[1:] > self.label[1:]:
                self.on_new_label(label)
                self.label = label

    def _read_counters(self, begun, listen):
        thread = threading.get_ident()
        self._asked_at[thread] = begun
        try:
            with self.deadline.applied():
                if listen and connection.connection is None:
                    _listen()  # before reading, so that nothing falls between the two
                return PublicationVersion.counters()
        finally:
            del self._asked_at[thread]

    def _run(self):
        while not self._stopping.is_set():
            try:
                self._look()
            except Exception as error:
                self._log_and_pause(error)
        connection.close()

    def _look(self):
        """Read the version, and wait until there may be another."""
        is_pushed = connection.vendor == "postgresql"
        self._read(listen=is_pushed)
        is_new = self._ready_for is not self.label
        pause = POLL if is_new or not is_pushed else POLL_BESIDE_PUSH
        if is_pushed:
            _wait_for_push(pause)
        else:
            self._stopping.wait(pause)
        now = time.monotonic()
        if is_new and now >= self._not_ready_before and not self._stopping.is_set():
            self._ready_for, self._not_ready_before = self.label, now + BETWEEN_MAKING
            # It may close the connection: the next look listens anew, then reads.
            self.make_ready()

    def _log_and_pause(self, error):
        """Whatever it was, the version is asked for again."""
        if not isinstance(error, Error):
            logger.exception("The publication version was not read")
        self._ready_for = None
        connection.close()
        self._stopping.wait(RETRY)


def _listen():
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")


def _wait_for_push(pause):
    """Return when the database tells of a publication, or after the pause."""
    raw = connection.connection
    select.select([raw], [], [], pause)
    raw.poll()
    raw.notifies.clear()
