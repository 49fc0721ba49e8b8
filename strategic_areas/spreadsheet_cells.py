"""
Escaping of texts for spreadsheets, so that none is read as a formula.

``escape_formula`` is applied to every text in CSV or XLSX, and ``unescape_formula`` to
every text read back; together they restore any text.
"""

import csv
import io
import re
from datetime import date

#: The beginning of a formula, also in full-width characters or after blanks.
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\0]")
#: Text that has to be escaped: a formula, or text that looks like an escaped one.
NEEDS_ESCAPE = re.compile(rf"'*(?:{FORMULA.pattern})")
#: Spreadsheets recognize UTF-8 by it.
BYTE_ORDER_MARK = "\ufeff"
#: Characters that are not allowed in XML, the format of a workbook's parts.
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape_formula(text):
    """Prefix an apostrophe if the text begins like a formula."""
    return f"'{text}" if NEEDS_ESCAPE.match(text) else text


def unescape_formula(text):
    """Remove the apostrophe that ``escape_formula`` added."""
    is_escaped = text.startswith("'") and NEEDS_ESCAPE.match(text[1:])
    return text[1:] if is_escaped else text


def workbook_text(text):
    """The escaped text for XLSX, with uniform line ends and legal XML characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return escape_formula(NOT_IN_XML.sub("", lines))


def csv_content(rows):
    written = io.StringIO()
    csv.writer(written).writerows(map(_csv_cell, row) for row in rows)
    return BYTE_ORDER_MARK + written.getvalue()


def _csv_cell(cell):
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    return cell if isinstance(cell, int | float) else escape_formula(str(cell))
