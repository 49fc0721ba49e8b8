"""In-process cache of the progress of plans, valid for one publication version."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import contextmanager
from contextvars import ContextVar

#: The publication version of the public page being built.
_VERSION = ContextVar("publication_version", default=None)


@contextmanager
def caching_version(version: int):
    """
    Cache what is loaded inside this context under ``version``.

    The version must be read first, so that cached data are at least as new.
    """
    token = _VERSION.set(version)
    try:
        yield
    finally:
        _VERSION.reset(token)


class ProgressCache:
    """
    The progress of plans at the latest publication version.

    Database triggers move the version with every public change, so an entry is valid
    while the version is the same. Entries are shared by threads and languages: they
    must not be changed and hold no translated text. One thread loads while others wait.
    The least recently used entries are dropped when all hold more than ``most``
    activities.
    """

    def __init__(self, most: int):
        self._most, self._lock = most, threading.Lock()
        self.empty()

    def empty(self):
        self._version, self._kept, self._before = None, OrderedDict(), {}

    def get_or_load(self, key: Hashable, read: Callable):
        """
        The entry of ``key``, or the result of ``read`` when no version is being cached.

        ``read`` receives the entry of the previous version, or None.
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
        sizes = [len(each.activities) for each in self._kept.values()]
        for place in range(len(sizes)):
            if sum(sizes[place:]) > self._most:
                self._kept.popitem(last=False)


PLAN_CACHE = ProgressCache(most=15_000)
