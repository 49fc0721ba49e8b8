"""Writes the workbook: the sheet of reports, and that of values where any is asked."""

import io

from django.template.defaultfilters import floatformat
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from agencies.fields import Kind
from strategic_areas import cells
from strategic_areas.desk.workbook import guide
from strategic_areas.desk.workbook import value_lines as known
from strategic_areas.desk.workbook.columns import (
    CHOICES,
    COLUMNS,
    CONTEXT,
    FIELDS,
    FILLED,
    IDS,
    NUMBERS,
    cells_of,
    digest,
)
from strategic_areas.models import Status
from strategic_areas.workbooks.reading import MARKS, cell_text

#: The hidden row of machine names, the headers, and the first line.
NAMES_ROW, HEADER_ROW, FIRST_ROW = 1, 2, 3
LETTERS = {
    column.name: get_column_letter(place) for place, column in enumerate(COLUMNS, 1)
}
#: Columns by which rows are known, and no reader needs.
HIDDEN = {*(column.name for column in IDS), known.KEY, known.SEEN}
TOP = Alignment(vertical="top", wrap_text=True)
THIN = Side(style="thin", color="9AA5B5")
BORDER = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
HEADER = PatternFill("solid", fgColor="003876")
TO_FILL = PatternFill("solid", fgColor="0B5D3B")
LOCKED = PatternFill("solid", fgColor="E9EDF2")
LINED = {"alignment": TOP, "border": BORDER}
#: How a cell looks that tells what stands, and one that may be filled.
TELLS, OPEN = LINED | {"fill": LOCKED}, LINED | {"protection": Protection(locked=False)}
LOOKS = {
    "number told": TELLS,
    "number to fill": OPEN,
    "text told": TELLS | {"number_format": "@"},
    "text to fill": OPEN | {"number_format": "@"},
}
#: The longest messages of a cell; with longer ones Excel calls the file damaged.
LONGEST_TITLE, LONGEST_MESSAGE = 32, 225
#: How many pages wide it is printed; each repeats code and title.
PAGES_WIDE = 3


def write(sheet, provinces):
    """
    The workbook of a ``Sheet`` as bytes; ``provinces`` are names to choose from.

    It has the owed rows, then work outside the plan; no row can be added in it.
    """
    book = Workbook()
    book.properties.creator = ""
    guide.add_looks(book, LOOKS)
    guide.add_instructions(book.active, sheet)
    page = book.create_sheet(_("Report"))
    lists = guide.add_lists(book.create_sheet(_("Lists")), provinces)
    guide.add_marks(book.create_sheet(MARKS), guide.marks_of(sheet))
    _add_headers(
        page,
        [
            *((each.name, each.header, each.width, HEADER) for each in IDS + CONTEXT),
            *((each.name, each.header, each.width, TO_FILL) for each in FILLED),
        ],
    )
    rows = [row for row in sheet.updates if row.field == "activity"]
    for number, row in enumerate(rows, FIRST_ROW):
        _add_line(page, number, row)
    if rows:
        _add_validations(page, lists, FIRST_ROW + len(rows) - 1)
    _lay_out(page, sheet)
    _add_values(book, sheet)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _add_headers(page, headings):
    """Add the hidden row of names and the headers: name, header, width, fill."""
    for place, (name, header, width, fill) in enumerate(headings, 1):
        letter = get_column_letter(place)
        put(page[f"{letter}{NAMES_ROW}"], name)
        cell = page[f"{letter}{HEADER_ROW}"]
        put(cell, str(header))
        cell.font = Font(name=guide.FONT, bold=True, color="FFFFFF")
        cell.fill = fill
        cell.alignment, cell.border = TOP, BORDER
        page.column_dimensions[letter].width = width
        page.column_dimensions[letter].hidden = name in HIDDEN
    page.row_dimensions[NAMES_ROW].hidden = True


def _add_line(page, number, row):
    held = cells_of(row)
    for column in (*CONTEXT, *FILLED):
        cell = page[f"{LETTERS[column.name]}{number}"]
        is_open = column in FILLED and _may_be_filled(row, column.name)
        kind = "number" if column.name in NUMBERS else "text"
        cell.style = f"{kind} to fill" if is_open else f"{kind} told"
    for name, value in (_context(row) | held).items():
        put(page[f"{LETTERS[name]}{number}"], value)
    texts = {
        name: cell_text(name, page[f"{LETTERS[name]}{number}"].value) for name in FIELDS
    }
    ids = {
        "activity": row.subject.pk,
        "update": row.update.pk if row.update else 0,
        "version": row.update.version if row.update else 0,
        "seen": digest(texts),
    }
    for name, value in ids.items():
        put(page[f"{LETTERS[name]}{number}"], value)


def _may_be_filled(row, name):
    other = "percent" if row.subject.is_continuing else "quantity"
    return row.is_open and name != other


def put(cell, value):
    """Write a text as a text, whatever it begins with, and a number as a number."""
    if value is None or value == "":
        return
    if isinstance(value, str):
        cell.value = cells.for_workbook(value)
        cell.data_type = "s"
    else:
        cell.value = value


def _context(row):
    last = row.last
    return {
        "code": row.subject.code,
        "title": row.subject.title,
        "state": _state(row),
        "last": _last(row) if last else _("Nothing was published before"),
        "last_text": (last.narrative or "") if last else "",
    }


def _state(row):
    if row.state == "todo":
        return _("Nothing yet")
    if row.state == "returned":
        return f"{Status.RETURNED.label}: {row.returned.reason}" if row.returned else ""
    return str(row.update.get_status_display())


def _last(row):
    last = row.last
    parts = [last.get_execution_display()]
    if last.percent is not None:
        parts.append(f"{last.percent} %")
    if last.quantity is not None:
        quantity = floatformat(last.quantity, "-2g")
        parts.append(f"{quantity} {row.subject.unit or ''}".strip())
    said = f"{' · '.join(parts)} ({last.period.name})"
    if last == row.own:
        return said
    return f"{said}. {last.agency.acronym}, {last.get_provenance_display()}"


def _add_validations(page, lists, last_row):
    for column in FILLED:
        rule = _rule(column.name, lists)
        rule.promptTitle = Truncator(column.header).chars(LONGEST_TITLE)
        rule.prompt = Truncator(column.hint).chars(LONGEST_MESSAGE)
        rule.errorTitle = rule.promptTitle
        rule.error = rule.prompt
        rule.showInputMessage = True
        rule.showErrorMessage = rule.type is not None
        letter = LETTERS[column.name]
        rule.add(f"{letter}{FIRST_ROW}:{letter}{last_row}")
        page.add_data_validation(rule)


def _rule(name, lists):
    field = FIELDS[name]
    if name in CHOICES:
        return DataValidation(type="list", formula1=lists[name], allow_blank=True)
    if name not in NUMBERS:
        return DataValidation()
    kind = "whole" if field.kind is Kind.WHOLE else "decimal"
    least, most = field.bounds
    if most is None:
        limits = {"operator": "greaterThanOrEqual", "formula1": str(least)}
    else:
        limits = {"operator": "between", "formula1": str(least), "formula2": str(most)}
    return DataValidation(type=kind, **limits)


def _lay_out(page, sheet):
    page.freeze_panes = f"{LETTERS['state']}{FIRST_ROW}"
    guide.protect(page)
    page.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    page.page_setup.orientation = "landscape"
    page.print_title_cols = f"{LETTERS['code']}:{LETTERS['title']}"
    guide.fit(page, wide=PAGES_WIDE)
    # A single & begins a code of the footer.
    acronym = sheet.agency.acronym.replace("&", "&&")
    page.oddFooter.center.text = f"{acronym} · &P / &N"


def _add_values(book, sheet):
    rows = sheet.values
    if not rows:
        return
    page = book.create_sheet(_("Values"))
    columns = known.columns_of(rows)
    places = {
        name: get_column_letter(place)
        for place, name in enumerate((*known.CONTEXT, *columns), 1)
    }
    _add_headers(
        page,
        [
            *((name, *heading, HEADER) for name, heading in known.CONTEXT.items()),
            *((name, c.header, c.width, TO_FILL) for name, c in columns.items()),
        ],
    )
    categories, held = known.categories_by_indicator(rows), known.held(rows, columns)
    for number, row in enumerate(rows, FIRST_ROW):
        own = categories[row.value.indicator]
        for name, letter in places.items():
            is_own = name in columns and _has_category(own, columns[name])
            is_open = is_own and row.is_open
            cell = page[f"{letter}{number}"]
            cell.style = "number to fill" if is_open else "number told"
        written = held[row] if row.is_open else {}
        for name, value in (_value_context(row, written, columns) | written).items():
            put(page[f"{places[name]}{number}"], value)
    _add_lists(page, places, FIRST_ROW + len(rows) - 1)
    page.freeze_panes = f"{places['value_state']}{FIRST_ROW}"
    page.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    page.page_setup.orientation = "landscape"
    guide.fit(page, wide=1)
    guide.protect(page)


def _has_category(categories, column):
    """Whether the indicator has this column."""
    code = column.name.removeprefix(f"{column.dimension}.")
    return not column.dimension or code in categories.get(column.dimension, ())


def _value_context(row, written, columns):
    return {
        known.KEY: row.key,
        known.SEEN: known.digest(columns, known.texts_of(written)),
        "value_code": row.subject.code,
        "value_title": row.subject.indicator.name,
        "value_days": row.subject.span,
        "value_state": str(row.word),
    }


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
