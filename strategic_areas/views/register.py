"""What was published on a plan: a table for each year, and how much on each agency."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agencies.folding import fold
from agencies.models import Agency
from strategic_areas.labels import CHANGES, account_word
from strategic_areas.queries.updates import archive
from strategic_areas.views.tables import telling


@dataclass(frozen=True)
class Year:
    """The accounts of one year; ``columns`` are pairs of a name and a heading."""

    year: int
    lines: tuple[archive.Line, ...]
    columns: tuple[tuple[str, str], ...]
    common: tuple[tuple[str, str], ...]


def years(page: archive.RecordPage) -> list[Year]:
    """The lines of a page by year, each year with the columns that tell them apart."""
    return [
        _year(year, tuple(lines))
        for year, lines in groupby(page.lines, key=attrgetter("year"))
    ]


def _year(year, lines):
    headings = {
        "agency": _("Agency"),
        "state": _("State"),
        "change": _("What changed"),
        "period": _("Period"),
        "day": pgettext("of a record or a publication", "Date"),
    }
    rows = [
        {
            "agency": line.entry.agency.acronym,
            "state": account_word(line.entry),
            "change": str(CHANGES[line.change]),
            "period": line.entry.period.name,
            "day": date_format(line.day, "SHORT_DATE_FORMAT"),
        }
        for line in lines
    ]
    if all(_is_of_year(line.entry.period) for line in lines):
        del headings["period"]
    found = telling(headings, rows)
    columns = tuple((name, headings[name]) for name in found.shown)
    return Year(year, lines, columns, found.common)


def _is_of_year(period):
    """Whether the heading, the year in which it ends, names the whole period."""
    first, last = period.starts_on, period.ends_on
    days = (first.month, first.day, last.month, last.day)
    return first.year == last.year and days == (1, 1, 12, 31)


@dataclass(frozen=True)
class Teller:
    """An agency, its list, and how many accounts there are of it, year by year."""

    agency: Agency
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Tellers:
    years: tuple[int, ...]
    rows: tuple[Teller, ...]


def tellers(found: archive.FilterCounts) -> Tellers:
    """How many accounts there are of each agency and year, whatever is asked."""
    numbers: Mapping = found.by_year
    occurring = {year for each in numbers.values() for year, n in each.items() if n}
    every = tuple(sorted(occurring))
    rows = [
        Teller(found.agencies[slug], tuple(each[year] for year in every))
        for slug, each in numbers.items()
        if any(each.values())
    ]
    return Tellers(every, tuple(sorted(rows, key=lambda row: fold(row.agency.acronym))))
