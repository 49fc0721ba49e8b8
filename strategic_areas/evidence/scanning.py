"""
Whether an upload holds a known virus: asked of ClamAV's daemon, where there is one.

Where one is named in the settings nothing is taken without its word.
"""

import logging
import socket
import struct

from django.conf import settings
from django.utils.translation import gettext as _

from strategic_areas.evidence.refusals import RefusedFileError

logger = logging.getLogger(__name__)

#: Seconds for each sending and each answer.
TIMEOUT = 10
#: The longest answer that is read.
LONGEST = 1024


def must_be_harmless(content):
    """``RefusedFileError`` for a virus, or where the scanner gives no clear answer."""
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
    """The answer to INSTREAM, as clamd(8) describes it: lengths before each part."""
    with _connected(address) as line:
        line.sendall(b"zINSTREAM\0" + struct.pack("!I", len(content)) + content)
        line.sendall(struct.pack("!I", 0))
        received = b""
        while not received.endswith(b"\0") and len(received) < LONGEST:
            part = line.recv(LONGEST)
            if not part:
                break
            received += part
    return received.rstrip(b"\0").decode("ascii", "replace").strip()


def _connected(address):
    if not isinstance(address, str):
        return socket.create_connection(address, TIMEOUT)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(TIMEOUT)
    try:
        line.connect(address)
    except OSError:
        line.close()
        raise
    return line
