"""Public pages as finished bytes, and the part of memory in which they are kept."""

import gzip
import hashlib
import threading
from collections import OrderedDict
from contextlib import contextmanager

import brotli

#: Answers of one page, by encoding, in the order in which they are preferred.
ENCODINGS = ("br", "gzip", "")
#: Made at once for the first reader: brotli 11 would take a hundred times as long.
GZIP_LEVEL, BROTLI_QUALITY = 6, 5
#: Headers that Django sets for one answer, and the front sets for each encoding.
OWN_HEADERS = {"content-length", "etag", "vary", "accept-ranges", "content-encoding"}
#: Headers that tell of a body, which "not modified" does not have.
OF_A_BODY = {"content-type", "content-length", "content-encoding", "content-language"}


class Page:
    """
    One address in one state of the record: plain, gzip and brotli, with all headers.

    ``label`` is the ``Label`` that it was made for, ``made_at`` when (seconds since the
    epoch). ``answers`` maps an encoding to its headers, those of "not modified", its
    body and its ETag. ``bannered`` is the same page under the band that tells its age,
    once it was served while the database was away.
    """

    __slots__ = ("answers", "bannered", "headers", "html", "label", "made_at", "size")

    def __init__(self, html, headers, label, made_at):
        self.html, self.label, self.made_at = html, label, made_at
        self.bannered = None
        self.headers = [
            (name, value) for name, value in headers if name.lower() not in OWN_HEADERS
        ]
        digest = hashlib.sha256(html).hexdigest()[:24]
        bodies = {"": html}
        if not self._is_picture():
            bodies |= {
                "br": brotli.compress(html, quality=BROTLI_QUALITY),
                "gzip": gzip.compress(html, GZIP_LEVEL, mtime=0),
            }
        self.answers = {
            encoding: self._answer(encoding, body, digest)
            for encoding, body in bodies.items()
        }
        self.size = sum(map(len, bodies.values()))

    def _is_picture(self):
        """A picture is compressed as it is: again it would weigh more."""
        return any(
            name.lower() == "content-type" and value.startswith("image/")
            for name, value in self.headers
        )

    def _answer(self, encoding, body, digest):
        # A strong ETag names the bytes, so each encoding has its own.
        etag = f'"{digest}-{encoding}"' if encoding else f'"{digest}"'
        headers = [
            *self.headers,
            ("Content-Length", str(len(body))),
            ("ETag", etag),
            ("Vary", "Accept-Encoding"),
            ("Accept-Ranges", "none"),
        ]
        if encoding:
            headers.append(("Content-Encoding", encoding))
        unmodified = [pair for pair in headers if pair[0].lower() not in OF_A_BODY]
        return headers, unmodified, body, etag

    def respond(self, environ, start_response):
        """The WSGI answer to a GET or HEAD of this page."""
        accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
        answer = self.answers.get(preferred(accepted)) or self.answers[""]
        headers, unmodified, body, etag = answer
        seen = environ.get("HTTP_IF_NONE_MATCH")
        if seen and matches(seen, etag):
            start_response("304 Not Modified", list(unmodified))
            return []
        start_response("200 OK", list(headers))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def under(self, banner):
        """The same page with a banner above its content."""
        html = self.html.replace(b"<main ", banner + b"<main ", 1)
        return Page(html, self.headers, self.label, self.made_at)


_preferred = {}


def preferred(accepted):
    """The best encoding that an Accept-Encoding header allows."""
    found = _preferred.get(accepted)
    if found is None:
        found = _read(accepted)
        if len(_preferred) < 256:  # browsers send a dozen; a stranger may send any
            _preferred[accepted] = found
    return found


def _read(accepted):
    allowed = set()
    for part in accepted.lower().split(","):
        name, _semicolon, quality = part.strip().partition(";")
        if quality.replace(" ", "").rstrip("0.") != "q=":
            allowed.add(name.strip())
    return next((name for name in ENCODINGS if not name or name in allowed), "")


def matches(seen, etag):
    """True when an If-None-Match header names this ETag, weakly or strongly, or any."""
    if seen == etag:
        return True
    names = [name.strip().removeprefix("W/") for name in seen.split(",")]
    return etag in names or names == ["*"]


class PageMemory:
    """
    Finished pages by address, in at most ``limit`` bytes.

    The pages that nobody asked for the longest make room for new ones; those at the
    addresses ``lasting`` stay. ``takedowns`` is the newest state of that counter that
    was told: what was made before it may hold what was taken down, and is not kept.
    """

    def __init__(self, limit, lasting=()):
        self.limit, self.lasting = limit, frozenset(lasting)
        self.size = self.takedowns = 0
        self.pages = OrderedDict()
        self._lock = threading.Lock()
        self._making = {}

    def get(self, key):
        return self.pages.get(key)

    def put(self, key, page):
        """Keep a page, unless something was taken down since it was begun."""
        with self._lock:
            if page.label.takedowns < self.takedowns:
                return
            self._remove(key)
            self.pages[key] = page
            self.size += page.size
            while self.size > self.limit and (oldest := self._least_wanted(key)):
                self._remove(oldest)

    def _least_wanted(self, new):
        """The key of the page that may go first, other than the new one; or None."""
        stay = {new, *self.lasting}
        return next((key for key in self.pages if key not in stay), None)

    def _remove(self, key):
        if gone := self.pages.pop(key, None):
            self.size -= gone.size

    def touch(self, key):
        """Tell that a page was asked for."""
        with self._lock:
            if key in self.pages:
                self.pages.move_to_end(key)

    def drop_older(self, takedowns):
        """Remove, and from now on refuse, what was made before this many takedowns."""
        with self._lock:
            self.takedowns = max(self.takedowns, takedowns)
            for key, page in list(self.pages.items()):
                if page.label.takedowns < self.takedowns:
                    self._remove(key)

    @contextmanager
    def making(self, key):
        """One thread at a time for each key; whoever waited finds the page made."""
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
