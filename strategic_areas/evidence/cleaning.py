"""
Cleaning of uploads.

If ClamAV's daemon is configured, no file is accepted without its clear answer.
"""

import hashlib
import logging
import re
import socket
import struct
import time
import unicodedata
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from strategic_areas.evidence.limits import (
    EXTENSIONS,
    FILE_BYTES,
    SAVE_AS_PDF,
    RefusedFileError,
    check_size,
    heic_error,
)

logger = logging.getLogger(__name__)

MAX_NAME_LENGTH = 100
#: Maximum of seconds for a scan, during which a thread waits.
SCAN_SECONDS = 5
MAX_ANSWER_BYTES = 1024
DEVICE_NAMES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")
#: Extensions refused before the last one, as in list.php.jpg.
INNER_EXTENSIONS = frozenset(
    """
    pdf jpg jpeg png gif bmp tif tiff webp svg xls xlsx xlsm xlsb doc docx docm dot dotm
    ppt pptx pptm odt ods odp rtf csv txt html htm xhtml shtml mht xml xsl js mjs json
    php php3 php5 phtml asp aspx jsp cgi pl py rb sh bash exe com bat cmd scr msi dll
    vbs vbe wsf hta ps1 jar apk iso img lnk url reg zip rar 7z gz tar eml msg
    """.split()  # noqa: SIM905 - a paragraph reads better than seventy quoted words
)


#: Extensions of documents that office programs can save as PDF.
OFFICE = frozenset(
    """
    doc docx docm dot dotm odt rtf xls xlsx xlsm xlsb ods csv ppt pptx pptm odp
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True)
class CleanFile:
    name: str
    content_type: str
    content: bytes

    @property
    def original_name(self):
        """The name of this attribute on stored rows."""
        return self.name

    @property
    def size(self):
        return len(self.content)

    @property
    def sha256(self):
        return hashlib.sha256(self.content).hexdigest()


def clean_evidence(upload):
    """
    Return the upload as a ``CleanFile`` or raise ``RefusedFileError``.

    The result is cached on the upload.
    """
    if not hasattr(upload, "answer"):
        try:
            upload.answer = _cleaned(upload)
        except RefusedFileError as error:
            upload.answer = error
    if isinstance(upload.answer, RefusedFileError):
        raise upload.answer
    return upload.answer


def clean_ahead(files):
    """
    Clean every upload of a request, so that ``clean_evidence`` returns at once.

    Call it before the saving transaction, which should not take that long.
    """
    for _name, uploads in files.lists():
        for upload in uploads:
            with suppress(RefusedFileError):
                clean_evidence(upload)


def _cleaned(upload):
    name = clean_name(upload.name)
    extension = extension_of(name)
    cleaned = _cleaner_of(extension)(received_bytes(upload), extension)
    check_size(cleaned)
    return CleanFile(name, EXTENSIONS[extension], cleaned)


def received_bytes(upload):
    content = upload.read(FILE_BYTES + 1)
    if not content:
        raise RefusedFileError(
            "empty",
            _("This file is empty."),
            _("Save it again and upload that file."),
        )
    check_size(content)
    check_for_virus(content)
    return content


def _cleaner_of(extension):
    if extension == "pdf":
        from strategic_areas.evidence.pdf import clean_pdf

        return clean_pdf
    from strategic_areas.evidence.images import clean_image

    return clean_image


def clean_name(raw):
    name = re.split(r"[/\\]", str(raw))[-1]
    name = unicodedata.normalize("NFC", name)
    name = "".join(each for each in name if unicodedata.category(each)[0] != "C")
    name = " ".join(re.sub(r'[<>:"|?*]', " ", name).split()).rstrip(". ")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = name, ""
    stem = stem[: (MAX_NAME_LENGTH - len(extension) - 1)].strip(". ") or "evidencia"
    if DEVICE_NAMES.match(stem):
        stem = f"_{stem}"
    return f"{stem}.{extension}" if extension else stem


def extension_of(name):
    stem, dot, extension = name.rpartition(".")
    extension = extension.lower()
    if dot and extension in OFFICE:
        raise RefusedFileError(
            "extension", _("Only PDF, JPG and PNG files are taken."), SAVE_AS_PDF
        )
    if extension in {"heic", "heif"}:
        raise heic_error()
    if not dot or extension not in EXTENSIONS:
        raise RefusedFileError(
            "extension",
            _("Files of this kind are not taken."),
            _(
                "Make a clean copy: open it in its program and save it as PDF, JPG or "
                "PNG."
            ),
        )
    if any(part.lower() in INNER_EXTENSIONS for part in stem.split(".")[1:]):
        raise RefusedFileError(
            "double_extension",
            _("The name of this file has two endings, like “list.php.jpg”."),
            _("Rename it so that it has one, like “list.jpg”, and upload it again."),
        )
    return extension


def check_for_virus(content):
    """Raise ``RefusedFileError`` for a virus, or without a clear answer."""
    if not settings.CLAMD:
        return
    try:
        answer = _ask_scanner(settings.CLAMD, content)
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


def _ask_scanner(address, content):
    ends = time.monotonic() + SCAN_SECONDS
    with _connected(address) as line:
        _set_remaining_timeout(line, ends)
        size, end = struct.pack("!I", len(content)), struct.pack("!I", 0)
        line.sendall(b"zINSTREAM\0" + size + content + end)
        received = b""
        while not received.endswith(b"\0") and len(received) < MAX_ANSWER_BYTES:
            _set_remaining_timeout(line, ends)
            part = line.recv(MAX_ANSWER_BYTES)
            if not part:
                break
            received += part
    return received.rstrip(b"\0").decode("ascii", "replace").strip()


def _set_remaining_timeout(line, ends):
    rest = ends - time.monotonic()
    if rest <= 0:
        raise TimeoutError
    line.settimeout(rest)


def _connected(address):
    if not isinstance(address, str):
        return socket.create_connection(address, SCAN_SECONDS)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(SCAN_SECONDS)
    try:
        line.connect(address)
    except OSError:
        line.close()
        raise
    return line
