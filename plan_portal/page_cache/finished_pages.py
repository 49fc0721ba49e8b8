"""Finished public pages as bytes, and the memory that holds them."""

import gzip
import threading
from collections import OrderedDict
from contextlib import contextmanager
from functools import lru_cache

import brotli

from plan_portal.conditional_get import public_digest

#: Encodings of an answer, the preferred one first; "" is none.
ENCODINGS = ("br", "gzip", "")
#: The first reader waits for compression: brotli 11 takes a hundred times as long.
GZIP_LEVEL, BROTLI_QUALITY = 6, 5
#: Headers that the page cache sets for each encoding.
OWN_HEADERS = {"content-length", "etag", "vary", "accept-ranges", "content-encoding"}
#: Headers that describe a body; an answer of 304 has no body.
BODY_HEADERS = {
    "content-type",
    "content-length",
    "content-encoding",
    "content-language",
}


class FinishedPage:
    """
    A finished page, compressed by gzip and brotli, with all its headers.

    ``made_at`` is its time in seconds since the epoch. ``headers`` and ``unmodified``
    are those of responses 200 and 304; ``answers`` maps an encoding to its other
    headers and ETag, ``bodies`` to its bytes. ``copy_with_banner``, served while the
    database is down, has a banner that says how old it is.
    """

    __slots__ = (
        *("answers", "bodies", "copy_with_banner", "headers", "made_at"),
        *("page_version", "size", "unmodified"),
    )

    def __init__(self, body, headers, page_version, made_at):
        self.page_version, self.made_at = page_version, made_at
        self.copy_with_banner = None
        self.headers = [
            *(
                (name, text)
                for name, text in headers
                if name.lower() not in OWN_HEADERS
            ),
            ("Vary", "Accept-Encoding"),
            ("Accept-Ranges", "none"),
        ]
        self.unmodified = without_body(self.headers)
        digest = public_digest(body)
        if self._is_picture():
            self.bodies = {"": body}
        else:
            self.bodies = {
                "br": brotli.compress(body, quality=BROTLI_QUALITY),
                "gzip": gzip.compress(body, GZIP_LEVEL, mtime=0),
            }
        self.answers = {
            encoding: self._answer(encoding, len(stored), digest)
            for encoding, stored in {"": body, **self.bodies}.items()
        }
        self.size = sum(map(len, self.bodies.values()))

    @property
    def plain_body(self):
        stored = self.bodies.get("")
        return unpacked(self.bodies["gzip"]) if stored is None else stored

    def _is_picture(self):
        return any(
            name.lower() == "content-type" and value.startswith("image/")
            for name, value in self.headers
        )

    def _answer(self, encoding, length, digest):
        # A strong ETag names the bytes, so each encoding has its own.
        etag = f'"{digest}-{encoding}"' if encoding else f'"{digest}"'
        headers = [
            ("Content-Length", str(length)),
            ("ETag", etag),
        ]
        if encoding:
            headers.append(("Content-Encoding", encoding))
        return headers, without_body(headers), etag

    def respond(self, environ, start_response):
        encoding = preferred(environ.get("HTTP_ACCEPT_ENCODING", ""))
        body = self.bodies.get(encoding)
        headers, unmodified, etag = self.answers[encoding if body else ""]
        if_none_match = environ.get("HTTP_IF_NONE_MATCH")
        if if_none_match and matches(if_none_match, etag):
            start_response("304 Not Modified", [*self.unmodified, *unmodified])
            return []
        start_response("200 OK", [*self.headers, *headers])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body or self.plain_body]

    def with_banner(self, banner):
        html = self.plain_body.replace(b"<main ", banner + b"<main ", 1)
        return FinishedPage(html, self.headers, self.page_version, self.made_at)


@lru_cache(maxsize=8)
def unpacked(packed):
    return gzip.decompress(packed)


def without_body(headers):
    return [(name, text) for name, text in headers if name.lower() not in BODY_HEADERS]


@lru_cache(maxsize=256)  # browsers send a dozen; a stranger may send any
def preferred(accepted):
    allowed = encodings_of(accepted)
    return next((name for name in ENCODINGS if not name or name in allowed), "")


def encodings_of(accepted: str) -> set[str]:
    allowed = set()
    for part in accepted.lower().split(","):
        name, _semicolon, quality = part.strip().partition(";")
        if quality.replace(" ", "").rstrip("0.") != "q=":
            allowed.add(name.strip())
    return allowed


def matches(if_none_match, etag):
    """Whether an If-None-Match header names this ETag or ``*``; comparison is weak."""
    if if_none_match == etag:
        return True
    names = [name.strip().removeprefix("W/") for name in if_none_match.split(",")]
    return etag in names or names == ["*"]


class PageMemory:
    """
    Finished pages by key, in at most ``limit`` bytes.

    The least recently requested pages make room; those in ``lasting`` stay. A page with
    a lower counter of ``takedowns`` may show removed content and is dropped.
    """

    def __init__(self, limit, lasting=()):
        self.limit, self.lasting = limit, frozenset(lasting)
        self.size = self.takedowns = 0
        self.pages = OrderedDict()
        self._lock = threading.Lock()
        self._making = {}

    def put(self, key, page):
        with self._lock:
            if page.page_version.takedowns < self.takedowns:
                return
            self._remove(key)
            self.pages[key] = page
            self.size += page.size
            while self.size > self.limit and (oldest := self._least_wanted(key)):
                self._remove(oldest)

    def _least_wanted(self, new):
        stay = {new, *self.lasting}
        return next((key for key in self.pages if key not in stay), None)

    def _remove(self, key):
        if gone := self.pages.pop(key, None):
            self.size -= gone.size

    def touch(self, key):
        with self._lock:
            if key in self.pages:
                self.pages.move_to_end(key)

    def drop_made_before_takedown(self, takedowns):
        with self._lock:
            self.takedowns = max(self.takedowns, takedowns)
            unpacked.cache_clear()
            for key, page in list(self.pages.items()):
                if page.page_version.takedowns < self.takedowns:
                    self._remove(key)

    @contextmanager
    def making(self, key):
        """Let one thread at a time make a page; the others wait."""
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
