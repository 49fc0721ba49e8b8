"""
The last good bytes of each page on disk, for while the database is down.

What was withdrawn or purged must not come back from here. So whoever takes something
back first closes the copies, in its own transaction, and afterwards opens them from
the version that no longer holds it; copies made for an older version are never served.
"""

import hashlib
import json
import logging
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import transaction

from plan_portal.front.page import Page
from strategic_areas.models import PublicationVersion

logger = logging.getLogger(__name__)

CLOSED = "closed"
#: Seconds after which copies that nobody opened again open by themselves: whoever
#: closed them was cut off, and the version that is read by then holds the outcome.
ABANDONED = 60
#: Files kept at most; an address that nobody asks for gives way to newer ones.
LIMIT = 5000


class Copies:
    """The copies in one folder, shared by all processes of this machine."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def floor(self):
        """The oldest version whose copies may be served; None while none may be."""
        try:
            said = self._floor_file.read_text()
        except FileNotFoundError:
            return 0
        return int(said) if said.isdecimal() else None

    @property
    def _floor_file(self):
        return self.folder / "floor"

    def close(self):
        """Serve none of them until ``open_from``, and throw them away."""
        self._write(self._floor_file, CLOSED.encode())
        for path in self.folder.glob("*.page"):
            path.unlink(missing_ok=True)

    def open_from(self, version):
        """Serve again what is made for ``version`` or a later one."""
        self._write(self._floor_file, str(version).encode())

    def open_if_abandoned(self, version):
        """Open what somebody closed and never opened, once a version is known."""
        with suppress(FileNotFoundError):
            closed_for = time.time() - self._floor_file.stat().st_mtime
            if self.floor() is None and closed_for > ABANDONED:
                self.open_from(version)

    def keep(self, key, page):
        """Write a page beside the others; a full disk costs the copy, not the page."""
        head = {
            "key": key,
            "headers": page.headers,
            "label": page.label,
            "made_at": page.made_at,
        }
        content = json.dumps(head).encode() + b"\n" + page.html
        try:
            self._write(self._path(key), content)
        except OSError as error:
            logger.warning("No copy was kept: %s", error.strerror)

    def find(self, key):
        """The page of this address as it was last made, or None."""
        floor = self.floor()
        if floor is None:
            return None
        try:
            head, html = self._path(key).read_bytes().split(b"\n", 1)
            told = json.loads(head)
        except (OSError, ValueError):
            return None
        if told["key"] != key or told["label"][1] < floor:
            return None
        headers = [tuple(pair) for pair in told["headers"]]
        return Page(html, headers, tuple(told["label"]), told["made_at"])

    def prune(self):
        """Remove the oldest copies above the limit."""
        paths = list(self.folder.glob("*.page"))
        if len(paths) > LIMIT:
            paths.sort(key=lambda path: path.stat().st_mtime)
            for path in paths[: len(paths) - LIMIT]:
                path.unlink(missing_ok=True)

    def _path(self, key):
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()}.page"

    def _write(self, path, content):
        """All of it or nothing: a reader never finds half a file."""
        self.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise


def take_back(sender, **kwargs):
    """
    Receiver of ``taking_back``: no copy that is older than its commit is served.

    Where the transaction fails nobody opens them, until they are found abandoned.
    """
    copies = Copies(settings.COPIES_DIR)
    copies.close()
    transaction.on_commit(lambda: copies.open_from(PublicationVersion.current()))
