"""
Copies the XML of office files: what it judges is what is written, always in UTF-8.

Elements and attributes are known by their names without prefix, which the strict and
the transitional edition of the format share.
"""

import io
import re
from functools import lru_cache
from xml.sax import SAXException
from xml.sax.saxutils import XMLGenerator

from defusedxml import DefusedXmlException
from defusedxml import sax as safe_sax

from strategic_areas.evidence import office_parts
from strategic_areas.evidence.office_parts import Fields, does_more_than_count, judge

TRACKED = re.compile(
    r"(ins|del|moveFrom|moveTo|delText|delInstrText|cell(Ins|Del|Merge)|conflict(Ins|Del)\w*"
    r"|numberingChange|\w+PrChange|\w+PrExChange|tblGridChange"
    r"|(moveFrom|moveTo|customXml(Ins|Del|Move\w+))Range(Start|End))"
)
COMMENTED = frozenset(["commentRangeStart", "commentRangeEnd", "commentReference"])
ACTIVE = frozenset(
    ["ddeLink", "oleLink", "mailMerge", "FmlaMacro", "altChunk", "subDoc", "OLEObject"]
)
#: Who edited, where, with which fonts and printer, and pieces that other parts hold.
DROPPED = frozenset(
    """
    rsids docId docVars permStart permEnd embedRegular embedBold embedItalic
    embedBoldItalic printerSettings absPath fileSharing revisionPtr customWorkbookViews
    customSheetViews customProperties webPublishing webPublishItems contentPart fldData
    webVideoPr
    """.split()  # noqa: SIM905 - a paragraph reads better than twenty quoted words
)
DROPPED_ATTRIBUTES = re.compile(
    r"rsid\w*|refreshedBy|securityDescriptor|userName|href|src|gfxdata"
)
#: Attributes in which programs leave the path of a picture on its author's computer.
DESCRIPTIONS = frozenset(["name", "descr", "title", "alt"])
PATH = re.compile(r"(?i)\s*(file:|[a-z]:[\\/]|\\\\|/(home|users)/)")
FORMULAS = frozenset(
    """
    f formula formula1 formula2 definedName calculatedColumnFormula totalsRowFormula
    """.split()  # noqa: SIM905
)
MACRO_SHEET_NAME = re.compile(r"(?i)(_xlnm\.)?auto_(open|close|activate|deactivate)")
#: More attributes than any element has, and a longer tag or text, which take the parser
#: long.
MOST_ATTRIBUTES = 1_000
ENDLESS = re.compile(rb"<[^<]{1000000}")
#: Judging so many characters of code takes as long as writing one element.
CODE_PER_ELEMENT = 16
ALTERNATIVES = frozenset(["Choice", "Fallback"])


def copied(data, room):
    """The XML copied; refused if it tracks changes, runs, or fetches anything."""
    written = io.BytesIO()
    parsed(data, Copier(written, room))
    return written.getvalue()


def parsed(data, handler):
    """Let the handler read the XML; ``ValueError`` if it is none or has a DTD."""
    if ENDLESS.search(data):
        raise ValueError("A tag or text that no program writes")
    try:
        safe_sax.parseString(data, handler, forbid_dtd=True)
    except (SAXException, DefusedXmlException, LookupError):
        raise ValueError("XML that cannot be read") from None


def local(name):
    return name.rpartition(":")[2]


def _value(attrs, wanted):
    return next((attrs[name] for name in attrs if local(name) == wanted), "")


class Copier(XMLGenerator):
    """Writes what it reads, without comments, instructions and what is dropped."""

    def __init__(self, out, room):
        super().__init__(out, "utf-8", short_empty_elements=True)
        self.room = room
        self.dropping = 0
        self.fields = Fields()
        self.reading = None

    def startElement(self, name, attrs):
        kind = local(name)
        self.room.take_element(kind, len(attrs))
        if len(attrs) > MOST_ATTRIBUTES:
            raise office_parts.too_much()
        if self.dropping or kind in DROPPED:
            self.dropping += 1
            return
        _must_be_harmless(kind)
        kept = {
            key: "" if _is_path(key, value) else value
            for key, value in attrs.items()
            if _is_kept(kind, key, value)
        }
        if kind in FORMULAS or kind == "instrText":
            self.reading = []
        elif kind == "fldChar":
            self.fields.mark(_value(kept, "fldCharType"))
        elif kind in ALTERNATIVES:
            self.fields.enter()
        super().startElement(name, kept)

    def endElement(self, name):
        if self.dropping:
            self.dropping -= 1
            return
        kind = local(name)
        if kind in FORMULAS or kind == "instrText":
            self._must_be_still(kind, "".join(self.reading or ()))
            self.reading = None
        elif kind in ALTERNATIVES:
            self.fields.leave()
        super().endElement(name)

    def characters(self, content):
        self.room.take("elements")
        if self.dropping:
            return
        if self.reading is not None:
            self.room.take("elements", len(content) // CODE_PER_ELEMENT)
            self.reading.append(content)
        super().characters(content)

    def processingInstruction(self, target, data):
        """Leave instructions out: no part needs one."""

    def endDocument(self):
        self.fields.finish()
        super().endDocument()

    def _must_be_still(self, kind, text):
        if kind == "instrText":
            self.fields.add(text)
        elif does_more_than_count(text):
            raise office_parts.active()


@lru_cache(1_000)
def _must_be_harmless(kind):
    if TRACKED.fullmatch(kind):
        raise office_parts.tracked()
    if kind in COMMENTED:
        raise office_parts.commented()
    if kind in ACTIVE:
        raise office_parts.active()


def _is_kept(kind, key, value):
    """True for an attribute that is written; refused if it starts something."""
    name = local(key)
    if name == "instr":
        judge(value)
    if _runs(kind, name, value):
        raise office_parts.active()
    return not _is_dropped(kind, key)


@lru_cache(10_000)
def _is_dropped(kind, key):
    name = local(key)
    is_printer = kind == "pageSetup" and name == "id" and key != "id"
    is_dropped = is_printer or DROPPED_ATTRIBUTES.fullmatch(name)
    return is_dropped and not key.startswith("xmlns")


def _is_path(key, value):
    return local(key) in DESCRIPTIONS and PATH.match(value)


def _runs(kind, name, value):
    """True for an attribute that names a macro, or a name that starts one."""
    if name == "macro":
        return bool(value)
    if kind != "definedName":
        return False
    if name == "name":
        return bool(MACRO_SHEET_NAME.match(value))
    is_macro = name in {"xlm", "function", "vbProcedure"}
    return is_macro and value not in {"0", "false"}
