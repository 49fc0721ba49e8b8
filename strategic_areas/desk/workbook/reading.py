"""Reads an uploaded workbook: that it is this sheet's, and its lines."""

from dataclasses import dataclass, field

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
from strategic_areas.desk.workbook.opening import pages_of, too_much
from strategic_areas.evidence import RefusedFileError

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
