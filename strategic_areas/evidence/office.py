"""
Cleans workbooks and documents: zip archives, read entry by entry and packed anew.

Some parts are a reason to refuse the whole file; others lose their content.
"""

import io
import re
import zipfile
import zlib

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as SafeXml
from django.utils.translation import gettext as _

from strategic_areas.evidence.images import FORMATS, clean_image
from strategic_areas.evidence.limits import (
    PACKED_ENTRIES,
    UNPACKED_BYTES,
    RefusedFileError,
    holds_another_file,
    not_what_its_name_says,
)

FIRST, LAST, LAST_LENGTH = b"PK\x03\x04", b"PK\x05\x06", 22
PLAIN_NAME = re.compile(r"[^\\:\0]+")
PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ENCRYPTED = 0x1
CHUNK = 64 * 1024
#: The timestamp of every entry, so that the archive does not tell when it was written.
NO_MOMENT = (1980, 1, 1, 0, 0, 0)

CONTENT_TYPES = "[Content_Types].xml"
MAIN_PARTS = {"xlsx": "xl/workbook.xml", "docx": "word/document.xml"}
#: Parts that run code, hold another file, or load something from elsewhere.
ACTIVE_PART = re.compile(
    r"(?i)(.*/)?(vbaproject|vbadata|attachedtoolbars)[^/]*$"
    r"|.*/(activex|embeddings|macrosheets|dialogsheets|externallinks|querytables"
    r"|customui|webextensions|afchunk)[^/]*(/|$)"
    r"|customui/.*|.*/connections\.xml$|.*\.(exe|dll|js|vbs|html?|mht|svg|zip|rtf)$"
)
ACTIVE_TYPE = re.compile(rb"(?i)macroenabled|vbaproject|activex|oleobject|\.package\b")
FIELD = re.compile(
    r"<(?:\w+:)?instrText\b[^>]*>([^<]*)<|\b(?:\w+:)?instr=[\"']([^\"']*)"
)
FETCHING_FIELD = re.compile(
    r"(?i)\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|INCLUDE|LINK|DATABASE)\b\s"
)
LINK = re.compile(r"(?i)(https?|mailto):|#")
#: Empty properties, which replace those that name author, company, template and more.
_package = "http://schemas.openxmlformats.org/package/2006/metadata"
_office = "http://schemas.openxmlformats.org/officeDocument/2006"
EMPTY_PROPERTIES = {
    "docprops/core.xml": f'<coreProperties xmlns="{_package}/core-properties"/>',
    "docprops/app.xml": f'<Properties xmlns="{_office}/extended-properties"/>',
    "docprops/custom.xml": f'<Properties xmlns="{_office}/custom-properties"/>',
}


def clean_office(content, extension):
    """The document without personal metadata; refused if it runs or loads anything."""
    if not content.startswith(FIRST):
        raise not_what_its_name_says(extension, _advice())
    if content[-LAST_LENGTH:-18] != LAST:
        raise holds_another_file(_advice())
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            entries = packed.infolist()
            _must_be_plain(entries, extension)
            _must_be_kind(packed, extension)
            return _packed_anew(packed, entries)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ):
        raise not_what_its_name_says(extension, _advice()) from None


def _must_be_plain(entries, extension):
    """Refuse too many, encrypted or duplicate entries, and names that lead outside."""
    if len(entries) > PACKED_ENTRIES:
        raise _too_much()
    if not entries or min(entry.header_offset for entry in entries) != 0:
        raise holds_another_file(_advice())
    names = [entry.orig_filename.lower() for entry in entries]
    plain = all(
        PLAIN_NAME.fullmatch(name) and ".." not in name.split("/") and name[0] != "/"
        for name in names
    )
    if not plain or len(set(names)) != len(names):
        raise not_what_its_name_says(extension, _advice())
    for entry in entries:
        if entry.flag_bits & ENCRYPTED or entry.compress_type not in PACKED:
            raise not_what_its_name_says(extension, _advice())


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
    """The unpacked bytes, counted while reading: the stated size may be false."""
    data = bytearray()
    with packed.open(entry) as source:
        while chunk := source.read(CHUNK):
            data += chunk
            if len(data) > room:
                raise _too_much()
    return bytes(data)


def _cleaned(name, data):
    """Clean a picture inside the document like an uploaded one."""
    extension = name.rpartition(".")[2].lower()
    if extension in FORMATS:
        return clean_image(data, extension)
    return _clean_part(name, data)


def _too_much():
    return RefusedFileError(
        "unpacked",
        _("Unpacked, this file holds far more than a document or a workbook."),
        _advice(),
    )


def _must_be_kind(packed, extension):
    """Refuse a file without the main part of its kind, or with an active part."""
    names = packed.namelist()
    if CONTENT_TYPES not in names or MAIN_PARTS[extension] not in names:
        raise not_what_its_name_says(extension, _advice())
    if any(ACTIVE_PART.match(name) for name in names):
        raise _active()


def _clean_part(name, data):
    """The content of a part as it is stored."""
    lowered = name.lower()
    if lowered in EMPTY_PROPERTIES:
        return EMPTY_PROPERTIES[lowered].encode()
    if lowered.endswith((".xml", ".rels", ".vml")):
        _must_be_plain_xml(data)
        if lowered == CONTENT_TYPES.lower() and ACTIVE_TYPE.search(data):
            raise _active()
        if lowered.endswith(".rels"):
            _must_stay_inside(data)
        elif lowered.startswith("word/"):
            _must_not_fetch(data.decode("utf-8"))
    return data


def _must_be_plain_xml(data):
    """Refuse XML that is not UTF-8 or has a document type, which allows entities."""
    data.decode("utf-8")
    if b"\0" in data or re.search(rb"(?i)<!(doctype|entity)", data):
        raise ValueError("XML that declares a document type")


def _must_stay_inside(data):
    """Refuse relations that lead outside, except for plain hyperlinks."""
    try:
        relations = SafeXml.fromstring(data, forbid_dtd=True)
    except (SafeXml.ParseError, DefusedXmlException):
        raise ValueError("Relations that cannot be read") from None
    for relation in relations:
        if relation.get("TargetMode", "Internal") == "Internal":
            continue
        is_link = relation.get("Type", "").endswith("/hyperlink")
        if not (is_link and LINK.match(relation.get("Target", ""))):
            raise RefusedFileError(
                "from_elsewhere",
                _("This file takes content from elsewhere: a linked file or picture."),
                _advice(),
            )


def _must_not_fetch(text):
    """Refuse fields of a document that load other files or start programs."""
    fields = "".join(run or f" {whole} " for run, whole in FIELD.findall(text))
    if FETCHING_FIELD.search(f"{fields} "):
        raise _active()


def _active():
    return RefusedFileError(
        "active",
        _(
            "This file does more than show text and numbers: it holds a macro, a data "
            "connection, or another file."
        ),
        _advice(),
    )


def _advice():
    return _(
        "Make a clean copy: copy what matters into a new document or workbook, save it "
        "as .docx or .xlsx, or save this one as PDF, and upload that file."
    )
