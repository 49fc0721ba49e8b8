"""
Writing of workbooks from declared columns.

Only editable cells are unlocked. Import it only where a workbook is written, since
openpyxl is slow to load.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import (
    Alignment,
    Border,
    Font,
    NamedStyle,
    PatternFill,
    Protection,
    Side,
)
from openpyxl.styles.fonts import DEFAULT_FONT
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from strategic_areas import spreadsheet_cells
from strategic_areas.workbooks.reading import METADATA_SHEET

#: The hidden row of machine names, the headings, and the first row below them.
NAMES_ROW, HEADER_ROW, FIRST_ROW = 1, 2, 3
#: Without a font name, some office suites use serifs for bold text.
FONT = "Calibri"
#: Number formats: of texts, and of numbers of any kind.
TEXT, NUMBER = "@", "General"
TOP_ALIGNED = Alignment(vertical="top", wrap_text=True)
THIN = Side(style="thin", color="9AA5B5")
WITH_BORDER = {
    "alignment": TOP_ALIGNED,
    "border": Border(left=THIN, right=THIN, top=THIN, bottom=THIN),
}
HEADING = WITH_BORDER | {"font": Font(name=FONT, bold=True, color="FFFFFF")}
OPEN = Protection(locked=False)
#: Styles of headings, of fixed and of editable cells.
HEADING_STYLES = {
    "header": HEADING | {"fill": PatternFill("solid", fgColor="003876")},
    "header to fill": HEADING | {"fill": PatternFill("solid", fgColor="0B5D3B")},
}
READ_ONLY_STYLE = WITH_BORDER | {"fill": PatternFill("solid", fgColor="E9EDF2")}
EDITABLE_STYLE = WITH_BORDER | {"protection": OPEN}
WARNING = PatternFill("solid", fgColor="FFF4E0")
#: Excel's limits of a cell's messages; longer ones count as damage.
LONGEST_TITLE, LONGEST_MESSAGE = 32, 225
#: Code of letter paper, and pages per row.
LETTER_PAPER, PAGES_WIDE = 1, 3
#: Width of one column on letter paper, also in the wider font of suites without
#: Calibri: LibreOffice cuts off wider columns.
PAGE_WIDTH = 72


@dataclass(frozen=True)
class WrittenColumn:
    """
    A column; ``name`` finds it again if a person moves it.

    ``rule`` are arguments of openpyxl's ``DataValidation``, ``hint`` is its message,
    ``shape`` the number format.
    """

    name: str
    header: str
    width: float
    hint: str = ""
    shape: str = TEXT
    rule: Mapping = field(default_factory=dict)
    is_hidden: bool = False
    is_editable: bool = False


def choice_rule(formula):
    return {"type": "list", "formula1": formula, "allow_blank": True}


def new_book():
    """A workbook without its author's name."""
    book = Workbook()
    book.properties.creator = ""
    return book


def content_of(book):
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def letters_of(names):
    return {name: get_column_letter(number) for number, name in enumerate(names, 1)}


def write_rows(worksheet, headings, rows, *, fixed, footer, last_row=None):
    """
    Write ``rows``, pairs of values by name and the names of editable columns.

    The first ``fixed`` columns stay visible and are printed on each page. New rows can
    be added down to ``last_row``; without it none.
    """
    rows = list(rows)
    letters = letters_of(each.name for each in headings)
    styles = _style_names(worksheet.parent, {each.shape for each in headings})
    for heading in headings:
        _add_heading(worksheet, heading, letters[heading.name], may_grow=bool(last_row))
    worksheet.row_dimensions[NAMES_ROW].hidden = True
    for number, (values, open_names) in enumerate(rows, FIRST_ROW):
        for heading in headings:
            cell = worksheet[f"{letters[heading.name]}{number}"]
            write_cell(cell, values.get(heading.name))
            if not heading.is_hidden:
                cell.style = styles[heading.shape, heading.name in open_names]
    last = last_row or HEADER_ROW + len(rows)
    if last >= FIRST_ROW:
        for heading in headings:
            letter = letters[heading.name]
            _add_rule(worksheet, heading, f"{letter}{FIRST_ROW}:{letter}{last}")
    lock_worksheet(worksheet)
    worksheet.freeze_panes = f"{get_column_letter(fixed + 1)}{FIRST_ROW}"
    shown = [letters[each.name] for each in headings if not each.is_hidden]
    worksheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    worksheet.print_title_cols = f"{shown[0]}:{get_column_letter(fixed)}"
    worksheet.page_setup.orientation = "landscape"
    fit_to_paper(worksheet, wide=PAGES_WIDE)
    # A single & begins a code of the footer.
    worksheet.oddFooter.center.text = f"{footer.replace('&', '&&')} · &P / &N"
    if last_row:
        worksheet.auto_filter.ref = f"{shown[0]}{HEADER_ROW}:{shown[-1]}{last}"
        worksheet.protection.autoFilter = False


def _style_names(book, shapes):
    """
    Names of cell styles, by number format and editability.

    Registered as named styles, which are much faster to assign.
    """
    all_styles = HEADING_STYLES | {
        f"{word} {shape}": parts | {"number_format": shape}
        for shape in shapes
        for word, parts in (("read only", READ_ONLY_STYLE), ("to fill", EDITABLE_STYLE))
    }
    plain = {"font": DEFAULT_FONT, "number_format": "General", "hidden": True}
    for name, parts in all_styles.items():
        if name not in book.named_styles:
            book.add_named_style(NamedStyle(name, **plain | parts))
    words = {False: "read only", True: "to fill"}
    return {(s, is_open): f"{words[is_open]} {s}" for s in shapes for is_open in words}


def _add_heading(worksheet, heading, letter, *, may_grow):
    write_cell(worksheet[f"{letter}{NAMES_ROW}"], heading.name)
    cell = worksheet[f"{letter}{HEADER_ROW}"]
    write_cell(cell, str(heading.header))
    cell.style = "header to fill" if heading.is_editable else "header"
    column = worksheet.column_dimensions[letter]
    column.width, column.hidden = heading.width, heading.is_hidden
    if may_grow and heading.is_editable:
        # Rows that are added later take the style of the column.
        column.alignment, column.protection = TOP_ALIGNED, OPEN
        column.number_format = heading.shape


def _add_rule(worksheet, heading, place):
    if not (heading.rule or heading.hint):
        return
    rule = DataValidation(**heading.rule)
    rule.promptTitle = Truncator(heading.header).chars(LONGEST_TITLE)
    rule.prompt = Truncator(heading.hint).chars(LONGEST_MESSAGE)
    rule.errorTitle, rule.error = rule.promptTitle, rule.prompt
    rule.showInputMessage = bool(heading.hint)
    rule.showErrorMessage = rule.type is not None
    rule.add(place)
    worksheet.add_data_validation(rule)


def write_cell(cell, value):
    """Write texts as text, never as formulas, and numbers as numbers."""
    if value is None or value == "":
        return
    if isinstance(value, str):
        cell.value = spreadsheet_cells.workbook_text(value)
        cell.data_type = "s"
    else:
        cell.value = value


def write_notes(worksheet, title, parts):
    worksheet.title = _("Instructions")
    worksheet.column_dimensions["A"].width = PAGE_WIDTH
    lines = [(title, Font(name=FONT, bold=True, size=14))]
    for part in parts:
        heading, sentences = ("", [part]) if isinstance(part, str) else part
        lines += [(heading, Font(name=FONT, bold=True))] if heading else []
        lines += [(sentence, None) for sentence in sentences]
    for number, (text, font) in enumerate(lines, 1):
        cell = worksheet.cell(number, 1)
        write_cell(cell, text)
        cell.alignment = TOP_ALIGNED
        if font:
            cell.font = font
        if text.startswith("•"):
            cell.fill = WARNING
    fit_to_paper(worksheet, wide=1)
    lock_worksheet(worksheet)


def numbered(sentences):
    return [f"{number}. {text}" for number, text in enumerate(sentences, 1)]


def write_lists(worksheet, columns):
    """
    The sheet of choices; map names to the formula of each list.

    ``columns`` maps names to a heading and the entries.
    """
    found = {}
    for place, (name, (heading, entries)) in enumerate(columns.items(), 1):
        letter = get_column_letter(place)
        worksheet.column_dimensions[letter].width = 30
        worksheet[f"{letter}1"] = str(heading)
        worksheet[f"{letter}1"].font = Font(name=FONT, bold=True)
        for number, entry in enumerate(entries, 2):
            worksheet[f"{letter}{number}"] = spreadsheet_cells.workbook_text(entry)
        cells = f"${letter}$2:${letter}${len(entries) + 1}"
        found[name] = f"{quote_sheetname(worksheet.title)}!{cells}"
    worksheet.freeze_panes = "A2"
    fit_to_paper(worksheet, wide=1)
    lock_worksheet(worksheet)
    return found


def write_metadata(book, metadata):
    worksheet = book.create_sheet(METADATA_SHEET)
    for pair in metadata.items():
        worksheet.append([spreadsheet_cells.workbook_text(part) for part in pair])
    worksheet.sheet_state = "veryHidden"
    lock_worksheet(worksheet)


def fit_to_paper(worksheet, *, wide):
    """Print on letter paper, ``wide`` pages across."""
    worksheet.page_setup.paperSize = LETTER_PAPER
    worksheet.page_setup.fitToWidth, worksheet.page_setup.fitToHeight = wide, 0
    worksheet.sheet_properties.pageSetUpPr.fitToPage = True


def lock_worksheet(worksheet):
    """Protect the worksheet against mistakes, without a password."""
    worksheet.protection.sheet = True
    worksheet.protection.formatColumns = False
    worksheet.protection.formatRows = False
