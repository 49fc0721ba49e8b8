"""Bars by category: a name, and under it a bar with its number at the end."""

from collections.abc import Iterable
from dataclasses import dataclass

from strategic_areas.charts.scales import em, percent
from strategic_areas.charts.values import Part

#: Heights in ems: of a category, of its name's line, and of its bar.
ROW, NAME, BAR = 3.0, 1.0, 1.1


@dataclass(frozen=True)
class Bar:
    """``name_y`` and ``text_y`` are base lines; the number stands after ``width``."""

    name: str
    text: str
    width: str
    name_y: str
    y: str
    text_y: str


@dataclass(frozen=True)
class Bars:
    height: str
    thick: str
    rows: tuple[Bar, ...]


def bars(parts: Iterable[Part]) -> Bars:
    """The categories in their order; the longest bar is as wide as the picture."""
    parts = tuple(parts)
    longest = max((part.number for part in parts), default=0) or 1
    rows = tuple(
        Bar(
            name=part.name,
            text=part.text,
            width=percent(float(100 * part.number / longest)),
            name_y=em(ROW * place + NAME),
            y=em(ROW * place + NAME + 0.4),
            text_y=em(ROW * place + NAME + 0.4 + BAR * 0.82),
        )
        for place, part in enumerate(parts)
    )
    return Bars(em(ROW * len(parts)), em(BAR), rows)
