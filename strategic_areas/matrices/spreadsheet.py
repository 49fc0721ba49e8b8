"""The cells of a matrix file, with looks, merges and hidden parts."""

import io
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _

from strategic_areas.evidence import RefusedFileError
from strategic_areas.workbooks.reading import (
    CALCULATED,
    LONGEST_TEXT,
    MAX_COLUMNS,
    MAX_ROWS,
    cell_text,
    open_safely,
    too_large_error,
)

FILE_PROPERTIES = ("title", "subject", "description", "keywords", "category")
PROMPTS = ("promptTitle", "prompt", "errorTitle", "error")
#: Codes for "no colour".
NO_COLOURS = {"00000000", "FFFFFFFF", "00FFFFFF"}


@dataclass(frozen=True)
class MatrixCell:
    """
    A cell at ``place``, such as "Plan!A5", with its full ``text``.

    ``unstruck_text`` lacks struck-through parts; ``number`` and ``day`` are set for
    typed values.
    """

    place: str
    row: int
    column: int
    text: str = ""
    unstruck_text: str = ""
    number: float | None = None
    day: date | None = None
    format: str = ""
    colour: str = ""
    comment: str = ""
    is_struck: bool = False
    is_bold: bool = False
    is_formula: bool = False

    @property
    def is_percent(self):
        return self.number is not None and "%" in self.format

    def with_text(self, text):
        """The cell as if a person had typed this text."""
        return replace(self, unstruck_text=text, number=None, day=None)


@dataclass
class MatrixSheet:
    """
    Cells by (row, column). ``anchors`` maps each position inside a merged range to the
    top left position, which has the text.
    """

    title: str
    state: str = "visible"
    cells: dict = field(default_factory=dict)
    anchors: dict = field(default_factory=dict)
    #: Number of columns of merged cells.
    widths: dict = field(default_factory=dict)
    #: Pairs of a row's number or a column's letter, and the kind of notice.
    hidden: list = field(default_factory=list)
    #: Texts outside cells, such as headers and footers.
    outside: list = field(default_factory=list)

    def at(self, row, column):
        return self.cells.get(self.anchors.get((row, column), (row, column)))

    @cached_property
    def rows(self):
        found = {}
        for (row, _column), cell in self.cells.items():
            if cell.text:
                found.setdefault(row, []).append(cell)
        return found

    def cells_with_text(self, first=1, until=MAX_ROWS + 1):
        return [x for n, row in self.rows.items() if first <= n < until for x in row]

    @property
    def last_column(self):
        return max((column for _row, column in self.cells), default=0)


def letter_of(column):
    from openpyxl.utils import get_column_letter

    return get_column_letter(column)


def column_of(letter):
    from openpyxl.utils import range_boundaries

    return range_boundaries(f"{letter}1")[0]


def open_matrix(upload):
    """
    The sheets of an uploaded workbook, hidden ones included.

    Raises ``RefusedFileError`` for an unsafe file or an unreasonable number of merged
    cells.
    """
    try:
        return open_safely(upload, _load)
    except RefusedFileError as error:
        if error.code != "too_much":
            raise
        raise RefusedFileError(
            "too_much",
            _("This workbook holds or joins far more cells than a matrix has."),
            _("Copy the matrix alone into a new workbook and upload that one."),
        ) from error


def _load(content):
    from openpyxl import load_workbook

    book = values = load_workbook(io.BytesIO(content), rich_text=True, keep_links=False)
    cells = [cell for page in book.worksheets for cell in page._cells.values()]
    if any(cell.data_type == CALCULATED for cell in cells):
        values = load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
    sheets = [_sheet(page, values[page.title]) for page in book.worksheets]
    for first in sheets[:1]:
        first.outside += _texts_of(book.properties, FILE_PROPERTIES)
    return sheets


def _texts_of(part, names):
    return [text for name in names if (text := getattr(part, name, None))]


def _outside(page):
    for when in ("odd", "even", "first"):
        for where in ("Header", "Footer"):
            printed = getattr(page, f"{when}{where}")
            for part in (printed.left, printed.center, printed.right):
                yield from _texts_of(part, ["text"])
    for rule in page.data_validations.dataValidation:
        yield from _texts_of(rule, PROMPTS)
    for cell in page._cells.values():
        yield from _texts_of(getattr(cell, "hyperlink", None), ["target", "tooltip"])


def _sheet(page, values):
    sheet = MatrixSheet(page.title, page.sheet_state, outside=[*_outside(page)])
    for (row, column), cell in sorted(page._cells.items()):
        made = _cell(page.title, cell, values)
        if made and (row > MAX_ROWS or column > MAX_COLUMNS):
            if made.text:
                raise too_large_error()
        elif made:
            sheet.cells[row, column] = made
    for joined in page.merged_cells.ranges:
        corner = (joined.min_row, joined.min_col)
        sheet.widths[corner] = joined.max_col - joined.min_col + 1
        for place in joined.cells:
            sheet.anchors[place] = corner
    sheet.hidden += [
        (row, "hidden_row")
        for row, each in page.row_dimensions.items()
        if each.hidden and row in sheet.rows
    ]
    for each in page.column_dimensions.values():
        if each.hidden:
            last = min(each.max or each.min or 0, sheet.last_column)
            sheet.hidden += [
                (letter_of(column), "hidden_column")
                for column in range(each.min or 1, last + 1)
            ]
    return sheet


def _cell(title, cell, values):
    # Merged cells have no style.
    has_style = hasattr(cell, "font")
    colour = _colour(cell.fill) if has_style else ""
    comment = cell.comment if has_style else None
    if cell.value is None and not colour and not comment:
        return None
    is_formula = cell.data_type == CALCULATED
    value = cell.value
    if is_formula:
        stored = values[cell.coordinate].value
        value = str(value) if stored is None else stored
    text = cell_text("", value, cell.number_format)
    if len(text) > LONGEST_TEXT:
        raise too_large_error()
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    runs = value if isinstance(value, list) else []
    struck = [
        str(run) for run in runs if getattr(getattr(run, "font", None), "strike", None)
    ]
    others = "".join(str(run) for run in runs if str(run) not in struck).strip()
    is_day = isinstance(value, date)
    return MatrixCell(
        place=f"{title}!{cell.coordinate}",
        row=cell.row,
        column=cell.column,
        text=text,
        unstruck_text=others if 0 < len(struck) < len(runs) else text,
        number=value if is_number else None,
        day=date(value.year, value.month, value.day) if is_day else None,
        format=cell.number_format,
        colour=colour,
        comment=comment.text.strip() if comment else "",
        is_struck=bool(cell.font.strike or runs and len(struck) == len(runs)),
        is_bold=bool(cell.font.b),
        is_formula=is_formula,
    )


def _colour(fill):
    if fill.fill_type != "solid":
        return ""
    colour = fill.fgColor
    if colour.type == "theme":
        return "" if colour.theme == 0 else f"theme {colour.theme} {colour.tint:.2f}"
    found = str(colour.rgb if colour.type == "rgb" else colour.indexed)
    return "" if found in NO_COLOURS else found
