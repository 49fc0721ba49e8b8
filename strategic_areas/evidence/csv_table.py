"""Checks CSV files: UTF-8 text in which no cell is taken for a formula."""

import csv
import io
import re

from django.utils.translation import gettext as _

from strategic_areas.evidence.limits import RefusedFileError, not_what_its_name_says

#: What a program may skip before the content of a cell. Where a tab separates cells, it
#: is not skipped, and the search takes no longer for a file of tabs.
_quotes = "\"'\u200b-\u200f\u2060\ufeff"
_skipped = rf"(?:[^\S\t\r\n]|[{_quotes}])*"
#: A spreadsheet takes a cell that begins so for a formula, unless it is a number.
FORMULA = re.compile(rf"[\s{_quotes}]*[=+\-@＝＋－＠]")
NUMBER = re.compile(r"\s*[+-]?[\d\s.,%()/-]*\Z")
#: A formula behind a character that separates cells for some programs alone. Text may
#: hold one before a dash or an at sign, so there a call or a program must follow.
BEHIND = re.compile(
    rf"[,;\t|:^~/&#]{_skipped}"
    r"([=＝][^,;\t|:^~\r\n]{0,40}"
    r"|[+\-@＋－＠]\s{0,9}[^,;\t:^~\r\n]{0,80}?(?:\w\(|[|!]).{0,20})"
)
BEHIND_BLANK = re.compile(
    r"\s[\"']{0,9}([=＝+\-@＋－＠][\w.]{0,40}(?:\w\(|[|!]).{0,20})"
)
#: The first line by which Excel is told which character separates the cells.
DECLARED = re.compile(r"(?i)[\"']?sep=(.)")
MARKUP = re.compile(r"(?i)\s*<(!doctype|\?xml|html|head|body|script|svg|iframe|img)\b")
FOREIGN = (b"%PDF-", b"PK\x03\x04", b"GIF8", b"{\\rtf", b"\xff\xd8\xff", b"\x89PNG")
#: Characters that some programs take for the end of a line or a cell; none writes them.
CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")


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
    if MARKUP.match(text) or CONTROL.search(text):
        raise not_what_its_name_says(extension, _advice())
    try:
        for separator in _separators(text):
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
                _must_not_calculate(row)
    except csv.Error:
        raise not_what_its_name_says(extension, _advice()) from None
    for pattern in (BEHIND, BEHIND_BLANK):
        found = pattern.search(text)
        if found:
            raise _formula(found[1])
    return content


def _separators(text):
    """The separator most frequent in the first line, and the one that it declares."""
    first = text.partition("\n")[0]
    yield max(",;\t", key=first.count)
    declared = DECLARED.match(first)
    if declared and declared[1] not in "\r\"'":
        yield declared[1]


def _must_not_calculate(row):
    for cell in row:
        if FORMULA.match(cell) and not NUMBER.match(cell):
            raise _formula(cell)


def _formula(cell):
    return RefusedFileError(
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
