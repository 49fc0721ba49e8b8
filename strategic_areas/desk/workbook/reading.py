"""Opens an uploaded workbook within its limits, and reads its lines."""

import io
import re
import zipfile
from dataclasses import dataclass, field
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from django.utils.translation import gettext as _

from agencies import numbers
from strategic_areas.desk.workbook import guide
from strategic_areas.desk.workbook.columns import (
    FIELDS,
    FORMAT,
    HEADERS,
    IDS,
    cell_text,
)
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


#: The columns that are read; the others are only for the reader.
READ = (*(column.name for column in IDS), "code", *FIELDS)
#: No spreadsheet holds a longer text in one cell.
LONGEST_TEXT = 32_767
#: In how many rows from the top the machine names are looked for.
NAMES_WITHIN = 10
CALCULATED, BROKEN, NUMERIC = "f", "e", "n"


@dataclass(frozen=True)
class Cell:
    """
    A cell at ``place``, such as F7; ``is_value`` is false for formulas and errors.

    ``is_number`` where the program holds a number, which no reader may doubt.
    """

    place: str
    text: str = ""
    is_value: bool = True
    is_number: bool = False

    @property
    def number(self):
        return numbers.written(self.text) if self.is_number else self.text


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell, or with its row where ``place`` is empty."""

    place: str
    header: str
    message: str
    #: The number of the row, and the name of the column.
    number: int = 0
    name: str = ""


@dataclass(frozen=True)
class Change:
    """A field: the saved value, and that of the workbook."""

    header: str
    old: str
    new: str
    place: str = ""


@dataclass(frozen=True)
class Line:
    number: int
    cells: dict[str, Cell] = field(default_factory=dict)

    def text(self, name):
        return self.cells[name].text

    def whole(self, name):
        """A hidden id as a number, or 0."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdecimal() else 0

    @property
    def filled(self):
        return {name: self.text(name) for name in FIELDS}

    @property
    def says_something(self):
        return any(self.filled.values())


def read(upload, sheet):
    """
    The lines of the reports, and all sheets by name.

    Raises ``RefusedFileError`` where the workbook is not this sheet's.
    """
    pages = pages_of(upload)
    _must_be_of(pages.pop(guide.MARKS, []), sheet)
    rows, start, columns = _find_names(pages)
    _must_be_whole(columns)
    lines = [
        line_of(number, row, columns)
        for number, row in enumerate(rows[start:], start + 1)
    ]
    return [line for line in lines if _is_a_line(line)], pages


def marks_in(rows):
    return {str(row[0].value): str(row[1].value) for row in rows if len(row) > 1}


def _must_be_of(rows, sheet):
    found = marks_in(rows)
    wanted = guide.marks_of(sheet)
    if found == wanted:
        return
    if found.get("format") != FORMAT:
        raise RefusedFileError(
            "not_ours",
            _("This is not the workbook of a sheet, or one of an older version."),
            _again(),
        )
    raise RefusedFileError(
        "another_sheet",
        _("This workbook is of %(agency)s in the round %(period)s, not of this sheet.")
        % {"agency": found.get("agency"), "period": found.get("period")},
        _again(),
    )


def _find_names(pages):
    found = rows_of_names(pages, {name: name for name in READ})
    return max(found, key=lambda each: len(each[2]), default=([], 0, {}))


def rows_of_names(pages, names):
    """
    Each row at the top of a page: the page's rows, its number, name → column.

    ``names`` maps a cell's text to a column's name; the first of two counts.
    """
    for rows in pages.values():
        for number, row in enumerate(rows[:NAMES_WITHIN], 1):
            columns = {}
            for column, cell in enumerate(row):
                if cell.value in names:
                    columns.setdefault(names[cell.value], column)
            yield rows, number, columns


def _must_be_whole(columns):
    missing = [str(HEADERS[name]) for name in READ if name not in columns]
    if len(missing) == len(READ):
        raise RefusedFileError(
            "no_names", _("The hidden first row of the report is missing."), _again()
        )
    if missing:
        what = _("These columns are missing: %(columns)s.")
        what %= {"columns": ", ".join(missing)}
        raise RefusedFileError("missing_column", what, _again())


def line_of(number, row, columns):
    """One row of a page; ``columns`` maps names to their places from 0."""
    from openpyxl.utils import get_column_letter

    cells = {}
    for name, column in columns.items():
        place = f"{get_column_letter(column + 1)}{number}"
        cell = row[column] if column < len(row) else None
        if cell is None or cell.value is None:
            cells[name] = Cell(place)
        elif cell.data_type in {CALCULATED, BROKEN}:
            cells[name] = Cell(place, str(cell.value), is_value=False)
        else:
            text = cell_text(name, cell.value, cell.number_format)
            if len(text) > LONGEST_TEXT:
                raise too_much()
            cells[name] = Cell(place, text, is_number=cell.data_type == NUMERIC)
    return Line(number, cells)


def _is_a_line(line):
    if line.text("activity") == HEADERS["activity"]:
        return False
    return line.whole("activity") or line.says_something


def _again():
    return _("Download the workbook of this sheet and copy into it what you filled.")
