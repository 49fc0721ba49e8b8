"""
Spans of days, and which of them are whole calendar years.

Pure: plain dates in, plain values out.
"""

from dataclasses import dataclass
from datetime import date


def is_of_whole_years(starts_on: date, ends_on: date) -> bool:
    """True from the first of January to a last of December, of that year or later."""
    days = (starts_on.month, starts_on.day, ends_on.month, ends_on.day)
    return days == (1, 1, 12, 31)


def year_of(starts_on: date, ends_on: date) -> int | None:
    """The calendar year that the days fill; None unless they fill exactly one."""
    is_one = starts_on.year == ends_on.year and is_of_whole_years(starts_on, ends_on)
    return starts_on.year if is_one else None


def days_of_year(year: int) -> tuple[date, date]:
    """The first and the last day of a year."""
    return date(year, 1, 1), date(year, 12, 31)


@dataclass(frozen=True)
class DateRange:
    """From the first day to the last."""

    starts_on: date
    ends_on: date

    def overlaps(self, other: "DateRange") -> bool:
        return self.starts_on <= other.ends_on and other.starts_on <= self.ends_on
