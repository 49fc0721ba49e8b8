"""What is read of a plan once for a publication version, in the memory of a process."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import contextmanager
from contextvars import ContextVar

#: The publication version of which the public page that is being made tells.
_VERSION = ContextVar("publication_version", default=None)


@contextmanager
def caching_version(version: int):
    """
    Let the boards that are read be kept for this publication version.

    The version was read before, so what is kept is at least as new.
    """
    token = _VERSION.set(version)
    try:
        yield
    finally:
        _VERSION.reset(token)


class ProgressCache:
    """
    The boards of the latest publication version.

    All that stands on public pages moves the version, by triggers of the database: as
    long as the version is the same, so is a board. Threads and both languages share
    it: nobody may change it, and it holds no word of one language alone. One thread
    reads at a time; the others wait for what it reads. If the activities of all boards
    are more than ``most``, the board that was used longest ago is dropped.
    """

    def __init__(self, most: int):
        self._most, self._lock = most, threading.Lock()
        self.empty()

    def empty(self):
        self._version, self._kept, self._before = None, OrderedDict(), {}

    def get_or_load(self, key: Hashable, read: Callable):
        """
        The board kept under ``key``; elsewhere than on public pages read anew.

        ``read`` takes the board of the version before, if it was kept, or None.
        """
        version = _VERSION.get()
        if version is None:
            return read(None)
        with self._lock:
            if self._version is None or self._version < version:
                self._version, self._before = version, self._kept
                self._kept = OrderedDict()
            if version < self._version:
                return read(None)
            if key not in self._kept:
                self._kept[key] = read(self._before.pop(key, None))
            self._kept.move_to_end(key)
            found = self._kept[key]
            self._let_go()
            return found

    def _let_go(self):
        """Drop the boards that were used longest ago, until the rest is few."""
        sizes = [len(each.activities) for each in self._kept.values()]
        for place in range(len(sizes)):
            if sum(sizes[place:]) > self._most:
                self._kept.popitem(last=False)


#: The boards of public pages.
PLAN_CACHE = ProgressCache(most=15_000)
