"""
Keeps the publication version up to date in the process.

A thread listens to PostgreSQL's notification of each new version and also polls twice a
second (four times on SQLite). A version is valid for two seconds after its last
confirmation.
"""

import logging
import select
import threading
import time
from typing import NamedTuple

from django.db import Error, connection
from django.utils import timezone

from plan_portal.conditional_get import build_label
from plan_portal.page_cache.database_deadline import DatabaseDeadline
from strategic_areas.models import PublicationVersion

logger = logging.getLogger(__name__)

CHANNEL = "portal_version"
#: Seconds for which a version is valid after it was read; pages are at most this old.
VALID_SECONDS = 2.0
#: Seconds between two reads of the version, without and with notifications.
POLL, POLL_BESIDE_PUSH = 0.25, 0.5
#: Minimum of seconds between two calls of ``make_ready``.
BETWEEN_MAKING = 1.0
#: After these seconds without an answer, other threads do not ask; shorter than
#: ``VALID_SECONDS``.
LATE_SECONDS = 1.25
#: Seconds until the next read after a failure, by the thread, or by a request if no
#: thread runs.
RETRY = 0.5
#: Seconds until the next read by a request after a failure, while a thread runs.
RETRY_OF_REQUEST = 10.0


class PageVersion(NamedTuple):
    """
    The version of a page; if the current one differs, the page is made again.

    ``version`` is the publication version; ``takedowns`` counts takedowns and purges
    and never decreases; ``overdue`` is the number of takedowns that are not confirmed
    in time.
    """

    build: str
    version: int
    day: str
    takedowns: int
    overdue: int = 0

    @property
    def by_clock(self):
        """The fields that depend on the clock, which may be set back."""
        return self.day, self.overdue

    @property
    def counters(self):
        return self.version, self.takedowns


class VersionWatcher:
    """
    Holds the current ``page_version``, valid until ``valid_until`` on the monotonic
    clock.

    ``on_new_page_version`` is called at once; ``make_ready``, which prepares pages and
    the plan's progress, by the watching thread at most once a second.
    """

    def __init__(self):
        self.page_version = None
        self._version_read_at = 0.0
        self.valid_until = 0.0
        self.on_new_page_version = lambda page_version: None
        self.make_ready = lambda: None
        self._build = build_label()
        self._asking = threading.Lock()
        self._starting = threading.Lock()
        self._setting_version = threading.Lock()
        self._stopping = threading.Event()
        self._thread = None
        self._next_question = 0.0
        self._asked_at = {}
        self._ready_for = None
        self._make_ready_from = 0.0
        self.deadline = DatabaseDeadline(self.waited_since)

    def waited_since(self):
        """Start of the current wait for the version (monotonic clock), or None."""
        return min([*self._asked_at.values()], default=None)

    def is_valid(self):
        return time.monotonic() < self.valid_until

    def start(self):
        """Call it in the worker: threads do not survive a fork."""
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._run, name="version-watcher", daemon=True
                )
                self._thread.start()
                self.deadline.start()

    def stop(self):
        self._stopping.set()
        self.deadline.stop()
        if self._thread:
            self._thread.join(POLL_BESIDE_PUSH + VALID_SECONDS)

    def ensure_version_known(self):
        """
        Return whether the current version is known; read it if necessary.

        One thread reads at a time. Others wait for it only if no version was ever read.
        """
        if self.is_valid():
            return True
        if self._has_just_failed() or self._is_late():
            return False
        if not self._asking.acquire(blocking=self.page_version is None):
            return False
        try:
            # The thread that held the lock may have read it, or failed, meanwhile.
            if not self.is_valid() and not self._has_just_failed():
                self._read()
        except Error:
            return False
        finally:
            self._asking.release()
        return self.is_valid()

    def _is_late(self):
        since = self.waited_since()
        waited = 0.0 if since is None else time.monotonic() - since
        return self.page_version is not None and waited > LATE_SECONDS

    def _has_just_failed(self):
        return time.monotonic() < self._next_question

    def _read(self, *, listen=False):
        begun = time.monotonic()
        try:
            counters = self._read_counters(begun, listen)
        except Error:
            watched = self._thread is not None and self._thread.is_alive()
            pause = RETRY_OF_REQUEST if watched else RETRY
            self._next_question = time.monotonic() + pause
            connection.close()
            raise
        day = f"{timezone.localdate():%Y%m%d}"
        page_version = PageVersion(
            self._build, counters.number, day, counters.takedowns, counters.overdue
        )
        self._set_page_version(page_version, begun)
        self.valid_until = begun + VALID_SECONDS
        self._next_question = 0.0

    def _set_page_version(self, new, begun):
        """
        Accept newer counters, or the same counters read later.

        Counters never decrease, but the clock may be set back.
        """
        # Pages compare versions by identity: an equal one must not replace it.
        with self._setting_version:
            known = self.page_version
            is_newer = known is None or new.counters > known.counters
            is_later = begun > self._version_read_at and not is_newer
            only_clock_differs = is_later and new.by_clock != known.by_clock
            if is_newer or (only_clock_differs and new.counters == known.counters):
                self.on_new_page_version(new)
                self.page_version, self._version_read_at = new, begun

    def _read_counters(self, begun, listen):
        thread = threading.get_ident()
        self._asked_at[thread] = begun
        try:
            with self.deadline.applied():
                if listen and connection.connection is None:
                    _listen()  # before reading: no notification may fall between them
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
        is_pushed = connection.vendor == "postgresql"
        self._read(listen=is_pushed)
        is_new = self._ready_for is not self.page_version
        # Before pages are prepared, a pause: readers' requests are answered meanwhile,
        # and pages are prepared once for several publications shortly after each other.
        pause = POLL if is_new or not is_pushed else POLL_BESIDE_PUSH
        if is_pushed:
            _wait_for_push(pause)
        else:
            self._stopping.wait(pause)
        now = time.monotonic()
        if is_new and now >= self._make_ready_from and not self._stopping.is_set():
            self._ready_for, self._make_ready_from = (
                self.page_version,
                now + BETWEEN_MAKING,
            )
            # This may close the connection; the next round listens and reads again.
            self.make_ready()

    def _log_and_pause(self, error):
        if not isinstance(error, Error):
            logger.exception("The thread that watches failed")
        self._ready_for = None
        connection.close()
        self._stopping.wait(RETRY)


def _listen():
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")


def _wait_for_push(pause):
    raw = connection.connection
    select.select([raw], [], [], pause)
    raw.poll()
    raw.notifies.clear()
