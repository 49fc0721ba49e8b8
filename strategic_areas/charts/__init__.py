"""
Pictures of figures: values in, geometry out. Nothing here knows Django or a record.

A picture has no size of its own. Places along it are percents of its width, heights are
ems, the size of its letters; so it is as wide as the page lets it, and its letters are
those of the page, on a telephone and at twice the text size too. The templates
``charts/…`` write the geometry as SVG, with classes of the style sheet.

With its title and a note a picture is a file of its own too, of a fixed size.
"""

from dataclasses import dataclass
from textwrap import wrap

from strategic_areas.charts.bars import Bars, Columns, bars, columns
from strategic_areas.charts.scales import Level, Line, Part, Period, Value
from strategic_areas.charts.series import SeriesPicture, series

__all__ = [
    "Bars",
    "Columns",
    "Level",
    "Line",
    "Part",
    "Period",
    "SeriesPicture",
    "Value",
    "bars",
    "columns",
    "file",
    "series",
]

#: In pixels: the file's width, its margin, its letters, and a line of text.
WIDTH, MARGIN, LETTER, LINE = 800, 16, 14, 20
#: How many letters of a title and of a note stand on a line.
TITLE, NOTE = 92, 104


@dataclass(frozen=True)
class Row:
    """A line of text and its base line."""

    y: int
    text: str


@dataclass(frozen=True)
class FilePicture:
    """Where the parts of the file stand, in pixels."""

    picture: SeriesPicture | Bars
    width: int
    height: int
    left: int
    top: int
    plot: int
    letter: int
    title: tuple[Row, ...]
    note: tuple[Row, ...]

    @property
    def is_bars(self) -> bool:
        return isinstance(self.picture, Bars)


def file(picture: SeriesPicture | Bars, title: str, note: str) -> FilePicture:
    """Long texts take several lines; the picture stands between title and note."""
    titles, notes = wrap(title, TITLE), wrap(note, NOTE)
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
        title=tuple(_rows(titles, MARGIN + LETTER - LINE // 4)),
        note=tuple(_rows(notes, below)),
    )


def _margins(picture):
    """Ems to the left, for the ticks, and to the right, for names and numbers."""
    if isinstance(picture, Bars):
        return 0, 4
    return 5 if picture.is_deep else 3, 4 if picture.is_named else 0


def _rows(texts, first):
    for place, text in enumerate(texts):
        yield Row(first + LINE * place, text)
