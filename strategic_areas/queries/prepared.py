"""
Queries that are put together once, and what is read once for a publication version.
"""

import threading
from collections import OrderedDict
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, NamedTuple

from django.utils.translation import get_language

from strategic_areas.models import ChangedAccounts

_KEPT = threading.local()


def prepared(make):
    """
    Let ``make`` put its rows together once in a thread, for each of its arguments.

    A queryset reads nothing until it is asked, and whoever narrows one narrows a copy.
    Putting a query of many columns together takes about a millisecond, longer than
    reading it: this saves some 4 of the 30 to 40 that a page takes. Each thread keeps
    its own, since a query notes on its parts where it stands while it becomes SQL; each
    language too, since the names of translated columns depend on it.
    """

    @wraps(make)
    def rows(*args):
        kept, key = _KEPT.__dict__, (make, get_language(), *args)
        if key not in kept:
            kept[key] = make(*args)
        return kept[key].all()

    return rows


#: The publication version of which the public page that is being made tells, and that
#: at which more than accounts last changed.
_VERSION = ContextVar("publication_version", default=(None, None))


@contextmanager
def at_version(version, structure):
    """
    Let what ``kept_for_version`` reads be kept for this publication version.

    The version was read before, so what is kept is at least as new. ``structure`` is
    that at which more than accounts last changed.
    """
    token = _VERSION.set((version, structure))
    try:
        yield
    finally:
        _VERSION.reset(token)


class Kept(NamedTuple):
    """
    What was read at a publication version.

    If it ``lasts``, it can be brought up to date at a later version.
    """

    version: int
    found: Any
    weight: int
    lasts: bool


class VersionMemory:
    """
    What was read at the latest publication version, in the memory of a process.

    All that stands on public pages moves the version, by triggers of the database: as
    long as the version is the same, so is what was read. When the version moves, what
    ``lasts`` stays, but only if it was used at the version before. So boards of
    yesterday, or of a past period that somebody once looked at, soon take no memory.
    If all weighs more than ``most``, what was used longest ago is dropped.
    """

    def __init__(self, most):
        self._most, self._lock = most, threading.Lock()
        self.empty()

    def empty(self):
        self._version, self._kept = None, OrderedDict()

    def get(self, key) -> Kept | None:
        """What was kept last, of whatever version."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key, kept: Kept):
        """Keep it, unless something newer is kept already."""
        with self._lock:
            if self._version is None or self._version < kept.version:
                self._kept = OrderedDict(
                    (key, each)
                    for key, each in self._kept.items()
                    if each.lasts and each.version == self._version
                )
                self._version = kept.version
            if self._version == kept.version and kept.weight <= self._most:
                self._kept[key] = kept
                self._kept.move_to_end(key)
                while sum(each.weight for each in self._kept.values()) > self._most:
                    self._kept.popitem(last=False)


#: If accounts of more records than this changed, everything is read again.
MOST_FOLLOWED = 300
#: The boards of public pages, weighed by their activities.
BOARDS = VersionMemory(most=15_000)


def kept_for_version(memory, *, key, weight, follow=None):
    """
    Let what is read while a public page is made be kept for the publication version.

    ``key`` and ``weight`` take the arguments and the result. Elsewhere than on public
    pages all is read anew. What is kept is shared by threads and by both languages:
    nobody may change it, and it may hold no word of the language in which it was read.
    A record holds the words of both and says those of the page that asks.

    ``follow`` brings up to date what was kept for an earlier version, if nothing but
    accounts changed since, and not too many. It is called with what was kept, the ids
    of the records whose accounts changed, as ``ChangedAccounts.since`` gives them, and
    the arguments. It returns what reading everything would return now.
    """

    def decorated(read):
        @wraps(read)
        def found(*args):
            version, structure = _VERSION.get()
            if version is None:
                return read(*args)
            name = (read, *key(*args))
            kept = memory.get(name)
            if kept and kept.version == version:
                return kept.found
            changed = None
            if follow and kept and structure <= kept.version < version:
                changed = ChangedAccounts.since(kept.version)
            if changed is None or sum(map(len, changed.values())) > MOST_FOLLOWED:
                result = read(*args)
            elif any(changed.values()):
                result = follow(kept.found, changed, *args)
            else:
                result = kept.found
            memory.put(name, Kept(version, result, weight(result), bool(follow)))
            return result

        return found

    return decorated


def reckoned_once(reckon):
    """
    Let what is reckoned from a board, or from a row of one, be reckoned once.

    There is one result for each value of the other arguments. It is shared by all who
    ask for it: nobody may change it.
    """

    @wraps(reckon)
    def found(source, *args):
        name = (reckon, *args)
        if name not in source.reckoned:
            source.reckoned[name] = reckon(source, *args)
        return source.reckoned[name]

    return found
