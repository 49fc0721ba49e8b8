"""
Texts for cells of spreadsheets, so that no program takes them for a formula.

The functions are pure. ``escape_formula`` is applied to every text written to CSV or
XLSX, and ``unescape_formula`` to every text read back, which restores any text
unchanged.
"""

import csv
import io
import re
from datetime import date

#: Spreadsheets take text that begins like this for a formula, also with full-width
#: characters; some of them ignore leading blanks.
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\0]")
#: Text that has to be escaped: a formula, or text that looks like an escaped one.
NEEDS_ESCAPE = re.compile(rf"'*(?:{FORMULA.pattern})")
#: What a spreadsheet needs to see that a file of text is UTF-8.
MARK = "\ufeff"
#: Characters that XML cannot hold, and so a workbook cannot either.
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape_formula(text):
    """The text with an apostrophe before it where it begins like a formula."""
    return f"'{text}" if NEEDS_ESCAPE.match(text) else text


def unescape_formula(text):
    """
    The text without the apostrophe that ``escape_formula`` put before it, if it did.
    """
    if text.startswith("'") and NEEDS_ESCAPE.match(text[1:]):
        return text[1:]
    return text


def workbook_text(text):
    """The escaped text for a cell of XLSX, with uniform line ends and legal XML."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return escape_formula(NOT_IN_XML.sub("", lines))


def csv_content(rows):
    """A file of comma-separated values; what is missing is an empty cell."""
    written = io.StringIO()
    csv.writer(written).writerows(map(_in_text, row) for row in rows)
    return MARK + written.getvalue()


def _in_text(cell):
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    return cell if isinstance(cell, int | float) else escape_formula(str(cell))
