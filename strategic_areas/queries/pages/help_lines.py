"""Telephone lines for people in need."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings

from strategic_areas.models import HelpLine

#: Days after which an unconfirmed number may have changed.
CONFIRMED_FOR_DAYS = 180
#: Needs in page order, each with the field of the lines that serve it.
NEEDS = {
    "women": "serves_women",
    "children": "serves_children",
    "men": "serves_men",
    "foreigners": "serves_foreigners",
    "report": "takes_reports",
}


@dataclass(frozen=True)
class HelpLineStatus:
    line: HelpLine
    #: The last confirmation, if it is older than ``CONFIRMED_FOR_DAYS``; else None.
    last_confirmed_on: date | None
    sources: tuple = ()

    @property
    def numbers(self):
        return tuple(str(number) for number in self.line.numbers)

    @property
    def is_emergency(self):
        return any(_digits(number) in emergency_number() for number in self.numbers)

    @property
    def creole(self):
        """The Creole text, once a speaker has checked it."""
        return self.line.creole if self.line.creole_is_read else ""


def emergency_number():
    """The emergency number as written and as dialled."""
    return settings.EMERGENCY_NUMBER, _digits(settings.EMERGENCY_NUMBER)


def _digits(number):
    return re.sub("[ -]", "", number)


def published_help_lines():
    """The only help lines that public pages may use."""
    return HelpLine.objects.filter(confirm_before_publishing=False)


def load_help_page(today: date) -> dict:
    """
    All lines, grouped by need, with the police last.

    A need has its code, its lines and, if it has none, a line to try instead.
    ``unconfirmed`` lines were never confirmed.
    """
    rows = published_help_lines().prefetch_related("sources")
    lines = [help_line_status(row, today, tuple(row.sources.all())) for row in rows]
    lines.sort(key=lambda each: (_is_police(each), each.line.order, each.line.pk))
    ordinary = [each for each in lines if not each.is_emergency]
    fallback = next((each for each in ordinary if each.line.takes_reports), None)
    needs = []
    for code, field in NEEDS.items():
        serving = [each for each in ordinary if getattr(each.line, field)]
        needs.append((code, serving, None if serving else fallback))
    shown_ids = {each.line.pk for _code, serving, _nearest in needs for each in serving}
    return {
        "lines": lines,
        "needs": needs,
        "others": [each for each in ordinary if each.line.pk not in shown_ids],
        "unconfirmed": [each for each in ordinary if not each.line.confirmed_on],
        "knows_languages": any(each.line.languages_es for each in lines),
        "in_creole": [each for each in lines if each.creole],
    }


def help_line_status(row: HelpLine, today: date, sources: tuple = ()) -> HelpLineStatus:
    confirmed_on, limit = row.confirmed_on, timedelta(CONFIRMED_FOR_DAYS)
    return HelpLineStatus(
        row,
        confirmed_on if confirmed_on and today - confirmed_on > limit else None,
        sources,
    )


def _is_police(each):
    """Whether it reaches the police, directly or through the emergency system."""
    return each.line.is_police or each.is_emergency
