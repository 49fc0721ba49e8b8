"""The parts of a workbook or document: which are refused, which lose their content."""

import re

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as SafeXml
from django.utils.translation import gettext as _

from strategic_areas.evidence.refusals import (
    RefusedFileError,
    not_what_its_name_says,
)

CONTENT_TYPES = "[Content_Types].xml"
MAIN_PARTS = {"xlsx": "xl/workbook.xml", "docx": "word/document.xml"}
#: Parts that run, hold another file, or fetch from elsewhere.
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
#: A document's properties tell author, company, template and more: these say nothing.
_package = "http://schemas.openxmlformats.org/package/2006/metadata"
_office = "http://schemas.openxmlformats.org/officeDocument/2006"
EMPTY_PROPERTIES = {
    "docprops/core.xml": f'<coreProperties xmlns="{_package}/core-properties"/>',
    "docprops/app.xml": f'<Properties xmlns="{_office}/extended-properties"/>',
    "docprops/custom.xml": f'<Properties xmlns="{_office}/custom-properties"/>',
}


def must_be_kind(packed, extension):
    """It holds the main part of a workbook or document, and no active part."""
    names = packed.namelist()
    if CONTENT_TYPES not in names or MAIN_PARTS[extension] not in names:
        raise not_what_its_name_says(extension, how())
    if any(ACTIVE_PART.match(name) for name in names):
        raise _active()


def clean_part(name, data):
    """The part as it is kept."""
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
    """UTF-8 without a document type: entities are how XML explodes or fetches."""
    data.decode("utf-8")
    if b"\0" in data or re.search(rb"(?i)<!(doctype|entity)", data):
        raise ValueError("XML that declares a document type")


def _must_stay_inside(data):
    """Every relation leads inside, or is a plain link for the reader to follow."""
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
                how(),
            )


def _must_not_fetch(text):
    """Fields of a document that bring in other files or start programs."""
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
        how(),
    )


def how():
    return _(
        "Make a clean copy: copy what matters into a new document or workbook, save it "
        "as .docx or .xlsx, or save this one as PDF, and upload that file."
    )
