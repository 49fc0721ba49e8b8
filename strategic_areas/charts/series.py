"""The texts in the picture of a series, each where there is room for it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from strategic_areas.charts import placing
from strategic_areas.charts.placing import BELOW, Layout
from strategic_areas.charts.scales import Level, Line, Period, em, percent

#: How far to the right of its beginning a level has its text, in ems.
AWAY = 0.75
#: Half the height of a point or a span; how high the mark of a break is.
HALF, BREAK = 0.35, 1.5
#: How many years are written at most on a telephone and on a screen.
NARROW_YEARS, WIDE_YEARS = 6, 16
#: Letters of a tick that need no wider margin.
SHORT_TICK = 3


@dataclass(frozen=True)
class Label:
    """A text; ``kind`` are its classes."""

    x: str
    y: str
    text: str
    kind: str
    is_wide: bool = False


def labels(layout: Layout):
    for (boxes, _is_needed), found in zip(wanted(layout), placed(layout), strict=True):
        if found:
            x, y, text, kind = next(label for box, label in boxes if box == found.box)
            yield Label(percent(x), em(y), text, kind, found.is_wide)


def placed(layout: Layout):
    """Names and last values stand in any case; the others where there is room."""
    texts = list(wanted(layout))
    return placing.place(
        [[box for box, _label in boxes] for boxes, _is_needed in texts],
        taken=[layout.box(v) for line in layout.lines for v in line.values],
        strokes=[
            *(s for line in layout.lines for s in layout.strokes(line)),
            *map(layout.stroke, layout.levels),
        ],
        needed=frozenset(n for n, (_, is_needed) in enumerate(texts) if is_needed),
    )


def wanted(layout: Layout):
    """The possible places of each text, and whether it must stand."""
    if len(layout.lines) > 1:
        for line in layout.lines:
            yield list(_places_of_name(layout, line)), True
    for line in layout.lines:
        yield list(_places(layout, line.values[-1], "last")), True
    for level in layout.levels:
        yield list(_places_of_level(layout, level)), True
    others = [v for line in layout.lines for v in _by_weight(line.values)]
    for value in others:
        yield list(_places(layout, value, "value")), False


def _places_of_name(layout, line):
    value = line.values[-1]
    x = layout.x(value) if value.is_year else layout.ends(value)[1]
    for shift in (0.35, -0.85, 1.55, -2.05, 2.75):
        y = layout.y(value.number) + shift
        box = placing.beside(line.name, x, y, 0.9)
        yield box, (x, y, line.name, "name")


def _places(layout, value, kind):
    x = layout.x(value)
    for shift in (-0.85, 1.5):
        y = layout.y(value.number) + shift
        if y < layout.floor:
            yield placing.middled(value.text, x, y), (x, y, value.text, kind)


def _places_of_level(layout, level):
    start, end = layout.reach(level)
    for shift in (-0.4, 1.15):
        y = layout.y(level.number) + shift
        yield (
            placing.before(level.text, end, y),
            (end, y, level.text, "level level--ends"),
        )
        yield (
            placing.beside(level.text, start, y, AWAY),
            (start, y, level.text, "level"),
        )


def _by_weight(values):
    """All but the last; the first, the greatest and the smallest come first."""
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
class Tick:
    y: str
    text: str


@dataclass(frozen=True)
class Year:
    x: str
    text: str
    is_wide: bool


@dataclass(frozen=True)
class Band:
    """The time of a plan."""

    x: str
    width: str
    text: str
    is_wide: bool


@dataclass(frozen=True)
class Segment:
    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True)
class Point:
    x: str
    y: str
    is_provisional: bool


@dataclass(frozen=True)
class Span:
    """A value of anything but a year: a bar from its first day to its last."""

    x: str
    y: str
    width: str
    is_provisional: bool


@dataclass(frozen=True)
class Drawn:
    """One count; its ``number`` is for its class."""

    number: int
    segments: tuple[Segment, ...]
    points: tuple[Point, ...]
    spans: tuple[Span, ...]
    breaks: tuple[str, ...]


@dataclass(frozen=True)
class LevelLine:
    x1: str
    x2: str
    y: str
    is_target: bool


@dataclass(frozen=True)
class SeriesPicture:
    """Heights are ems, places percents; what ``is_wide`` is left out on telephones."""

    height: str
    floor: str
    break_top: str
    years_y: str
    is_deep: bool
    is_named: bool
    ticks: tuple[Tick, ...]
    years: tuple[Year, ...]
    bands: tuple[Band, ...]
    levels: tuple[LevelLine, ...]
    lines: tuple[Drawn, ...]
    labels: tuple[Label, ...]
    #: Which signs occur, for the key under the picture.
    signs: frozenset[str]


def series(
    lines: Iterable[Line],
    write: Callable[[Decimal], str],
    levels: Iterable[Level] = (),
    periods: Iterable[Period] = (),
) -> SeriesPicture | None:
    """
    The picture; None without any value. ``write`` writes the numbers of the ticks.

    Names of lines are told only if there are several.
    """
    lines = tuple(line for line in lines if line.values)
    if not lines:
        return None
    layout = Layout(lines, tuple(levels))
    ticks = tuple(Tick(em(layout.y(tick)), write(tick)) for tick in layout.ticks)
    return SeriesPicture(
        height=em(layout.floor + BELOW),
        floor=em(layout.floor),
        break_top=em(layout.floor - BREAK),
        years_y=em(layout.floor + 1.4),
        is_deep=any(len(tick.text) > SHORT_TICK for tick in ticks),
        is_named=len(lines) > 1,
        ticks=ticks,
        years=tuple(_years(layout.years)),
        bands=tuple(_bands(layout.years, periods)),
        levels=tuple(_level(layout, level) for level in layout.levels),
        lines=tuple(_drawn(layout, *each) for each in enumerate(layout.lines, 1)),
        labels=tuple(labels(layout)),
        signs=frozenset(_signs(layout)),
    )


def _years(years):
    written = years.labelled(WIDE_YEARS)
    every = -(-len(written) // NARROW_YEARS)
    narrow = set(written[::-1][::every])
    for year in written:
        yield Year(percent(years.middle(year)), str(year), year not in narrow)


def _bands(years, periods):
    for period in periods:
        if span := years.span(period.starts_on, period.ends_on):
            width = span[1] - span[0]
            needed = placing.LETTER * len(period.text) + 0.4
            fits = [width * n / 100 >= needed for n in (placing.NARROW, placing.WIDE)]
            text = period.text if any(fits) else ""
            yield Band(percent(span[0]), percent(width), text, not fits[0])


def _level(layout, level):
    start, end = layout.reach(level)
    y = em(layout.y(level.number))
    return LevelLine(percent(start), percent(end), y, level.is_target)


def _drawn(layout, number, line):
    return Drawn(
        number=number,
        segments=tuple(
            Segment(percent(s.x1), em(s.y1), percent(s.x2), em(s.y2))
            for s in layout.strokes(line)
        ),
        points=tuple(
            Point(percent(layout.x(v)), em(layout.y(v.number)), v.is_provisional)
            for v in line.values
            if v.is_year
        ),
        spans=tuple(_span(layout, v) for v in line.values if not v.is_year),
        breaks=tuple(percent(layout.ends(v)[0]) for v in line.values[1:] if v.is_break),
    )


def _span(layout, value):
    start, end = layout.ends(value)
    top = em(layout.y(value.number) - HALF)
    return Span(percent(start), top, percent(end - start), value.is_provisional)


def _signs(layout):
    for line in layout.lines:
        for place, value in enumerate(line.values):
            yield "provisional" if value.is_provisional else "confirmed"
            if not value.is_year:
                yield "span"
            if value.is_break and place:
                yield "break"
