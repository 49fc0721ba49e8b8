"""The lines that a person in need may call."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings

from strategic_areas.models import HelpLine

#: A number that nobody called or asked about for so long may have changed.
CONFIRMED_FOR_DAYS = 180
#: What people call for, in the order of the page, with the field of a line that says it
#: is for just that.
NEEDS = {
    "women": "serves_women",
    "children": "serves_children",
    "men": "serves_men",
    "foreigners": "serves_foreigners",
    "report": "takes_reports",
}


@dataclass(frozen=True)
class Line:
    """A help line with how sure the portal is of it today."""

    line: HelpLine
    unconfirmed_since: date | None
    sources: tuple = ()

    @property
    def numbers(self):
        return tuple(str(number) for number in self.line.numbers)

    @property
    def is_emergency(self):
        return any(_digits(number) in emergency() for number in self.numbers)

    @property
    def creole(self):
        return self.line.creole if self.line.creole_is_read else ""


@dataclass(frozen=True)
class Need:
    """
    Who calls or what for, and the lines for just that.

    Where there are none, ``nearest`` is the line to try instead, or None.
    """

    code: str
    lines: tuple[Line, ...]
    nearest: Line | None = None


@dataclass(frozen=True)
class HelpLines:
    """All lines to show; those of each need, and ``others``. Danger is no need."""

    lines: tuple[Line, ...]
    needs: tuple[Need, ...]
    others: tuple[Line, ...]

    @property
    def knows_languages(self):
        return any(each.line.languages_es for each in self.lines)

    @property
    def in_creole(self):
        """Lines whose text in Creole a speaker has read."""
        return [each for each in self.lines if each.creole]


def emergency():
    """The number to call in danger, as people write it and as it is dialled."""
    return settings.EMERGENCY_NUMBER, _digits(settings.EMERGENCY_NUMBER)


def _digits(number):
    return re.sub("[ -]", "", number)


def published():
    """The only lines that a public page may start from."""
    return HelpLine.objects.filter(confirm_before_publishing=False)


def public(today: date) -> HelpLines:
    """The lines that may be published; those that are not the police come first."""
    rows = published().prefetch_related("sources")
    lines = [line(row, today, tuple(row.sources.all())) for row in rows]
    lines.sort(key=lambda each: (_is_police(each), each.line.order, each.line.pk))
    asked = [each for each in lines if not each.is_emergency]
    needs = tuple(_need(code, asked) for code in NEEDS)
    told = {each.line.pk for need in needs for each in need.lines}
    others = tuple(each for each in asked if each.line.pk not in told)
    return HelpLines(tuple(lines), needs, others)


def _need(code, lines):
    own = tuple(each for each in lines if getattr(each.line, NEEDS[code]))
    if own:
        return Need(code, own)
    return Need(
        code, (), next((each for each in lines if each.line.takes_reports), None)
    )


def line(row: HelpLine, today: date, sources: tuple = ()) -> Line:
    return Line(row, _unconfirmed_since(row, today), sources)


def _unconfirmed_since(row: HelpLine, today: date) -> date | None:
    if row.confirmed_on and today - row.confirmed_on > timedelta(CONFIRMED_FOR_DAYS):
        return row.confirmed_on
    return None


def _is_police(each: Line) -> bool:
    """The police answers, or the emergency system, which sends the police."""
    return each.line.is_police or each.is_emergency
