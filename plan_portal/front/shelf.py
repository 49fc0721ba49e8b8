"""Where finished pages stand in memory: bounded, and made once however many ask."""

import threading
from collections import OrderedDict
from contextlib import contextmanager


class Shelf:
    """Pages by key, least recently asked for first; at most ``limit`` bytes."""

    def __init__(self, limit):
        self.limit = limit
        self.size = 0
        self.pages = OrderedDict()
        self._lock = threading.Lock()
        self._making = {}

    def get(self, key):
        return self.pages.get(key)

    def put(self, key, page):
        """Keep a page; the ones not asked for the longest make room."""
        with self._lock:
            before = self.pages.pop(key, None)
            self.size += page.size - (before.size if before else 0)
            self.pages[key] = page
            while self.size > self.limit and len(self.pages) > 1:
                _key, gone = self.pages.popitem(last=False)
                self.size -= gone.size

    def touch(self, key):
        """Tell that a page was asked for."""
        with self._lock:
            if key in self.pages:
                self.pages.move_to_end(key)

    def clear(self):
        with self._lock:
            self.pages.clear()
            self.size = 0

    @contextmanager
    def making(self, key):
        """One at a time for each key: who waits finds the page made."""
        with self._lock:
            lock, waiting = self._making.get(key, (threading.Lock(), 0))
            self._making[key] = (lock, waiting + 1)
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, waiting = self._making[key]
                if waiting == 1:
                    del self._making[key]
                else:
                    self._making[key] = (lock, waiting - 1)
