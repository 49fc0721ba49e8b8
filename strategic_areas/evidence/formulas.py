"""Judges the formulas of workbooks: they may count, but fetch and start nothing."""

import re

from strategic_areas.evidence.office_parts import LINK

TEXT = re.compile(r'"((?:[^"]|"")*)"')
#: Functions that fetch from the web or from programs, in any spreadsheet.
FETCHING = re.compile(
    r"(?i)\b(WEBSERVICE|FILTERXML|IMPORT(DATA|XML|HTML|FEED|RANGE)|IMAGE|RTD|DDE|CALL"
    r"|REGISTER(\.ID)?|EXEC|EVALUATE|SQL\.REQUEST|GOOGLE\w+|STOCKHISTORY|CUBE\w+)\s*\("
    r"|_xll\."
)
LINKED = re.compile(r"(?i)\bHYPERLINK\s*\(\s*(\"(?:[^\"]|\"\")*\")?")
#: A quoted sheet may belong to another workbook; outside quotes a bar asks a program.
ANOTHER_BOOK = re.compile(r"(?i)\\\\|file:|[a-z]:\\|\[[^\]]*\.(xl\w+|ods|csv)\]")
NAME = re.compile(r"'(?:[^']|'')*'")
LEADS_OUT = re.compile(r"(?i)\s*(file|ftp|smb|javascript|ms-[\w-]+):|\s*(\\\\|//)")

#: Four times the longest formula that Excel takes.
LONGEST = 32_768


def does_more_than_count(formula):
    """True for a formula that fetches, starts or opens more than a web page."""
    if len(formula) > LONGEST:
        return True
    texts = [each.replace('""', '"') for each in TEXT.findall(formula)]
    code = TEXT.sub('""', formula)
    return bool(
        FETCHING.search(code)
        or "|" in NAME.sub("''", code)
        or ANOTHER_BOOK.search(code)
        or any(LEADS_OUT.match(text) for text in texts)
        or any(not LINK.match(target.strip('"')) for target in LINKED.findall(formula))
    )
