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
    The least recently used entries are dropped when all together hold more than
    ``max_activities``.
    """

    def __init__(self, max_activities: int):
        self._max_activities, self._lock = max_activities, threading.Lock()
        self.empty()

    def empty(self):
        self._version, self._entries, self._previous = None, OrderedDict(), {}

    def get_or_load(self, key: Hashable, load: Callable):
        """
        The entry of ``key``, loaded if it is missing.

        ``load`` receives the entry of the previous version, or None. Outside
        ``caching_version`` its result is not cached.
        """
        version = _VERSION.get()
        if version is None:
            return load(None)
        with self._lock:
            if self._version is None or self._version < version:
                self._version, self._previous = version, self._entries
                self._entries = OrderedDict()
            if version < self._version:
                return load(None)
            if key not in self._entries:
                self._entries[key] = load(self._previous.pop(key, None))
            self._entries.move_to_end(key)
            found = self._entries[key]
            self._drop_oldest()
            return found

    def _drop_oldest(self):
        sizes = [len(each.activities) for each in self._entries.values()]
        for position in range(len(sizes)):
            if sum(sizes[position:]) > self._max_activities:
                self._entries.popitem(last=False)


PLAN_CACHE = ProgressCache(max_activities=15_000)
