"""Matrices of other layouts, invented for tests: matrices/invented.yaml holds them."""

from datetime import date
from functools import cache

import openpyxl
import yaml
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from strategic_areas.workbooks.writing import content_of
from tests.strategic_areas.reading_matrices import FOLDER

INVENTED = yaml.safe_load((FOLDER / "invented.yaml").read_text())


@cache
def invented(name):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet in INVENTED[name]["sheets"]:
        fill_sheet(book.create_sheet(sheet["title"]), sheet)
    return content_of(book)


def fill_sheet(page, sheet):
    for row, line in enumerate(sheet["rows"].splitlines(), 1):
        for column, text in enumerate(line.split("|")[1:], 1):
            page.cell(row, column).value = value_of(text)
    for stretch in sheet.get("merged", []):
        page.merge_cells(stretch)
    for letter in sheet.get("hidden", []):
        page.column_dimensions[letter].hidden = True
    for place, colour in sheet.get("fills", {}).items():
        page[place].fill = PatternFill("solid", fgColor=colour)
    for place, (day, form) in sheet.get("dates", {}).items():
        page[place] = date.fromisoformat(day)
        page[place].number_format = form
    for place in sheet.get("struck", []):
        page[place].font = Font(strike=True)
    for place, text in sheet.get("comments", {}).items():
        page[place].comment = Comment(text, "x")


def value_of(text):
    """
    Digits as a number, unless an apostrophe says that they are a text.

    A sign stands for a new line inside a cell.
    """
    text = text.replace(" ⏎ ", "\n")
    if text.startswith("'"):
        return text[1:]
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text or None
