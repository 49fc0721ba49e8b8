"""The lines that a person in need may call."""

from dataclasses import dataclass
from datetime import date, timedelta

from strategic_areas.models import HelpLine

#: A number that nobody called or asked about for so long may have changed.
CONFIRMED_FOR_DAYS = 180
EMERGENCY = "911"


@dataclass(frozen=True)
class Line:
    """A help line with how sure the portal is of it today."""

    line: HelpLine
    unconfirmed_since: date | None
    sources: tuple = ()

    @property
    def numbers(self):
        return tuple(str(number) for number in self.line.numbers)


@dataclass(frozen=True)
class HelpLines:
    """The lines to show. The page names 9-1-1 even if no line ``has_emergency``."""

    lines: tuple[Line, ...]
    has_emergency: bool


def published():
    """The only lines that a public page may start from."""
    return HelpLine.objects.filter(confirm_before_publishing=False)


def public(today: date) -> HelpLines:
    """The lines that may be published; those that are not the police come first."""
    rows = published().prefetch_related("sources")
    lines = [line(row, today, tuple(row.sources.all())) for row in rows]
    lines.sort(key=lambda each: (_is_police(each), each.line.order, each.line.pk))
    has_emergency = any(EMERGENCY in _digits(each) for each in lines)
    return HelpLines(tuple(lines), has_emergency)


def line(row: HelpLine, today: date, sources: tuple = ()) -> Line:
    return Line(row, _unconfirmed_since(row, today), sources)


def _unconfirmed_since(row: HelpLine, today: date) -> date | None:
    if row.confirmed_on and today - row.confirmed_on > timedelta(CONFIRMED_FOR_DAYS):
        return row.confirmed_on
    return None


def _digits(each: Line) -> list[str]:
    return [number.replace("-", "") for number in each.numbers]


def _is_police(each: Line) -> bool:
    """The police answers, or the emergency system, which sends the police."""
    return each.line.is_police or EMERGENCY in _digits(each)
