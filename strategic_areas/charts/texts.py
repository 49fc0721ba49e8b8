"""The texts in the picture of a series, each where there is room for it."""

from dataclasses import dataclass

from strategic_areas.charts import placing
from strategic_areas.charts.layout import Layout
from strategic_areas.charts.scales import em, percent

#: How far to the right of its beginning a level has its text, in ems.
AWAY = 0.75


@dataclass(frozen=True)
class Label:
    """A text on a base line; ``kind`` are its classes."""

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
    """Pairs of the possible places of a text, and whether it must stand."""
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
