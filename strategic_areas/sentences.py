"""Sentences that pages share: counts of work, who said a state, and since when."""

from django.utils.dateformat import format as as_date
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from strategic_areas.spans import is_of_whole_years, year_of

COMPLETED = ngettext_lazy(
    "%(done)d of %(total)d activity completed",
    "%(done)d of %(total)d activities completed",
    "total",
)
REPORTED = ngettext_lazy(
    "%(told)d of %(total)d activity reported, none completed",
    "%(told)d of %(total)d activities reported, none completed",
    "total",
)
MISSING = ngettext_lazy(
    "%(untold)d without a published report",
    "%(untold)d without a published report",
    "untold",
)
CELL = _("%(done)d of %(total)d completed")
CELL_REPORTED = _("%(told)d of %(total)d reported, none completed")
UNTOLD = _("%(untold)d without a published report")
NOTHING_TOLD = _("%(total)d without a published report")
NONE = _("none")
ACTIVITIES = ngettext_lazy("%(total)d activity", "%(total)d activities", "total")

FOUND = ngettext_lazy(
    "We found %(found)d activity", "We found %(found)d activities", "found"
)
#: By the name of the number in ``Records``.
ON_RECORD = {
    "done": ngettext_lazy(
        "%(n)d done, a source says",
        "%(n)d done, sources say",
        "n",
    ),
    "going": ngettext_lazy(
        "%(n)d under way at last record",
        "%(n)d under way at last record",
        "n",
    ),
    "other": ngettext_lazy(
        "%(n)d not begun or stopped at last record",
        "%(n)d not begun or stopped at last record",
        "n",
    ),
    "untold": ngettext_lazy("%(n)d without a record", "%(n)d without a record", "n"),
}
#: The sentences of a single activity.
ONE_ON_RECORD = {
    "done": _("We found 1 activity, which a source says is done"),
    "going": _("We found 1 activity, under way at its last record"),
    "other": _("We found 1 activity, not begun or stopped at its last record"),
    "untold": _("We found 1 activity, without a record"),
}
ONE_BY_PRESS = _("We found 1 activity, which only the press or an NGO says is done")
BY_PRESS = ngettext_lazy(
    "%(n)d by press or NGO alone", "%(n)d by press or NGO alone", "n"
)
PORTAL = _("National Plan against Human Trafficking")
SOURCES = _("Public sources")
DECLARED = _("according to %(agency)s, %(month)s")
LAST_REPORT = _("last report: %(month)s")
UNDATED = _("%(period)s, undated")
SINCE = _("since %(day)s")
UNKNOWN = _("We do not know how many the plan had.")


def work_done(tally) -> str:
    """
    How many of a commitment's activities are completed; "" where it has none.

    Of those that no report tells of nothing is counted: missing is never zero.
    """
    numbers = {"done": tally.done, "told": tally.told, "total": tally.total}
    if not tally.told:
        return str(ACTIVITIES % numbers) if tally.total else ""
    if not tally.untold:
        return str(COMPLETED % numbers)
    if not tally.done:
        return str(REPORTED % numbers)
    return f"{COMPLETED % numbers}; {MISSING % {'untold': tally.untold}}"


def work_counted(row) -> str:
    """The work on a commitment for a cell, whose heading says what is counted."""
    if row.records:
        return str(row.records.found)
    tally = row.standing.tally
    numbers = {**vars(tally), "untold": tally.untold}
    if not tally.told:
        return str(NOTHING_TOLD % numbers) if tally.total else str(NONE)
    if not tally.untold:
        return str(CELL % numbers)
    if not tally.done:
        return str(CELL_REPORTED % numbers)
    return f"{CELL % numbers}; {UNTOLD % numbers}"


def on_record(records) -> str:
    """What is on record of reconstructed work, in one sentence."""
    if records.found == 1:
        return _on_record_of_one(records)
    said = []
    for name, words in ON_RECORD.items():
        if number := getattr(records, name):
            said.append(str(words % {"n": number}))
            if name == "done" and records.by_press:
                said[-1] += f" ({BY_PRESS % {'n': records.by_press}})"
    found = FOUND % {"found": records.found}
    return f"{found}: {', '.join(said)}. {UNKNOWN}" if said else f"{found}. {UNKNOWN}"


def _on_record_of_one(records):
    """What is on record of a single activity, whose number is not said twice."""
    name = next((name for name in ONE_ON_RECORD if getattr(records, name)), None)
    if name is None:
        return f"{FOUND % {'found': 1}}. {UNKNOWN}"
    words = ONE_BY_PRESS if name == "done" and records.by_press else ONE_ON_RECORD[name]
    return f"{words}. {UNKNOWN}"


def rest_on_record(records) -> str:
    """How many activities are neither done nor under way by their last record."""
    rest = {"other": records.other, "untold": records.untold}
    return ", ".join(
        str(ON_RECORD[name] % {"n": number}) for name, number in rest.items() if number
    )


def author_of(entry) -> str:
    """
    Who says what an account says.

    Its agency, where it reported here; else those who published the sources. Nobody
    says a demonstration.
    """
    if entry.is_demonstration:
        return str(PORTAL)
    if not entry.is_recorded:
        return entry.agency.name
    named = (source.publisher or source.title for source in entry.sources)
    return "; ".join(dict.fromkeys(named)) or str(SOURCES)


def said_by(row) -> str:
    """By whom and in which month the state of a commitment was said; "" for nobody."""
    standing = row.standing
    if standing.state is None or standing.said_on is None:
        return ""
    month = as_date(standing.said_on, "m/Y")
    if row.declared_by:
        return DECLARED % {"agency": row.declared_by.local_acronym, "month": month}
    return LAST_REPORT % {"month": month}


def since(period) -> str:
    """Since when a state holds, by the period for which it was first told."""
    is_of_years = is_of_whole_years(period.starts_on, period.ends_on)
    return SINCE % {"day": as_date(period.ends_on, "Y" if is_of_years else "m/Y")}


def dated(day, period) -> str:
    """The day of an account; of one whose sources state none, its period says when."""
    if day:
        return date_format(day, "SHORT_DATE_FORMAT")
    year = year_of(period.starts_on, period.ends_on)
    return str(UNDATED % {"period": year or period.name})
