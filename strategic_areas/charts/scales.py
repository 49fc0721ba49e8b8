"""Input values of charts, and their scales."""

from calendar import isleap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from strategic_areas.date_ranges import year_of

#: A step between ticks is one of these, times a power of ten.
STEPS = tuple(map(Decimal, ("1", "2", "2.5", "5")))


@dataclass(frozen=True)
class ChartValue:
    """
    A count over a span of days; with ``is_break`` not comparable to the one before it.
    """

    starts_on: date
    ends_on: date
    number: Decimal
    text: str
    is_provisional: bool = False
    is_break: bool = False

    @property
    def is_year(self) -> bool:
        return year_of(self.starts_on, self.ends_on) is not None

    def follows(self, other: "ChartValue") -> bool:
        """
        Whether a line may join ``other`` to it: consecutive years without a break.
        """
        is_next = other.ends_on.year + 1 == self.starts_on.year
        return self.is_year and other.is_year and is_next and not self.is_break


@dataclass(frozen=True)
class DataSeries:
    values: tuple[ChartValue, ...]
    name: str = ""


@dataclass(frozen=True)
class ReferenceLevel:
    """A horizontal line in a chart: a target, or the baseline that it starts from."""

    starts_on: date
    ends_on: date
    number: Decimal
    text: str
    is_target: bool = False


@dataclass(frozen=True)
class ChartPeriod:
    """The period of a plan, shaded behind the values."""

    starts_on: date
    ends_on: date
    text: str


@dataclass(frozen=True)
class BarValue:
    name: str
    number: Decimal
    text: str


def percent(place: float) -> str:
    return f"{short(place)}%"


def em(height: float) -> str:
    return f"{short(height)}em"


def short(number: float) -> str:
    written = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


@dataclass(frozen=True)
class YearScale:
    first: int
    last: int

    @classmethod
    def over(cls, spans: Iterable[tuple[date, date]]) -> "YearScale":
        spans = list(spans)
        return cls(
            min(start.year for start, _end in spans),
            max(end.year for _start, end in spans),
        )

    @property
    def year_count(self) -> int:
        return self.last - self.first + 1

    def at(self, day: date) -> float:
        """The start of a day, as a percent of the width."""
        passed = (day.timetuple().tm_yday - 1) / (366 if isleap(day.year) else 365)
        return 100 * (day.year - self.first + passed) / self.year_count

    def middle(self, year: int) -> float:
        return 100 * (year - self.first + 0.5) / self.year_count

    def span(self, starts_on: date, ends_on: date) -> tuple[float, float] | None:
        """Both ends of a span, clipped; None if it lies outside."""
        start = max(self.at(starts_on), 0.0)
        end = min(self.at(ends_on + timedelta(days=1)), 100.0)
        return (start, end) if start < end else None

    def labelled(self, most: int) -> list[int]:
        """At most ``most`` evenly spaced years, the last included."""
        step = next(
            n for n in (1, 2, 5, 10, 20, 50, 100) if self.year_count <= n * most
        )
        return list(range(self.last, self.first - 1, -step))[::-1]


def ticks(numbers: Iterable[Decimal], most: int = 5) -> tuple[Decimal, ...]:
    """
    At most ``most`` round steps from 0 or less to the greatest number or more.

    Whole numbers have whole ticks.
    """
    numbers = [Decimal(0), *numbers]
    low, high = min(numbers), max(numbers)
    is_whole = all(number == number.to_integral_value() for number in numbers)
    for step in _steps(high - low, is_whole):
        below = (low / step).to_integral_value(ROUND_FLOOR)
        above = max((high / step).to_integral_value(ROUND_CEILING), below + 1)
        if above - below <= most:
            return tuple(
                without_exponent(step * n) for n in range(int(below), int(above) + 1)
            )
    raise AssertionError("steps grow without end")


def without_exponent(number: Decimal) -> Decimal:
    return Decimal(format(number.normalize(), "f"))


def _steps(extent, is_whole):
    power = Decimal(1).scaleb(extent.adjusted() - 1) if extent else Decimal("0.1")
    while True:
        for step in STEPS:
            if not is_whole or (step * power) % 1 == 0:
                yield step * power
        power *= 10
