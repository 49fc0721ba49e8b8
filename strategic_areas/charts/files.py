"""A picture with its title and a note as a file of its own, of a fixed size."""

from dataclasses import dataclass
from textwrap import wrap

from strategic_areas.charts.scales import Bars
from strategic_areas.charts.series import SeriesPicture

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
