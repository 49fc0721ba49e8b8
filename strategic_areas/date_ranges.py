"""Ranges of days, and whole calendar years. Pure functions."""

from dataclasses import dataclass
from datetime import date


def is_of_whole_years(starts_on: date, ends_on: date) -> bool:
    days = (starts_on.month, starts_on.day, ends_on.month, ends_on.day)
    return days == (1, 1, 12, 31)


def year_of(starts_on: date, ends_on: date) -> int | None:
    """The calendar year that the days fill exactly, or None."""
    is_one = starts_on.year == ends_on.year and is_of_whole_years(starts_on, ends_on)
    return starts_on.year if is_one else None


def days_of_year(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


@dataclass(frozen=True)
class DateRange:
    starts_on: date
    ends_on: date

    def overlaps(self, other: "DateRange") -> bool:
        return self.starts_on <= other.ends_on and other.starts_on <= self.ends_on
