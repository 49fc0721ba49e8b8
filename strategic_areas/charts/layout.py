"""Where values, levels and lines stand in the picture of a series."""

from strategic_areas.charts import scales
from strategic_areas.charts.placing import Box, Stroke
from strategic_areas.charts.values import Level, Line, Value

#: Heights in ems: above the plot, of the plot, and of the line of years below.
ABOVE, PLOT, BELOW = 3.0, 16.0, 1.8


class Layout:
    """The scales of one picture; places are percents, heights ems."""

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
        """The line of a level."""
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
