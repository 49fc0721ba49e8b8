"""Tags of pages that are read as of a past day: what differs between then and now."""

from dataclasses import dataclass

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from strategic_areas.labels import state_word
from strategic_areas.queries.plan import differences
from strategic_areas.sentences import work_done

register = template.Library()
#: How many commitments differ, by the name of the number in ``Differences``.
COUNTED = {
    "changed": ngettext_lazy("%(n)d changed", "%(n)d changed", "n"),
    "new": ngettext_lazy("%(n)d is new", "%(n)d are new", "n"),
    "gone": ngettext_lazy("%(n)d no longer stands", "%(n)d no longer stand", "n"),
}


@dataclass(frozen=True)
class Line:
    """One thing that differs of a commitment, in words."""

    what: str
    then: str
    now: str


@register.simple_tag(takes_context=True)
def since_then(context):
    """What differs today of what the page tells of the past; None on other pages."""
    board = context.get("board")
    if board is None or board.plan.until is None:
        return None
    return differences.since(board, _about(context))


def _about(context):
    """Whether a row belongs to the area or to the agency of the page."""
    if agency := context.get("agency"):
        return lambda row: (
            row.commitment.lead_id == agency.pk
            or any(each.activity.agency_id == agency.pk for each in row.activities)
        )
    area = getattr(context.get("row"), "area", None)
    return area and (lambda row: row.commitment.programme.area_id == area.pk)


@register.filter
def summary(found):
    """How many differ, and how; nothing is said of what none of them did."""
    said = [
        str(words % {"n": getattr(found, name)})
        for name, words in COUNTED.items()
        if getattr(found, name)
    ]
    return ", ".join(said)


@register.filter
def lines(difference):
    """What differs of a commitment that stood then and stands now, a line each."""
    then, now = _words(difference.then), _words(difference.now)
    return [
        Line(what, then[what], now[what]) for what in now if then[what] != now[what]
    ]


def _words(row):
    commitment, standing = row.commitment, row.standing
    found = {
        _("Title"): commitment.title,
        _("Lead"): commitment.lead.acronym,
        _("Due"): date_format(commitment.due_on, "SHORT_DATE_FORMAT")
        if row.deadline.is_stated
        else "",
    }
    if row.records:
        number = sum(each for _year, each in row.records.years)
        found[_("Records")] = ngettext(
            "%(n)d record, %(done)d said to be done",
            "%(n)d records, %(done)d said to be done",
            number,
        ) % {"n": number, "done": row.records.done}
        return found
    percent = "" if standing.percent is None else f" ({standing.percent} %)"
    return found | {
        _("State"): f"{state_word(standing.state)}{percent}",
        _("Activities"): work_done(standing.tally),
    }
