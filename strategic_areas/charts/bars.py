"""
Bar charts by category, and small column charts over time.

A column is as wide as its span; a missing year is a gap.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from strategic_areas.charts.scales import BarValue, ChartValue, YearScale, em, percent

#: Heights in ems: of a category, of its name's line, and of its bar.
ROW, NAME, BAR = 3.0, 1.0, 1.1
#: The height of the picture in ems, and of the smallest column that is not zero.
HEIGHT, MIN_COLUMN = 3.0, 0.1
#: How much of its span a column fills.
FILLED = 0.7


@dataclass(frozen=True)
class Bar:
    """
    A bar with its name above it and its number right of it.

    ``name_y`` and ``text_y`` are the base lines of name and number.
    """

    name: str
    text: str
    width: str
    name_y: str
    y: str
    text_y: str


@dataclass(frozen=True)
class BarChart:
    height: str
    thick: str
    rows: tuple[Bar, ...]


def draw_bars(parts: Iterable[BarValue]) -> BarChart:
    """Bars in the given order; the longest takes the whole width."""
    parts = tuple(parts)
    longest = max((part.number for part in parts), default=0) or 1
    rows = tuple(
        Bar(
            name=part.name,
            text=part.text,
            width=percent(float(100 * part.number / longest)),
            name_y=em(ROW * position + NAME),
            y=em(ROW * position + NAME + 0.4),
            text_y=em(ROW * position + NAME + 0.4 + BAR * 0.82),
        )
        for position, part in enumerate(parts)
    )
    return BarChart(em(ROW * len(parts)), em(BAR), rows)


@dataclass(frozen=True)
class ChartColumn:
    x: str
    y: str
    width: str
    height: str
    is_provisional: bool


@dataclass(frozen=True)
class ColumnChart:
    """``first`` and ``last`` are the first and last year."""

    first: int
    last: int
    height: str
    columns: tuple[ChartColumn, ...]


def draw_columns(values: Iterable[ChartValue]) -> ColumnChart | None:
    values = tuple(values)
    if not values:
        return None
    years = YearScale.over((value.starts_on, value.ends_on) for value in values)
    most = max(value.number for value in values) or 1
    found = []
    for value in values:
        start, end = years.span(value.starts_on, value.ends_on)
        width = (end - start) * FILLED
        height = round(float(HEIGHT * float(value.number) / float(most)), 1)
        if value.number > 0:
            height = max(height, MIN_COLUMN)
        found.append(
            ChartColumn(
                x=percent(round(start + (end - start - width) / 2, 1)),
                y=em(HEIGHT - height),
                width=percent(round(width, 1)),
                height=em(height),
                is_provisional=value.is_provisional,
            )
        )
    return ColumnChart(years.first, years.last, em(HEIGHT), tuple(found))
