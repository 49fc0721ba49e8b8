"""Checks CSV files: UTF-8 text in which no cell is taken for a formula."""

import csv
import io
import re

from django.utils.translation import gettext as _

from strategic_areas.evidence.limits import RefusedFileError, not_what_its_name_says

#: A spreadsheet takes a cell that begins so for a formula, unless it is a number.
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
NUMBER = re.compile(r"\s*[+-]?[\d\s.,%()/-]*\Z")
MARKUP = re.compile(r"(?i)\s*<(!doctype|\?xml|html|head|body|script|svg|iframe|img)\b")
FOREIGN = (b"%PDF-", b"PK\x03\x04", b"GIF8", b"{\\rtf", b"\xff\xd8\xff", b"\x89PNG")


def clean_csv(content, extension="csv"):
    """The table unchanged, once its encoding and its cells are checked."""
    if b"\0" in content or content.startswith(FOREIGN):
        raise not_what_its_name_says(extension, _advice())
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RefusedFileError(
            "encoding",
            _("This CSV file is not in UTF-8: its accents would be lost."),
            _advice(),
        ) from None
    if MARKUP.match(text):
        raise not_what_its_name_says(extension, _advice())
    try:
        for row in _rows(text):
            _must_not_calculate(row)
    except csv.Error:
        raise not_what_its_name_says(extension, _advice()) from None
    return content


def _rows(text):
    """The rows, split by the separator that is more frequent in the first line."""
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _must_not_calculate(row):
    for cell in row:
        if FORMULA.match(cell) and not NUMBER.match(cell):
            raise RefusedFileError(
                "formula",
                _("A cell of this CSV file would be taken for a formula: %(cell)s.")
                % {"cell": cell.strip()[:40]},
                _("Write the cell so that it begins with a letter or a number."),
            )


def _advice():
    return _(
        "Make a clean copy: open it in the spreadsheet, choose “Save as” and the type "
        "“CSV UTF-8”, and upload that file."
    )
