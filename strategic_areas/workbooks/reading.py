"""Reading of uploaded workbooks, within limits."""

import hashlib
import io
import math
import re
import zipfile
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from django.utils.translation import gettext as _

from agencies import numbers
from agencies.folding import fold
from strategic_areas.evidence import RefusedFileError, received_bytes
from strategic_areas.spreadsheet_cells import unescape_formula

#: Far more than any sheet of the portal has.
MAX_ROWS, MAX_COLUMNS = 3_000, 100
MAX_PARTS = 2_000
UNPACKED_BYTES = 30 * 1024 * 1024
#: Limits of cells and texts, of other elements and attributes, and of all together.
#: openpyxl needs about 2 seconds for them.
MAX_CELLS, MAX_OTHERS, MAX_ELEMENTS = 200_000, 50_000, 600_000
#: Limit of cells in ranges such as A1:H60: openpyxl creates an object for each.
MAX_RANGE_CELLS = 100_000
RANGE_ELEMENTS = re.compile(rb"mergeCell |hyperlink ")
CELLS, UNCOUNTED_ELEMENTS = frozenset(["c", "si", "t"]), frozenset(["row", "v", "is"])
#: Compression methods that can be unpacked in parts.
COMPRESSION_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ACTIVE = re.compile(r"(?i)macro|vbaproject|activex|oleobject")
#: A tag or text that would take the XML parser long.
ENDLESS = re.compile(rb"<[^<]{1000000}")
#: Bytes that may precede the XML in any encoding, and the zero bytes of UTF-16.
BYTE_ORDER_MARKS, ZERO_BYTE = b"\0\xef\xbb\xbf\xff\xfe \t\r\n", b"\0"


def read_worksheets(upload):
    """
    Map sheet names to rows of cells with value, type and format.

    Raises ``RefusedFileError`` as ``open_safely`` does.
    """
    return open_safely(upload, _worksheets)


def open_safely(upload, load):
    """
    Return ``load(bytes)`` of an uploaded workbook.

    ``RefusedFileError`` if it is no workbook, is damaged, unpacks to too much, has
    entities or macros. Any exception of ``load`` counts as damage.
    """
    if not str(upload.name).lower().endswith(".xlsx"):
        raise RefusedFileError(
            "not_xlsx", _("This is no Excel workbook (.xlsx)."), _save_as_hint()
        )
    content = received_bytes(upload)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _check_limits(packed)
        return load(content)
    except RefusedFileError:
        raise
    except Exception as error:
        # Parsers raise many exceptions for damaged files.
        raise RefusedFileError(
            "damaged", _("This workbook is damaged."), _save_as_hint()
        ) from error


def too_large_error():
    return RefusedFileError(
        "too_much",
        _("This workbook holds far more than was taken out here."),
        _("Take it out again and copy into it what you filled."),
    )


def _worksheets(content):
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    worksheets = {}
    for worksheet in book.worksheets:
        worksheet.reset_dimensions()
        rows = worksheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS)
        worksheets[worksheet.title] = [tuple(row) for row in rows]
    book.close()
    if any(len(rows) > MAX_ROWS for rows in worksheets.values()):
        raise too_large_error()
    return worksheets


def _check_limits(packed):
    from defusedxml import sax

    entries = packed.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_PARTS or unpacked > UNPACKED_BYTES:
        raise too_large_error()
    counter = ElementCounter()
    for entry in entries:
        if entry.compress_type not in COMPRESSION_METHODS:
            raise ValueError("Packed as no spreadsheet does")
        if ACTIVE.search(entry.filename):
            raise _active_content_error()
        part = packed.read(entry)
        if ENDLESS.search(part):
            raise too_large_error()
        try:
            sax.parseString(part, counter, forbid_dtd=True)
        except SAXException:
            # Not XML, such as a picture, or in an encoding that only openpyxl's parser
            # knows.
            counter.count_unread(part)


class ElementCounter(ContentHandler):
    """
    Counts elements, attributes and texts of the XML; refuses too many, and macros.
    """

    def __init__(self):
        super().__init__()
        self.cells = self.others = self.elements = self.range_cells = 0

    def startElement(self, name, attrs):
        kind, size = name.rpartition(":")[2], 1 + len(attrs)
        self.elements += size
        if kind in CELLS:
            self.cells += 1
        elif kind not in UNCOUNTED_ELEMENTS:
            self.others += size
        if kind in {"mergeCell", "hyperlink"}:
            self.range_cells += _cells_in(attrs.get("ref", "A1"))
        self._check_counts()
        if ACTIVE.search(attrs.get("ContentType", "")):
            raise _active_content_error()

    def characters(self, content):
        self.elements += 1
        self._check_counts()

    def count_unread(self, part):
        if not part.lstrip(BYTE_ORDER_MARKS).startswith(b"<"):
            return
        characters = part.replace(ZERO_BYTE, b"")
        if b"<!DOCTYPE" in characters or RANGE_ELEMENTS.search(characters):
            raise ValueError("What no spreadsheet has, or what cannot be counted")
        self.others += part.count(b"<") + part.count(b"=")
        self._check_counts()

    def _check_counts(self):
        if (
            self.cells > MAX_CELLS
            or self.others > MAX_OTHERS
            or self.elements > MAX_ELEMENTS
            or self.range_cells > MAX_RANGE_CELLS
        ):
            raise too_large_error()


def _cells_in(cell_range):
    from openpyxl.utils import range_boundaries

    left, top, right, bottom = range_boundaries(cell_range)
    return (right - left + 1) * (bottom - top + 1)


def _active_content_error():
    return RefusedFileError(
        "active",
        _("This workbook holds a macro or a program of another kind."),
        _save_as_hint(),
    )


def _save_as_hint():
    return _(
        "In the spreadsheet choose “Save as” and the type “Excel workbook (.xlsx)”."
    )


#: The hidden sheet that states from which plan or round the workbook was exported.
METADATA_SHEET = "_hoja"
#: How Excel stores the line ends of some programs.
STORED_RETURN = "_x000D_"
#: No spreadsheet holds a longer text in one cell.
LONGEST_TEXT = 32_767
#: How many bytes the digest of one cell has.
DIGEST_BYTES = 4
#: The hidden column with digests of a row's content at export.
DIGEST_COLUMN = "seen"
#: The header row is looked for in the first rows only.
HEADER_SEARCH_ROWS = 10
CALCULATED, BROKEN, NUMERIC = "f", "e", "n"


@dataclass(frozen=True)
class WorkbookCell:
    """
    A cell at ``place``, such as F7; ``is_value`` is false for formulas and errors.

    ``is_number``: the cell holds a typed number.
    """

    place: str
    text: str = ""
    is_value: bool = True
    is_number: bool = False

    @property
    def number_or_text(self):
        return numbers.number_text(self.text) if self.is_number else self.text


@dataclass(frozen=True)
class ValueFault:
    """
    A fault of a value: in a workbook of a cell, or of its row if ``place`` is empty.

    In plan files ``place`` is the record, ``number`` the line, ``found`` its text
    and ``message`` what was expected; ``str`` is for plan files only.
    """

    place: str
    header: str
    message: str
    number: int = 0
    name: str = ""
    found: str = ""

    def __str__(self):
        place = f"{self.place} (line {self.number})" if self.number else self.place
        where = f"{place}, {self.header}" if self.header else place
        return f"{where}: found {self.found}; expected {self.message}"


@dataclass(frozen=True)
class CellChange:
    """
    A field with its saved and its new value.

    ``protects``: it decides which numbers of people are public. ``reason``: why the
    saved value stays. In plan files ``place`` is the record.
    """

    header: str
    old: object
    new: object
    place: str = ""
    protects: bool = False
    reason: str = ""


@dataclass(frozen=True)
class WorkbookLine:
    number: int
    cells: dict[str, WorkbookCell] = field(default_factory=dict)

    def cell(self, name):
        return self.cells.get(name, WorkbookCell(""))

    def text(self, name):
        return self.cell(name).text

    def whole(self, name):
        """A hidden id as a number, or 0."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdecimal() else 0


def read_metadata(worksheets):
    return {
        str(row[0].value): str(row[1].value)
        for row in worksheets.get(METADATA_SHEET, [])
        if len(row) > 1
    }


def lines_below(worksheets, names):
    """
    Map column names to positions, and return the lines below the header row.

    ``names`` maps header texts to column names. Both results are empty without a header
    row.
    """
    best, lines = {}, []
    for rows in worksheets.values():
        for number, row in enumerate(rows[:HEADER_SEARCH_ROWS], 1):
            columns = {}
            for column, cell in enumerate(row):
                if cell.value in names:
                    columns.setdefault(names[cell.value], column)
            if len(columns) > len(best):
                best, lines = columns, list(enumerate(rows, 1))[number:]
    found = (line_of(number, row, best) for number, row in lines)
    # The visible headings are a line too, with the name above the hidden column.
    return best.keys(), [x for x in found if x.text(DIGEST_COLUMN) != DIGEST_COLUMN]


def line_of(number, row, columns):
    """One row; ``columns`` maps names to positions from 0."""
    from openpyxl.utils import get_column_letter

    cells = {}
    for name, column in columns.items():
        place = f"{get_column_letter(column + 1)}{number}"
        cell = row[column] if column < len(row) else None
        if cell is None or cell.value is None:
            cells[name] = WorkbookCell(place)
        elif cell.data_type in {CALCULATED, BROKEN}:
            cells[name] = WorkbookCell(place, str(cell.value), is_value=False)
        else:
            text = cell_text(name, cell.value, cell.number_format)
            if len(text) > LONGEST_TEXT:
                raise too_large_error()
            cells[name] = WorkbookCell(place, text, is_number=cell.data_type == NUMERIC)
    return WorkbookLine(number, cells)


def cell_text(name, value, number_format=""):
    """
    A cell's value as text, whatever its type.

    40 % is "40"; a day is "2030-12-31".
    """
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        if name == "percent" and "%" in number_format:
            value = round(value * 100, 6)
        is_finite = math.isfinite(value)
        return f"{Decimal(str(value)).normalize():f}" if is_finite else str(value)
    text = (
        unescape_formula(str(value).replace(STORED_RETURN, "\r"))
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .strip()
    )
    return text.removesuffix("%").strip() if name == "percent" else text


def comparable(text):
    """A word without accents, capitals and extra blanks."""
    return " ".join(fold(text).split())


def digest_of(text, *, size=DIGEST_BYTES):
    return hashlib.blake2s(text.encode(), digest_size=size).hexdigest()
