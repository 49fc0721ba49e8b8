"""
Spans of time as a file writes them, and the dates that they mean.

2017 · 2018-Q1 · 2018-S2 (half a year) · 2017-01 · 2017-01-31, or two of them with a
slash between: from the first day of the first to the last day of the second.
"""

import re
from calendar import monthrange
from datetime import date

PART = re.compile(
    r"(?P<year>\d{4})"
    r"(-(Q(?P<quarter>[1-4])|S(?P<half>[12])|(?P<month>\d\d)(-(?P<day>\d\d))?))?",
    re.ASCII,
)


class NoSpan(ValueError):
    """The text is no span of time, or one that ends before it begins."""


def span(text):
    """
    The first and last day of a span, as a pair of dates.

    >>> span("2013/2018-05")
    (datetime.date(2013, 1, 1), datetime.date(2018, 5, 31))

    Raises ``NoSpan``.
    """
    first, slash, last = text.partition("/")
    try:
        starts_on, ends_on = _part(first)
        if slash:
            ends_on = _part(last)[1]
    except ValueError:
        raise NoSpan(text) from None
    if ends_on < starts_on:
        raise NoSpan(text)
    return starts_on, ends_on


def _part(text):
    if not (found := PART.fullmatch(text)):
        raise ValueError(text)
    year = int(found["year"])
    if found["day"]:
        day = date.fromisoformat(text)
        return day, day
    first, last = 1, 12
    if found["quarter"]:
        last = int(found["quarter"]) * 3
        first = last - 2
    elif found["half"]:
        last = int(found["half"]) * 6
        first = last - 5
    elif found["month"]:
        first = last = int(found["month"])
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])
