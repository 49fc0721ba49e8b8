"""Workbooks and documents: a packed folder, read entry by entry and packed anew."""

import io
import re
import zipfile
import zlib

from django.utils.translation import gettext as _

from strategic_areas.evidence import parts
from strategic_areas.evidence.images import FORMATS, clean_image
from strategic_areas.evidence.limits import PACKED_ENTRIES, UNPACKED_BYTES
from strategic_areas.evidence.refusals import (
    RefusedFileError,
    holds_another_file,
    not_what_its_name_says,
)

FIRST, LAST, LAST_LENGTH = b"PK\x03\x04", b"PK\x05\x06", 22
PLAIN_NAME = re.compile(r"[^\\:\0]+")
PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ENCRYPTED = 0x1
CHUNK = 64 * 1024
#: The same moment for every entry: when something was written is nobody's business.
NO_MOMENT = (1980, 1, 1, 0, 0, 0)


def clean_office(content, extension):
    """The same document without its author; refused when it does or fetches things."""
    if not content.startswith(FIRST):
        raise not_what_its_name_says(extension, parts.how())
    if content[-LAST_LENGTH:-18] != LAST:
        raise holds_another_file(parts.how())
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            entries = packed.infolist()
            _must_be_plain(entries, extension)
            parts.must_be_kind(packed, extension)
            return _packed_anew(packed, entries)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ):
        raise not_what_its_name_says(extension, parts.how()) from None


def _must_be_plain(entries, extension):
    """Few enough, each a file of its own with a name that stays inside."""
    if len(entries) > PACKED_ENTRIES:
        raise _too_much()
    if not entries or min(entry.header_offset for entry in entries) != 0:
        raise holds_another_file(parts.how())
    names = [entry.orig_filename.lower() for entry in entries]
    plain = all(
        PLAIN_NAME.fullmatch(name) and ".." not in name.split("/") and name[0] != "/"
        for name in names
    )
    if not plain or len(set(names)) != len(names):
        raise not_what_its_name_says(extension, parts.how())
    for entry in entries:
        if entry.flag_bits & ENCRYPTED or entry.compress_type not in PACKED:
            raise not_what_its_name_says(extension, parts.how())


def _packed_anew(packed, entries):
    room = UNPACKED_BYTES
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in entries:
            if entry.is_dir():
                continue
            data = _unpacked(packed, entry, room)
            room -= len(data)
            moment = zipfile.ZipInfo(entry.filename, NO_MOMENT)
            moment.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(moment, _cleaned(entry.filename, data))
    return written.getvalue()


def _unpacked(packed, entry, room):
    """Its bytes, counted while they come: what the folder says may be a lie."""
    data = bytearray()
    with packed.open(entry) as source:
        while chunk := source.read(CHUNK):
            data += chunk
            if len(data) > room:
                raise _too_much()
    return bytes(data)


def _cleaned(name, data):
    """Pictures lose their place and camera as if they came by themselves."""
    extension = name.rpartition(".")[2].lower()
    if extension in FORMATS:
        return clean_image(data, extension)
    return parts.clean_part(name, data)


def _too_much():
    return RefusedFileError(
        "unpacked",
        _("Unpacked, this file holds far more than a document or a workbook."),
        parts.how(),
    )
