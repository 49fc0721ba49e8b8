"""
In-memory cache of the files of each plan.

A thread makes all formats once for each publication version and day. Meanwhile readers
get the files of the previous version, unless something was removed since; otherwise
they wait briefly and are asked to retry. Without the thread, as in tests, files are
made on demand. Nothing is stored on disk, where a purge would have to find it.
"""

import gzip
import json
import logging
import threading
import time
from collections import OrderedDict, namedtuple
from dataclasses import replace
from hashlib import sha256

from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

from strategic_areas.datasets import DATASETS
from strategic_areas.datasets.editions import datasets_of, read_unchanging, snapshot_of
from strategic_areas.datasets.formats import PACKAGE, TEXTS, make_file, names_of
from strategic_areas.datasets.snapshots import DataRow, key_of
from strategic_areas.models import Edition, Plan, PublicationVersion

logger = logging.getLogger(__name__)

#: Seconds that one reader per process may wait for files.
MAX_WAIT = 1.0
#: Seconds between two runs, unless content was taken down meanwhile: nine times as long
#: as a run takes, since making all files slows the pages of readers.
MIN_PAUSE, MAX_PAUSE, PAUSE_PER_SECOND = 5.0, 60.0, 9
#: The purpose of the key for today's nonce.
NONCE_PURPOSE = "strategic_areas.package"
#: Bytes of memory for the files of editions; today's are extra.
MAX_BYTES = 48 * 2**20


class NotReadyError(Exception):
    """The file is being made."""


#: Read before the content, which is at least as new.
FileVersion = namedtuple("FileVersion", "takedowns number day")


def current_version() -> FileVersion:
    counters = PublicationVersion.counters()
    return FileVersion(counters.takedowns, counters.number, timezone.localdate())


def compress_text(name: str, content: bytes) -> bytes:
    """Compress a text file as it is sent; other files are compressed already."""
    return gzip.compress(content, 6, mtime=0) if name.endswith(TEXTS) else content


class PlanFiles:
    def __init__(self, plan: Plan, edition: Edition | None, version: FileVersion):
        self.version = version
        if edition:
            self.snapshot, self.datasets = snapshot_of(edition), datasets_of(edition)
            self.nonce = bytes(edition.nonce).hex()
        else:
            self.snapshot, self.datasets = read_unchanging(plan), DATASETS
            bits = salted_hmac(
                NONCE_PURPOSE, f"{plan.code} {version}", algorithm="sha256"
            )
            self.nonce = bits.hexdigest()[:32]
        self.counts = {name: len(rows) for name, rows in self.snapshot.tables.items()}
        self.packed, self.sizes, self.made_at = {}, {}, time.time()

    def content(self, name: str) -> bytes:
        """The file of this name, made on first use; KeyError if there is none."""
        if name not in self.packed:
            content = make_file(name, self.snapshot, self.datasets, self.nonce)
            self.sizes[name] = len(content)
            self.packed[name] = compress_text(name, content)
        return self.packed[name]

    def rows(self, name: str) -> dict[str, DataRow]:
        content = json.loads(gzip.decompress(self.content(f"{name}.json")))
        return {key_of(self.datasets[name], row): row for row in content["rows"]}

    def make_all(self):
        for name in names_of(self.datasets):
            self.content(name)
        self.snapshot = replace(self.snapshot, tables={})

    @property
    def tables(self) -> dict[str, dict[str, DataRow]]:
        """The rows, read back from the files if released."""
        return self.snapshot.tables or {name: self.rows(name) for name in self.datasets}

    @property
    def size(self):
        return sum(map(len, self.packed.values()))

    @property
    def package_sum(self) -> str:
        """
        The SHA-256 of the package, the only digest that is published.

        Random bits in the package keep it from revealing a number that was hidden
        since.
        """
        return sha256(self.content(PACKAGE)).hexdigest()


class FileCache:
    """Files by plan id and edition id, which is None for today's files."""

    def __init__(self, max_bytes: int):
        self._max_bytes, self._files, self._requested = max_bytes, OrderedDict(), set()
        self._changed, self._wake = threading.Condition(), threading.Event()
        self._dropped = threading.Event()
        self._thread, self._waiting_lock = None, threading.Lock()

    def start(self):
        """Start the thread, after the worker has forked."""
        self._thread = threading.Thread(target=self._run, name="files", daemon=True)
        self._thread.start()
        self.wake()

    def wake(self):
        self._wake.set()

    def drop_made_before_takedown(self, takedowns: int):
        with self._changed:
            for key, files in list(self._files.items()):
                if files.version.takedowns < takedowns:
                    del self._files[key]
                    self._dropped.set()

    def available_files(
        self, plan: Plan, edition: Edition | None = None
    ) -> PlanFiles | None:
        """The files, perhaps of the previous version; None while none are ready."""
        version, key = current_version(), (plan.pk, edition and edition.pk)
        with self._changed:
            found = self._files.get(key)
            if self._thread is None:
                if not _is_current(found, edition, version):
                    found = self._files[key] = PlanFiles(plan, edition, version)
            elif not _is_current(found, edition, version):
                self._requested.add(key)
                self.wake()
            if found is None or found.version.takedowns < version.takedowns:
                return None
            self._files.move_to_end(key)
            return found

    def files(self, plan: Plan, edition: Edition | None = None) -> PlanFiles:
        """The files; NotReadyError if none are ready after a short wait."""
        if found := self.available_files(plan, edition):
            return found
        if self._waiting_lock.acquire(blocking=False):
            try:
                with self._changed:
                    self._changed.wait(MAX_WAIT)
            finally:
                self._waiting_lock.release()
            if found := self.available_files(plan, edition):
                return found
        raise NotReadyError

    def _run(self):
        while self._wake.wait():
            self._wake.clear()
            self._dropped.clear()
            started = time.monotonic()
            try:
                self._make()
            except Exception:
                logger.exception("The files of data were not made")
            finally:
                connection.close()
            wanted = PAUSE_PER_SECOND * (time.monotonic() - started)
            self._dropped.wait(min(MAX_PAUSE, max(MIN_PAUSE, wanted)))

    def _make(self):
        self.drop_made_before_takedown(current_version().takedowns)
        plans = Plan.objects.public().in_bulk()
        with self._changed:
            requested, self._requested = self._requested, set()
        for key in dict.fromkeys([*requested, *((pk, None) for pk in plans)]):
            try:
                self._make_one(key, plans.get(key[0]))
            except Exception:
                # An error in one plan must not stop the others.
                logger.exception("The files of plan %s were not made", key[0])

    def _make_one(self, key, plan):
        # An edition is locked while a removal changes its rows.
        edition = key[1] and Edition.objects.filter(pk=key[1], is_locked=False).first()
        version = current_version()
        is_removed = plan is None or (key[1] and edition is None)
        if is_removed or _is_current(self._files.get(key), edition, version):
            return
        files = PlanFiles(plan, edition, version)
        files.make_all()
        if files.version.takedowns < current_version().takedowns:
            self.wake()
            return
        with self._changed:
            self._files[key] = files
            self._files.move_to_end(key)
            editions = [each for each in self._files if each[1]]
            while sum(self._files[each].size for each in editions) > self._max_bytes:
                del self._files[editions.pop(0)]
            self._changed.notify_all()


def _is_current(files, edition, version):
    """Whether files are current; each change of an edition draws a new nonce."""
    if files is None or edition is None:
        return files is not None and files.version == version
    is_same = files.nonce == bytes(edition.nonce).hex()
    return is_same and files.version.takedowns == version.takedowns


FILE_CACHE = FileCache(MAX_BYTES)
