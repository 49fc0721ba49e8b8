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
class HelpLineStatus:
    """A help line with how sure the portal is of it today."""

    line: HelpLine
    unconfirmed_since: date | None
    sources: tuple = ()

    @property
    def numbers(self):
        return tuple(str(number) for number in self.line.numbers)

    @property
    def is_emergency(self):
        return any(_digits(number) in emergency_number() for number in self.numbers)

    @property
    def creole(self):
        """Its text in Creole, once a speaker has read it."""
        return self.line.creole if self.line.creole_is_read else ""


def emergency_number():
    """The number to call in danger, as people write it and as it is dialled."""
    return settings.EMERGENCY_NUMBER, _digits(settings.EMERGENCY_NUMBER)


def _digits(number):
    return re.sub("[ -]", "", number)


def published_help_lines():
    """The only lines that a public page may start from."""
    return HelpLine.objects.filter(confirm_before_publishing=False)


def load_help_page(today: date) -> dict:
    """
    The lines to show, those of each need, and the ``others``; the police comes last.
    Nobody ever confirmed the ``unconfirmed``.

    A need has its code, its own lines and, where there are none, the one to try.
    """
    rows = published_help_lines().prefetch_related("sources")
    lines = [help_line_status(row, today, tuple(row.sources.all())) for row in rows]
    lines.sort(key=lambda each: (_is_police(each), each.line.order, each.line.pk))
    asked = [each for each in lines if not each.is_emergency]
    reporting = next((each for each in asked if each.line.takes_reports), None)
    needs = []
    for code, field in NEEDS.items():
        own = [each for each in asked if getattr(each.line, field)]
        needs.append((code, own, None if own else reporting))
    told = {each.line.pk for _code, own, _nearest in needs for each in own}
    return {
        "lines": lines,
        "needs": needs,
        "others": [each for each in asked if each.line.pk not in told],
        "unconfirmed": [each for each in asked if not each.line.confirmed_on],
        "knows_languages": any(each.line.languages_es for each in lines),
        "in_creole": [each for each in lines if each.creole],
    }


def help_line_status(row: HelpLine, today: date, sources: tuple = ()) -> HelpLineStatus:
    since, limit = row.confirmed_on, timedelta(CONFIRMED_FOR_DAYS)
    return HelpLineStatus(
        row, since if since and today - since > limit else None, sources
    )


def _is_police(each):
    """The police answers, or the emergency system, which sends the police."""
    return each.line.is_police or each.is_emergency
