"""
Opens an uploaded workbook, and refuses one that could harm whoever reads it.

It is read, never stored: what counts is how much openpyxl would have to build.
"""

import io
import re
import zipfile
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from django.utils.translation import gettext as _

from strategic_areas.evidence import RefusedFileError, received

#: Far more than any sheet holds; a workbook beyond it is somebody else's.
MOST_ROWS, MOST_COLUMNS = 3_000, 100
MOST_PARTS = 2_000
UNPACKED_BYTES = 30 * 1024 * 1024
#: The most cells and texts; the most elements and attributes that are neither those nor
#: part of them; and the most of all together. openpyxl takes some 2 seconds for them.
MOST_CELLS, MOST_OTHERS, MOST_ELEMENTS = 200_000, 50_000, 600_000
CELLS, OF_CELLS = frozenset(["c", "si", "t"]), frozenset(["row", "v", "is"])
#: Ways of packing that unpack no more at once than they are asked for.
PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ACTIVE = re.compile(r"(?i)macro|vbaproject|activex|oleobject")
#: A tag or text over which the parser of XML would sit long.
ENDLESS = re.compile(rb"<[^<]{1000000}")
#: What stands before the first sign of an XML in any encoding, or between its signs.
NO_SIGN, BETWEEN = b"\0\xef\xbb\xbf\xff\xfe \t\r\n", b"\0"


def pages_of(upload):
    """Name of sheet → its rows; ``RefusedFileError`` where it is no small workbook."""
    if not str(upload.name).lower().endswith(".xlsx"):
        raise RefusedFileError(
            "not_xlsx", _("This is no Excel workbook (.xlsx)."), _save_as()
        )
    content = received(upload)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _must_be_modest(packed)
        pages = _pages(content)
    except RefusedFileError:
        raise
    except Exception as error:
        # The parsers raise whatever a damaged file makes them meet.
        raise RefusedFileError(
            "damaged", _("This workbook is damaged."), _save_as()
        ) from error
    if any(len(rows) > MOST_ROWS for rows in pages.values()):
        raise too_much()
    return pages


def too_much():
    return RefusedFileError(
        "too_much",
        _("This workbook holds far more than was taken out here."),
        _("Take it out again and copy into it what you filled."),
    )


def _pages(content):
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    pages = {}
    for page in book.worksheets:
        page.reset_dimensions()
        rows = page.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS)
        pages[page.title] = [tuple(row) for row in rows]
    book.close()
    return pages


def _must_be_modest(packed):
    """Refuse what unpacks to too much, has entities, or holds a macro."""
    from defusedxml import sax

    entries = packed.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_PARTS or unpacked > UNPACKED_BYTES:
        raise too_much()
    counter = ElementCounter()
    for entry in entries:
        if entry.compress_type not in PACKED:
            raise ValueError("Packed as no spreadsheet does")
        if ACTIVE.search(entry.filename):
            raise _active()
        part = packed.read(entry)
        if ENDLESS.search(part):
            raise too_much()
        try:
            sax.parseString(part, counter, forbid_dtd=True)
        except SAXException:
            # No XML, as a picture; or openpyxl's other parser knows its encoding.
            counter.count_unread(part)


class ElementCounter(ContentHandler):
    """Counts elements, attributes and texts; refuses too many, and types of macros."""

    def __init__(self):
        super().__init__()
        self.cells = self.others = self.elements = 0

    def startElement(self, name, attrs):
        kind, size = name.rpartition(":")[2], 1 + len(attrs)
        self.elements += size
        if kind in CELLS:
            self.cells += 1
        elif kind not in OF_CELLS:
            self.others += size
        self._must_fit()
        if ACTIVE.search(attrs.get("ContentType", "")):
            raise _active()

    def characters(self, content):
        self.elements += 1
        self._must_fit()

    def count_unread(self, part):
        """Count by their signs the tags of what only begins like an XML."""
        if not part.lstrip(NO_SIGN).startswith(b"<"):
            return
        if b"<!DOCTYPE" in part.replace(BETWEEN, b""):
            raise ValueError("A type of document, as no spreadsheet has")
        self.others += part.count(b"<") + part.count(b"=")
        self._must_fit()

    def _must_fit(self):
        if (
            self.cells > MOST_CELLS
            or self.others > MOST_OTHERS
            or self.elements > MOST_ELEMENTS
        ):
            raise too_much()


def _active():
    return RefusedFileError(
        "active",
        _("This workbook holds a macro or a program of another kind."),
        _save_as(),
    )


def _save_as():
    return _(
        "In the spreadsheet choose “Save as” and the type “Excel workbook (.xlsx)”."
    )
