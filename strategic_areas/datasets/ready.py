"""
The files of each plan, made ahead of those who take them.

One thread of the process makes all forms of what the public reads once for each
publication version and day, and keeps them packed. Who asks before they are made gets
those of the version before, unless something was taken away since; else she waits for a
moment, and then is told to come again. A file never takes the time of a thread that
serves readers. Without that thread, as in tests, a file is made when it is asked for.
Nothing is kept on disk, where a purge would have to look for it.
"""

import gzip
import logging
import threading
import time
from collections import OrderedDict
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from strategic_areas.datasets.forms import FORMS, make, names_of
from strategic_areas.datasets.snapshots import Snapshot, snapshot
from strategic_areas.models import Plan, PublicationVersion

logger = logging.getLogger(__name__)

#: Seconds for which one reader in a process may wait for files that are not ready.
PATIENCE = 1.0
#: The least seconds between two makings, which also take half of the time at most.
PAUSE = 1.0
#: The bytes that editions may take in memory beside today's files.
MOST = 48 * 2**20


class NotReadyError(Exception):
    """The file is being made."""


class Label(NamedTuple):
    """What files were made for; read before the content, which is at least as new."""

    takedowns: int
    number: int
    day: date


def label_now() -> Label:
    counters = PublicationVersion.counters()
    return Label(counters.takedowns, counters.number, timezone.localdate())


class Files:
    """The files of one snapshot; those of text are packed by gzip."""

    def __init__(self, taken: Snapshot, label: Label):
        self.snapshot, self.label = taken, label
        self.counts = {name: len(rows) for name, rows in taken.tables.items()}
        self.packed = {}

    def content(self, name: str) -> bytes:
        """The file of this name, made if it is not yet; KeyError if there is none."""
        if name not in self.packed:
            content = make(self.snapshot, name)
            is_packed = FORMS[name.rpartition(".")[2]].is_text
            self.packed[name] = (
                gzip.compress(content, 6, mtime=0) if is_packed else content
            )
        return self.packed[name]

    def make_all(self):
        """Make every file, and let the rows go."""
        for name in names_of(self.snapshot):
            self.content(name)
        self.snapshot = replace(self.snapshot, tables={})

    @property
    def size(self):
        return sum(map(len, self.packed.values()))


class Shelf:
    """The files that are ready, by plan and edition ("" of today's)."""

    def __init__(self, most: int):
        self._most, self._kept, self._asked = most, OrderedDict(), set()
        self._changed, self._wake = threading.Condition(), threading.Event()
        self._thread, self._is_waited_for = None, False

    def start(self):
        """Start to make files, in the worker itself: threads do not survive a fork."""
        self._thread = threading.Thread(target=self._run, name="files", daemon=True)
        self._thread.start()
        self.wake()

    def wake(self):
        """Make what is not current; does not wait for it."""
        self._wake.set()

    def drop_older(self, takedowns: int):
        """Forget the files that were made before something was taken away."""
        with self._changed:
            for key, files in list(self._kept.items()):
                if files.label.takedowns < takedowns:
                    del self._kept[key]

    def at_hand(self, plan: Plan, edition: str = "") -> Files | None:
        """The files, perhaps of the version before; None while none are ready."""
        label, key = label_now(), (plan.code, edition)
        if self._thread is None:
            return Files(read(*key), label)
        with self._changed:
            found = self._kept.get(key)
            if not _is_current(key, found, label):
                self._asked.add(key)
                self.wake()
            if found is None or found.label.takedowns < label.takedowns:
                return None
            self._kept.move_to_end(key)
            return found

    def files(self, plan: Plan, edition: str = "") -> Files:
        """The files; NotReadyError if none are ready, nor in a moment."""
        if found := self.at_hand(plan, edition):
            return found
        with self._changed:
            if self._is_waited_for:
                raise NotReadyError
            self._is_waited_for = True
            self._changed.wait(PATIENCE)
            self._is_waited_for = False
        if found := self.at_hand(plan, edition):
            return found
        raise NotReadyError

    def _run(self):
        while self._wake.wait():
            self._wake.clear()
            begun = time.monotonic()
            try:
                self._make()
            except Exception:
                logger.exception("The files of data were not made")
            finally:
                connection.close()
            time.sleep(max(PAUSE, time.monotonic() - begun))

    def _make(self):
        self.drop_older(label_now().takedowns)
        today = [
            (code, "") for code in Plan.objects.public().values_list("code", flat=True)
        ]
        asked, self._asked = self._asked, set()
        for key in dict.fromkeys([*today, *asked]):
            label = label_now()
            if _is_current(key, self._kept.get(key), label):
                continue
            files = Files(read(*key), label)
            files.make_all()
            if label.takedowns == label_now().takedowns:
                self._put(key, files)
            else:
                self.wake()

    def _put(self, key, files):
        with self._changed:
            self._kept[key] = files
            editions = [each for each in self._kept if each[1]]
            while sum(self._kept[each].size for each in editions) > self._most:
                del self._kept[editions.pop(0)]
            self._changed.notify_all()


def read(plan: str, edition: str) -> Snapshot:
    return snapshot(Plan.objects.public().get(code=plan))


def _is_current(key, files, label):
    """An edition changes by what is taken from it, and else never."""
    if files is None:
        return False
    return files.label == label or bool(key[1]) and files.label[0] == label[0]


#: The files of this process.
SHELF = Shelf(MOST)
