"""
Where texts, values, levels and lines stand in the picture of a series.

No text covers another one or a point.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from strategic_areas.charts import scales
from strategic_areas.charts.scales import Level, Line, Value

#: How wide a letter and how high a line is, in ems.
LETTER, LINE = 0.62, 1.15
#: The widths for which a picture is laid out, in ems: a telephone's and a screen's.
NARROW, WIDE = 19.0, 48.0
#: Heights in ems: above the plot, of the plot, and of the line of years below.
ABOVE, PLOT, BELOW = 3.0, 16.0, 1.8


@dataclass(frozen=True)
class Box:
    """
    A rectangle in a picture of any width.

    ``x`` and the ``width`` that a span adds to it are percents; ``left`` and ``right``
    are ems from there, ``top`` and ``bottom`` ems from the picture's top.
    """

    x: float
    left: float
    right: float
    top: float
    bottom: float
    width: float = 0.0

    def edges(self, width: float) -> tuple[float, float]:
        """Its left and right in ems, in a picture that is ``width`` ems wide."""
        start, end = self.x * width / 100, (self.x + self.width) * width / 100
        return start + self.left, end + self.right

    def meets(self, other: "Box", width: float) -> bool:
        left, right = self.edges(width)
        other_left, other_right = other.edges(width)
        return (
            left < other_right
            and other_left < right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True)
class Stroke:
    """A straight line, left to right."""

    x1: float
    y1: float
    x2: float
    y2: float

    def meets(self, box: Box, width: float) -> bool:
        left, right = box.edges(width)
        start, end = self.x1 * width / 100, self.x2 * width / 100
        left, right = max(left, start), min(right, end)
        if left > right or start == end:
            return False
        slope = (self.y2 - self.y1) / (end - start)
        heights = [self.y1 + slope * (x - start) for x in (left, right)]
        return min(heights) < box.bottom and box.top < max(heights)


def middled(text: str, x: float, base: float) -> Box:
    """The box of a text with its middle at ``x`` and its letters on ``base``."""
    half = LETTER * len(text) / 2
    return Box(x, -half, half, base - LINE * 0.8, base + LINE * 0.2)


def beside(text: str, x: float, base: float, away: float) -> Box:
    """The box of a text that begins ``away`` ems to the right of ``x``."""
    end = away + LETTER * len(text)
    return Box(x, away, end, base - LINE * 0.8, base + LINE * 0.2)


def before(text: str, x: float, base: float) -> Box:
    """The box of a text that ends at ``x``."""
    return Box(x, -LETTER * len(text), 0.0, base - LINE * 0.8, base + LINE * 0.2)


@dataclass(frozen=True)
class Placed:
    """Which of its boxes a text has, and whether there is room on a telephone too."""

    box: Box
    is_wide: bool


def place(
    candidates: Sequence[Sequence[Box]],
    taken: Iterable[Box],
    strokes: Iterable[Stroke] = (),
    needed: frozenset[int] = frozenset(),
) -> list[Placed | None]:
    """
    A box for each text, or None where there is no room even on a screen.

    ``candidates`` hold the possible boxes, the best first; texts that matter most come
    first. Boxes ``taken`` are kept free; texts in ``needed`` stand in any case.
    """
    taken, strokes = list(taken), list(strokes)
    found: list[Placed | None] = [None] * len(candidates)
    for width in (NARROW, WIDE):
        for number, boxes in enumerate(candidates):
            if found[number]:
                continue
            free = [box for box in boxes if not _is_taken(box, taken, width)]
            if number in needed and not free:
                free = boxes[:1]
            if free:
                best = min(free, key=lambda box: _crossings(box, strokes))
                found[number] = Placed(best, width == WIDE)
                taken.append(best)
    return found


def _is_taken(box, taken, width):
    """Whether there is no room at this width, or on a screen."""
    return any(box.meets(each, at) for each in taken for at in {width, WIDE})


def _crossings(box, strokes):
    return sum(stroke.meets(box, at) for stroke in strokes for at in (NARROW, WIDE))


class Layout:
    """The scales of one picture."""

    def __init__(self, lines: tuple[Line, ...], levels: tuple[Level, ...]):
        self.lines = [_sorted(line) for line in lines]
        self.levels = levels
        every = [*(value for line in lines for value in line.values), *levels]
        self.years = scales.Years.over((each.starts_on, each.ends_on) for each in every)
        self.ticks = scales.ticks(each.number for each in every)
        self.floor = ABOVE + PLOT

    def y(self, number) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        return ABOVE + PLOT * float((high - number) / (high - low))

    def ends(self, span: Value | Level) -> tuple[float, float]:
        return self.years.span(span.starts_on, span.ends_on)

    def x(self, span: Value | Level) -> float:
        return sum(self.ends(span)) / 2

    def reach(self, level: Level) -> tuple[float, float]:
        """A target holds for its span, a baseline for all that comes after it."""
        start, end = self.ends(level)
        return (start, end) if level.is_target else ((start + end) / 2, 100.0)

    def stroke(self, level: Level) -> Stroke:
        start, end = self.reach(level)
        return Stroke(start, self.y(level.number), end, self.y(level.number))

    def strokes(self, line: Line):
        """The lines from one value to the next that may be joined."""
        for before, after in zip(line.values, line.values[1:], strict=False):
            if after.follows(before):
                yield Stroke(
                    self.x(before),
                    self.y(before.number),
                    self.x(after),
                    self.y(after.number),
                )

    def box(self, value: Value) -> Box:
        start, end = (self.x(value),) * 2 if value.is_year else self.ends(value)
        y = self.y(value.number)
        return Box(start, -0.45, 0.45, y - 0.45, y + 0.45, width=end - start)


def _sorted(line):
    values = sorted(line.values, key=lambda value: (value.ends_on, value.starts_on))
    return Line(tuple(values), line.name)
