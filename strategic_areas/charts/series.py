"""Layout of line charts: labels, lines and years."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from strategic_areas.charts import scales
from strategic_areas.charts.scales import (
    ChartPeriod,
    ChartValue,
    DataSeries,
    ReferenceLevel,
    em,
    percent,
)

#: How wide a letter and how high a line is, in ems.
LETTER, LINE = 0.62, 1.15
#: The widths for which a picture is laid out, in ems: a telephone's and a screen's.
NARROW, WIDE = 19.0, 48.0
#: Heights in ems: above the plot, of the plot, and of the line of years below.
ABOVE, PLOT, BELOW = 3.0, 16.0, 1.8


@dataclass(frozen=True)
class Box:
    """
    A rectangle in a chart of any width.

    It begins ``left`` ems from ``x`` percent, and ends ``right`` ems from ``x + width``
    percent; only the mark of a span (``SpanBar``) has a ``width``. ``top`` and
    ``bottom`` are ems from the chart's top.
    """

    x: float
    left: float
    right: float
    top: float
    bottom: float
    width: float = 0.0

    def edges(self, chart_width: float) -> tuple[float, float]:
        """Its left and right in ems, in a chart ``chart_width`` ems wide."""
        start, end = (
            self.x * chart_width / 100,
            (self.x + self.width) * chart_width / 100,
        )
        return start + self.left, end + self.right

    def meets(self, other: "Box", chart_width: float) -> bool:
        left, right = self.edges(chart_width)
        other_left, other_right = other.edges(chart_width)
        return (
            left < other_right
            and other_left < right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True)
class Stroke:
    x1: float
    y1: float
    x2: float
    y2: float

    def meets(self, box: Box, chart_width: float) -> bool:
        left, right = box.edges(chart_width)
        start, end = self.x1 * chart_width / 100, self.x2 * chart_width / 100
        left, right = max(left, start), min(right, end)
        if left > right or start == end:
            return False
        slope = (self.y2 - self.y1) / (end - start)
        heights = [self.y1 + slope * (x - start) for x in (left, right)]
        return min(heights) < box.bottom and box.top < max(heights)


def box_around(text: str, x: float, base: float) -> Box:
    """The box of a text centred at ``x`` on the base line ``base``."""
    half = LETTER * len(text) / 2
    return Box(x, -half, half, base - LINE * 0.8, base + LINE * 0.2)


def box_after(text: str, x: float, base: float, away: float) -> Box:
    """The box of a text that begins ``away`` ems to the right of ``x``."""
    return Box(x, away, away + LETTER * len(text), base - LINE * 0.8, base + LINE * 0.2)


def box_before(text: str, x: float, base: float) -> Box:
    return Box(x, -LETTER * len(text), 0.0, base - LINE * 0.8, base + LINE * 0.2)


@dataclass(frozen=True)
class PlacedLabel:
    """The chosen box of a text, and whether it fits only on wide screens."""

    box: Box
    is_on_wide_screens_only: bool


def choose_boxes(
    candidates: Sequence[Sequence[Box]],
    occupied: Iterable[Box],
    strokes: Iterable[Stroke] = (),
    needed: frozenset[int] = frozenset(),
) -> list[PlacedLabel | None]:
    """
    A box for each text, or None if it fits nowhere.

    ``candidates`` hold each text's boxes, best first; important texts come first. No
    text covers a box of ``occupied``, except texts in ``needed``: all are placed.
    """
    occupied, strokes = list(occupied), list(strokes)
    found: list[PlacedLabel | None] = [None] * len(candidates)
    for chart_width in (NARROW, WIDE):
        for number, boxes in enumerate(candidates):
            if found[number]:
                continue
            free = [
                box for box in boxes if not _is_occupied(box, occupied, chart_width)
            ]
            if number in needed and not free:
                free = boxes[:1]
            if free:
                best = min(free, key=lambda box: _crossings(box, strokes))
                found[number] = PlacedLabel(best, chart_width == WIDE)
                occupied.append(best)
    return found


def _is_occupied(box, occupied, chart_width):
    return any(box.meets(each, at) for each in occupied for at in {chart_width, WIDE})


def _crossings(box, strokes):
    return sum(stroke.meets(box, at) for stroke in strokes for at in (NARROW, WIDE))


class ChartLayout:
    def __init__(
        self, lines: tuple[DataSeries, ...], levels: tuple[ReferenceLevel, ...]
    ):
        self.lines = [_sorted(line) for line in lines]
        self.levels = levels
        all_values = [*(value for line in lines for value in line.values), *levels]
        self.years = scales.YearScale.over(
            (each.starts_on, each.ends_on) for each in all_values
        )
        self.ticks = scales.ticks(each.number for each in all_values)
        self.plot_bottom = ABOVE + PLOT

    def y(self, number) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        return ABOVE + PLOT * float((high - number) / (high - low))

    def ends(self, span: ChartValue | ReferenceLevel) -> tuple[float, float]:
        return self.years.span(span.starts_on, span.ends_on)

    def x(self, span: ChartValue | ReferenceLevel) -> float:
        return sum(self.ends(span)) / 2

    def reach(self, level: ReferenceLevel) -> tuple[float, float]:
        """A target covers its span, a baseline everything after it."""
        start, end = self.ends(level)
        return (start, end) if level.is_target else ((start + end) / 2, 100.0)

    def stroke(self, level: ReferenceLevel) -> Stroke:
        start, end = self.reach(level)
        return Stroke(start, self.y(level.number), end, self.y(level.number))

    def strokes(self, line: DataSeries):
        for before, after in zip(line.values, line.values[1:], strict=False):
            if after.follows(before):
                yield Stroke(
                    self.x(before),
                    self.y(before.number),
                    self.x(after),
                    self.y(after.number),
                )

    def box(self, value: ChartValue) -> Box:
        start, end = (self.x(value),) * 2 if value.is_year else self.ends(value)
        y = self.y(value.number)
        return Box(start, -0.45, 0.45, y - 0.45, y + 0.45, width=end - start)


def _sorted(line):
    values = sorted(line.values, key=lambda value: (value.ends_on, value.starts_on))
    return DataSeries(tuple(values), line.name)


#: How far to the right of its beginning a level has its text, in ems.
AWAY = 0.75
#: Half the height of a point or a span; how high the mark of a break is.
HALF, BREAK = 0.35, 1.5
#: How many years are written at most on a telephone and on a screen.
NARROW_YEARS, WIDE_YEARS = 6, 16
#: Letters of a tick that fit into the usual margin.
SHORT_TICK = 3


@dataclass(frozen=True)
class ChartLabel:
    x: str
    y: str
    text: str
    #: One or two CSS classes.
    css_class: str
    is_on_wide_screens_only: bool = False


def labels(layout: ChartLayout):
    for (boxes, _is_needed), found in zip(
        wanted_labels(layout), place_labels(layout), strict=True
    ):
        if found:
            x, y, text, css_class = next(
                label for box, label in boxes if box == found.box
            )
            yield ChartLabel(
                percent(x), em(y), text, css_class, found.is_on_wide_screens_only
            )


def place_labels(layout: ChartLayout):
    """
    Put the names of series, their last values and the levels always; other values where
    they fit.
    """
    texts = list(wanted_labels(layout))
    return choose_boxes(
        [[box for box, _label in boxes] for boxes, _is_needed in texts],
        occupied=[layout.box(v) for line in layout.lines for v in line.values],
        strokes=[
            *(s for line in layout.lines for s in layout.strokes(line)),
            *map(layout.stroke, layout.levels),
        ],
        needed=frozenset(n for n, (_, is_needed) in enumerate(texts) if is_needed),
    )


def wanted_labels(layout: ChartLayout):
    """The candidate boxes of each text, and whether it must be placed."""
    if len(layout.lines) > 1:
        for line in layout.lines:
            yield list(_name_boxes(layout, line)), True
    for line in layout.lines:
        yield list(_value_boxes(layout, line.values[-1], "last")), True
    for level in layout.levels:
        yield list(_level_boxes(layout, level)), True
    for value in [v for line in layout.lines for v in _by_weight(line.values)]:
        yield list(_value_boxes(layout, value, "value")), False


def _name_boxes(layout, line):
    value = line.values[-1]
    x = layout.x(value) if value.is_year else layout.ends(value)[1]
    for shift in (0.35, -0.85, 1.55, -2.05, 2.75):
        y = layout.y(value.number) + shift
        yield box_after(line.name, x, y, 0.9), (x, y, line.name, "name")


def _value_boxes(layout, value, css_class):
    x = layout.x(value)
    for shift in (-0.85, 1.5):
        y = layout.y(value.number) + shift
        if y < layout.plot_bottom:
            yield box_around(value.text, x, y), (x, y, value.text, css_class)


def _level_boxes(layout, level):
    start, end = layout.reach(level)
    for shift in (-0.4, 1.15):
        y = layout.y(level.number) + shift
        yield (
            box_before(level.text, end, y),
            (end, y, level.text, "level level--ends"),
        )
        yield (
            box_after(level.text, start, y, AWAY),
            (start, y, level.text, "level"),
        )


def _by_weight(values):
    """All but the last value: first, greatest and smallest come first."""
    rest = values[:-1]
    if not rest:
        return []
    marked = [
        rest[0],
        max(rest, key=lambda value: value.number),
        min(rest, key=lambda value: value.number),
    ]
    return list(dict.fromkeys([*marked, *reversed(rest)]))


@dataclass(frozen=True)
class AxisTick:
    y: str
    text: str


@dataclass(frozen=True)
class YearTick:
    x: str
    text: str
    is_on_wide_screens_only: bool


@dataclass(frozen=True)
class PeriodBand:
    x: str
    width: str
    text: str
    has_text_on_wide_screens_only: bool


@dataclass(frozen=True)
class Segment:
    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True)
class ChartPoint:
    x: str
    y: str
    is_provisional: bool


@dataclass(frozen=True)
class SpanBar:
    """A value over anything but one year, drawn as a bar over its days."""

    x: str
    y: str
    width: str
    is_provisional: bool


@dataclass(frozen=True)
class DrawnSeries:
    """One series; ``number`` is part of its CSS class."""

    number: int
    segments: tuple[Segment, ...]
    points: tuple[ChartPoint, ...]
    spans: tuple[SpanBar, ...]
    breaks: tuple[str, ...]


@dataclass(frozen=True)
class LevelLine:
    x1: str
    x2: str
    y: str
    is_target: bool


@dataclass(frozen=True)
class SeriesPicture:
    """
    Heights are ems, positions percents. Left out on phones are texts with
    ``is_on_wide_screens_only`` and those of bands with
    ``has_text_on_wide_screens_only``.
    """

    height: str
    plot_bottom: str
    break_top: str
    years_y: str
    has_long_ticks: bool
    is_named: bool
    ticks: tuple[AxisTick, ...]
    years: tuple[YearTick, ...]
    bands: tuple[PeriodBand, ...]
    levels: tuple[LevelLine, ...]
    lines: tuple[DrawnSeries, ...]
    labels: tuple[ChartLabel, ...]
    #: Which marks occur, for the legend under the picture.
    marks: frozenset[str]


def draw_series(
    lines: Iterable[DataSeries],
    write: Callable[[Decimal], str],
    levels: Iterable[ReferenceLevel] = (),
    periods: Iterable[ChartPeriod] = (),
) -> SeriesPicture | None:
    """
    Draw the chart; None without values. ``write`` formats tick numbers.

    Series are named only if there are several.
    """
    lines = tuple(line for line in lines if line.values)
    if not lines:
        return None
    layout = ChartLayout(lines, tuple(levels))
    ticks = tuple(AxisTick(em(layout.y(tick)), write(tick)) for tick in layout.ticks)
    return SeriesPicture(
        height=em(layout.plot_bottom + BELOW),
        plot_bottom=em(layout.plot_bottom),
        break_top=em(layout.plot_bottom - BREAK),
        years_y=em(layout.plot_bottom + 1.4),
        has_long_ticks=any(len(tick.text) > SHORT_TICK for tick in ticks),
        is_named=len(lines) > 1,
        ticks=ticks,
        years=tuple(_years(layout.years)),
        bands=tuple(_bands(layout.years, periods)),
        levels=tuple(_level(layout, level) for level in layout.levels),
        lines=tuple(_drawn(layout, *each) for each in enumerate(layout.lines, 1)),
        labels=tuple(labels(layout)),
        marks=frozenset(_marks(layout)),
    )


def _years(years):
    written = years.labelled(WIDE_YEARS)
    step = -(-len(written) // NARROW_YEARS)
    narrow = set(written[::-1][::step])
    for year in written:
        yield YearTick(percent(years.middle(year)), str(year), year not in narrow)


def _bands(years, periods):
    for period in periods:
        if span := years.span(period.starts_on, period.ends_on):
            width = span[1] - span[0]
            needed = LETTER * len(period.text) + 0.4
            fits = [width * n / 100 >= needed for n in (NARROW, WIDE)]
            text = period.text if any(fits) else ""
            yield PeriodBand(percent(span[0]), percent(width), text, not fits[0])


def _level(layout, level):
    start, end = layout.reach(level)
    y = em(layout.y(level.number))
    return LevelLine(percent(start), percent(end), y, level.is_target)


def _drawn(layout, number, line):
    return DrawnSeries(
        number=number,
        segments=tuple(
            Segment(percent(s.x1), em(s.y1), percent(s.x2), em(s.y2))
            for s in layout.strokes(line)
        ),
        points=tuple(
            ChartPoint(percent(layout.x(v)), em(layout.y(v.number)), v.is_provisional)
            for v in line.values
            if v.is_year
        ),
        spans=tuple(_span(layout, v) for v in line.values if not v.is_year),
        breaks=tuple(percent(layout.ends(v)[0]) for v in line.values[1:] if v.is_break),
    )


def _span(layout, value):
    start, end = layout.ends(value)
    top = em(layout.y(value.number) - HALF)
    return SpanBar(percent(start), top, percent(end - start), value.is_provisional)


def _marks(layout):
    for line in layout.lines:
        for position, value in enumerate(line.values):
            yield "provisional" if value.is_provisional else "confirmed"
            if not value.is_year:
                yield "span"
            if value.is_break and position:
                yield "break"
