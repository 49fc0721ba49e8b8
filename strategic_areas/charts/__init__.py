"""
Chart geometry from plain values, without Django or models.

Positions along the width are percents, heights are ems, so that a chart fits its page.
The templates ``charts/…`` render SVG. With title and notes a chart is a file of fixed
size.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import wrap

from strategic_areas.charts.bars import BarChart, ColumnChart, draw_bars, draw_columns
from strategic_areas.charts.scales import (
    BarValue,
    ChartPeriod,
    ChartValue,
    DataSeries,
    ReferenceLevel,
)
from strategic_areas.charts.series import SeriesPicture, draw_series
from strategic_areas.charts.times import TimeAxis, time_axis

__all__ = [
    "BarChart",
    "ColumnChart",
    "ReferenceLevel",
    "DataSeries",
    "BarValue",
    "ChartPeriod",
    "SeriesPicture",
    "TimeAxis",
    "ChartValue",
    "draw_bars",
    "draw_columns",
    "chart_file",
    "draw_series",
    "time_axis",
]

#: In pixels: the file's width, its margin, its letters, and a line of text.
WIDTH, MARGIN, LETTER, LINE = 800, 16, 14, 20
#: How many letters of a title and of a note stand on a line.
TITLE, NOTE = 92, 104
KINDS = {SeriesPicture: "series", BarChart: "bars", TimeAxis: "times"}


@dataclass(frozen=True)
class FilePicture:
    """
    The layout of a chart file, in pixels; text lines are pairs of base line and text.
    """

    picture: SeriesPicture | BarChart | TimeAxis
    width: int
    height: int
    left: int
    top: int
    plot: int
    letter: int
    title: list[tuple[int, str]]
    note: list[tuple[int, str]]

    @property
    def kind(self) -> str:
        return KINDS[type(self.picture)]


def chart_file(
    picture: SeriesPicture | BarChart | TimeAxis, title: str, notes: Iterable[str]
) -> FilePicture:
    """Lay out a file: the title, the chart and the notes, with long texts wrapped."""
    titles = wrap(title, TITLE)
    notes = [line for note in notes for line in wrap(note, NOTE)]
    left, right = (MARGIN + LETTER * each for each in _margins(picture))
    top = MARGIN + LINE * len(titles)
    below = top + round(LETTER * float(picture.height.removesuffix("em"))) + LINE
    return FilePicture(
        picture=picture,
        width=WIDTH,
        height=below + LINE * len(notes),
        left=left,
        top=top,
        plot=WIDTH - left - right,
        letter=LETTER,
        title=_rows(titles, MARGIN + LETTER - LINE // 4),
        note=_rows(notes, below),
    )


def _margins(picture):
    if not isinstance(picture, SeriesPicture):
        return 0, 4 if isinstance(picture, BarChart) else 0
    return 5 if picture.has_long_ticks else 3, 4 if picture.is_named else 0


def _rows(texts, first):
    return [(first + LINE * place, text) for place, text in enumerate(texts)]
