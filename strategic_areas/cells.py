"""
Text in cells of spreadsheets: written so that no program takes it for a formula.

Pure. ``escape`` goes before every text that is written to CSV or XLSX, ``unescape``
after every text that is read back: any text comes back as it was.
"""

import re

#: Spreadsheets calculate what begins like this, full-width signs included; some skip
#: blanks before it.
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\0]")
#: What has to be escaped: a formula, or what would be read as an escaped one.
NEEDS_ESCAPE = re.compile(rf"'*(?:{FORMULA.pattern})")
#: Signs that no XML file can hold, so no workbook either.
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape(text):
    """The text with an apostrophe before it where it begins like a formula."""
    return f"'{text}" if NEEDS_ESCAPE.match(text) else text


def unescape(text):
    """The text without the apostrophe that ``escape`` put before it, if it did."""
    if text.startswith("'") and NEEDS_ESCAPE.match(text[1:]):
        return text[1:]
    return text


def for_workbook(text):
    """The escaped text as a cell of XLSX holds it: one kind of line end, legal XML."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return escape(NOT_IN_XML.sub("", lines))
