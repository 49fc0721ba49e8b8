"""
Scans uploads for viruses with ClamAV's daemon, if the settings name one.

If they do, no file is accepted without a clear answer from it.
"""

import logging
import socket
import struct
import time

from django.conf import settings
from django.utils.translation import gettext as _

from strategic_areas.evidence.limits import RefusedFileError

logger = logging.getLogger(__name__)

#: Seconds for the whole scan, for which a person and a thread have to wait.
DEADLINE = 5
#: The most bytes of an answer that are read.
LONGEST = 1024


def must_be_harmless(content):
    """Raise ``RefusedFileError`` for a virus, or without a clear answer."""
    if not settings.CLAMD:
        return
    try:
        answer = _ask(settings.CLAMD, content)
    except OSError as error:
        logger.error("The virus scanner gives no answer: %s", type(error).__name__)
        answer = ""
    if answer == "stream: OK":
        return
    if answer.endswith(" FOUND"):
        logger.warning("The virus scanner refused a file: %s", answer)
        raise RefusedFileError(
            "virus",
            _("The virus scanner found something harmful in this file."),
            _("Have the computer that it comes from looked at, and make a new copy."),
        )
    if answer:
        logger.error("The virus scanner could not read a file: %s", answer)
    raise RefusedFileError(
        "not_scanned",
        _("The virus scanner does not answer, and no file is taken without it."),
        _("Try again in some minutes. What you wrote is not lost."),
    )


def _ask(address, content):
    """The answer to INSTREAM; as clamd(8) says, each part is sent after its length."""
    ends = time.monotonic() + DEADLINE
    with _connected(address) as line:
        _wait_no_longer(line, ends)
        size, end = struct.pack("!I", len(content)), struct.pack("!I", 0)
        line.sendall(b"zINSTREAM\0" + size + content + end)
        received = b""
        while not received.endswith(b"\0") and len(received) < LONGEST:
            _wait_no_longer(line, ends)
            part = line.recv(LONGEST)
            if not part:
                break
            received += part
    return received.rstrip(b"\0").decode("ascii", "replace").strip()


def _wait_no_longer(line, ends):
    """Limit the next socket call to the rest of the time."""
    rest = ends - time.monotonic()
    if rest <= 0:
        raise TimeoutError
    line.settimeout(rest)


def _connected(address):
    if not isinstance(address, str):
        return socket.create_connection(address, DEADLINE)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(DEADLINE)
    try:
        line.connect(address)
    except OSError:
        line.close()
        raise
    return line
