"""Small columns, one for each value, as long as its span; a missing year is a gap."""

from collections.abc import Iterable
from dataclasses import dataclass

from strategic_areas.charts.scales import Years, em, percent
from strategic_areas.charts.values import Value

#: The height of the picture in ems, and of the smallest column that is not zero.
HEIGHT, LEAST = 3.0, 0.1
#: How much of its span a column fills.
FILLED = 0.7


@dataclass(frozen=True)
class Column:
    x: str
    y: str
    width: str
    height: str
    is_provisional: bool


@dataclass(frozen=True)
class Columns:
    """``first`` and ``last`` are the years at the ends of the picture."""

    first: int
    last: int
    height: str
    columns: tuple[Column, ...]


def columns(values: Iterable[Value]) -> Columns | None:
    """The picture; None without any value."""
    values = tuple(values)
    if not values:
        return None
    years = Years.over((value.starts_on, value.ends_on) for value in values)
    most = max(value.number for value in values) or 1
    found = []
    for value in values:
        start, end = years.span(value.starts_on, value.ends_on)
        width = (end - start) * FILLED
        height = round(float(HEIGHT * float(value.number) / float(most)), 1)
        if value.number > 0:
            height = max(height, LEAST)
        found.append(
            Column(
                x=percent(round(start + (end - start - width) / 2, 1)),
                y=em(HEIGHT - height),
                width=percent(round(width, 1)),
                height=em(height),
                is_provisional=value.is_provisional,
            )
        )
    return Columns(years.first, years.last, em(HEIGHT), tuple(found))
