"""A public page as finished bytes: plain, gzip and brotli, with all their headers."""

import gzip
import hashlib

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
    One address in one state of the record.

    ``label`` is what it was made for, ``made_at`` when (seconds since the epoch).
    ``answers`` maps an encoding to its headers, those of "not modified", its body and
    its ETag. ``bannered`` is the same page as an old copy, once it had to be served.
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
