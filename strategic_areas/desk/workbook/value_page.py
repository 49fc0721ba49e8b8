"""Writing the workbook's sheet of the values for which the round asks."""

from django.utils.translation import gettext as _
from openpyxl.styles import Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from strategic_areas.desk.workbook import guide
from strategic_areas.desk.workbook import value_lines as known
from strategic_areas.desk.workbook.writing import (
    BORDER,
    FIRST_ROW,
    HEADER,
    HEADER_ROW,
    LOCKED,
    NAMES_ROW,
    TO_FILL,
    TOP,
    put,
)


def add_values(book, sheet):
    """Add the sheet to the workbook where the round asks for any value."""
    rows = sheet.values
    if not rows:
        return
    page = book.create_sheet(_("Values"))
    columns = known.columns_of(rows)
    places = {
        name: get_column_letter(place)
        for place, name in enumerate((*known.CONTEXT, *columns), 1)
    }
    _add_headers(page, columns, places)
    categories, held = known.categories_by_indicator(rows), known.held(rows, columns)
    for number, row in enumerate(rows, FIRST_ROW):
        own = categories[row.value.indicator]
        for name, letter in places.items():
            cell = page[f"{letter}{number}"]
            cell.alignment, cell.border = TOP, BORDER
            if name in columns and row.is_open and _has(own, columns[name]):
                cell.protection = Protection(locked=False)
            else:
                cell.fill = LOCKED
        written = held[row] if row.is_open else {}
        for name, value in (_context(row, written, columns) | written).items():
            put(page[f"{places[name]}{number}"], value)
    _add_lists(page, places, FIRST_ROW + len(rows) - 1)
    page.freeze_panes = f"{places['value_state']}{FIRST_ROW}"
    page.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    page.page_setup.orientation = "landscape"
    guide.fit(page, wide=1)
    guide.protect(page)


def _has(categories, column):
    """Whether the indicator has this category; every one has the other columns."""
    code = column.name.removeprefix(f"{column.dimension}.")
    return not column.dimension or code in categories.get(column.dimension, ())


def _context(row, written, columns):
    return {
        known.KEY: row.key,
        known.SEEN: known.digest(columns, known.texts_of(written)),
        "value_code": row.subject.code,
        "value_title": row.subject.indicator.name,
        "value_days": row.subject.span,
        "value_state": str(row.word),
    }


def _add_headers(page, columns, places):
    hidden = {known.KEY, known.SEEN}
    headers = {name: (str(header), w) for name, (header, w) in known.CONTEXT.items()}
    headers |= {name: (each.header, each.width) for name, each in columns.items()}
    for name, letter in places.items():
        header, width = headers[name]
        put(page[f"{letter}{NAMES_ROW}"], name)
        cell = page[f"{letter}{HEADER_ROW}"]
        put(cell, header)
        cell.font = Font(name=guide.FONT, bold=True, color="FFFFFF")
        cell.fill = _fill(name, columns)
        cell.alignment, cell.border = TOP, BORDER
        page.column_dimensions[letter].width = width
        page.column_dimensions[letter].hidden = name in hidden
    page.row_dimensions[NAMES_ROW].hidden = True


def _fill(name, columns) -> PatternFill:
    return TO_FILL if name in columns else HEADER


def _add_lists(page, places, last):
    for name, words in (
        ("value_certainty", [str(each.label) for each in known.CERTAINTIES]),
        ("value_checked", [_("Yes")]),
    ):
        rule = DataValidation(
            type="list", formula1=f'"{",".join(words)}"', allow_blank=True
        )
        rule.add(f"{places[name]}{FIRST_ROW}:{places[name]}{last}")
        page.add_data_validation(rule)
