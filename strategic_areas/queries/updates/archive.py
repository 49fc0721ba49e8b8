"""
The record of everything published on a plan, by period, agency and area.

It is read a page at a time from a place in it, never by counting rows: what is
published meanwhile moves no page, and the last page costs what the first one does.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from agencies.folding import fold
from agencies.models import Agency
from strategic_areas.models import (
    ActivityUpdate,
    CommitmentUpdate,
    Participation,
    Plan,
    ReportingPeriod,
    StrategicArea,
)
from strategic_areas.queries.plan.facets import Facet, any_unknown
from strategic_areas.queries.updates import record, register
from strategic_areas.queries.updates.entry import Entry

FILTERS = ("period", "agency", "area", "change")
#: The first and the last day asked for, of those on which accounts changed the record.
DAYS = ("since", "until")
#: Values that may be asked for even where no account has them.
WORDS = {"change": frozenset(map(str, register.Change))}


@dataclass(frozen=True)
class Teller:
    """An agency, and how many accounts there are of it, year by year."""

    agency: Agency
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Tellers:
    """The agencies of which there are accounts, by their initials."""

    years: tuple[int, ...]
    rows: tuple[Teller, ...]


@dataclass(frozen=True)
class FilterCounts:
    """
    How many accounts each value of a filter leaves, given the other filters.

    Accounts of planned work and of other work; demonstrations are never counted.
    ``total`` is the number of all, whatever is asked, and ``off_plan`` of those about
    work outside the plan.
    """

    facets: Mapping[str, Facet]
    #: How many accounts each agency has of each year, by its word and the year.
    by_year: Mapping[str, Counter]
    #: The records by their words in addresses.
    periods: Mapping[str, ReportingPeriod]
    agencies: Mapping[str, Agency]
    areas: Mapping[str, StrategicArea]
    found: int
    total: int
    off_plan: int
    #: How many have no day, and are left out because days are asked for.
    undated: int = 0

    @property
    def is_unknown(self) -> bool:
        """True if a value was asked for that no account of the plan can have."""
        return any_unknown(self.facets, WORDS)

    def tellers(self) -> Tellers:
        """How many accounts there are of each agency and year, whatever is asked."""
        counted = self.by_year.items()
        occurring = {year for _slug, each in counted for year, n in each.items() if n}
        years = tuple(sorted(occurring))
        rows = [
            Teller(self.agencies[slug], tuple(each[year] for year in years))
            for slug, each in counted
            if any(each.values())
        ]
        rows.sort(key=lambda row: fold(row.agency.acronym))
        return Tellers(years, tuple(rows))


@dataclass(frozen=True)
class Line:
    """An account, what it changed in the record, and the day on which it did."""

    entry: Entry
    change: register.Change
    day: date | None

    @property
    def year(self):
        return self.entry.period.ends_on.year


@dataclass(frozen=True)
class RecordPage:
    """A page of the record, and from where to read the newer and the older ones."""

    lines: tuple[Line, ...]
    newer: str
    older: str

    @property
    def entries(self):
        return tuple(line.entry for line in self.lines)


def count_by_filters(plan: Plan, asked: Mapping[str, str]) -> FilterCounts:
    """
    Count a plan's record; ``asked`` maps ``FILTERS`` to values.

    With ``DAYS`` only accounts of those days enter the facets and ``found``.
    """
    told = register.load(plan)
    words, wanted = _words(told), _wanted(told, asked)
    real = [row for row in told.rows if row.is_real]
    within, facets = _on_days(real, asked), {}
    for name in FILTERS:
        others = {other: word for other, word in wanted.items() if other != name}
        found = Counter(getattr(row, name) for row in _sifted(within, others))
        occurring = {getattr(row, name) for row in told.rows}
        numbers = {words[name][each]: found[each] for each in occurring}
        facets[name] = Facet(asked.get(name, ""), numbers, found.total())
    agencies = {each.slug: each for each in told.agencies.values()}
    if silent := _silent(plan, asked.get("agency", ""), agencies):
        agencies[silent.slug], facets["agency"].numbers[silent.slug] = silent, 0
    by_year = defaultdict(Counter)
    for (agency, period), number in Counter((r.agency, r.period) for r in real).items():
        year = told.periods[period].ends_on.year
        by_year[words["agency"][agency]][year] += number
    return FilterCounts(
        facets=facets,
        periods={each.code: each for each in told.periods.values()},
        agencies=agencies,
        areas={each.code: each for each in told.areas.values()},
        by_year=by_year,
        off_plan=sum(not row.is_planned for row in real),
        found=len(_sifted(within, wanted)),
        total=len(real),
        undated=sum(row.day is None for row in _sifted(real, wanted))
        if any(day_asked(asked, name) for name in DAYS)
        else 0,
    )


def _silent(plan, word, known):
    """The agency of this word if it takes part in the plan and no account is its."""
    if not word or word in known:
        return None
    part = Participation.objects.filter(plan=plan, agency__slug=word)
    found = part.select_related("agency").first()
    return found and found.agency


def _words(told):
    """Filter → value of a row → the word for it in addresses."""
    return {
        "period": {key: each.code for key, each in told.periods.items()},
        "agency": {key: each.slug for key, each in told.agencies.items()},
        "area": {key: each.code for key, each in told.areas.items()},
        "change": {each: str(each) for each in register.Change},
    }


def _wanted(told, asked):
    """Filter → the value that rows must have; None for one that none has."""
    words = _words(told)
    return {
        name: next(
            (key for key, word in words[name].items() if word == asked[name]), None
        )
        for name in FILTERS
        if asked.get(name)
    }


def _sifted(rows, wanted):
    for name, value in wanted.items():
        rows = [row for row in rows if getattr(row, name) == value]
    return rows


def _on_days(rows, asked):
    """
    The rows of the days asked for, the first and the last included.

    What has no day is on none of them.
    """
    if since := day_asked(asked, "since"):
        rows = [row for row in rows if row.day and row.day >= since]
    if until := day_asked(asked, "until"):
        rows = [row for row in rows if row.day and row.day <= until]
    return rows


def day_asked(asked: Mapping[str, str], name: str) -> date | None:
    """The day that an address names; None for none, and for what is no day."""
    try:
        return date.fromisoformat(asked.get(name, ""))
    except ValueError:
        return None


def read_page(
    plan: Plan, asked: Mapping[str, str], length: int, place=None
) -> RecordPage:
    """
    A page of ``length`` accounts, the newest first.

    ``place`` is None for the first page, else a pair: an account of ``account_at``, and
    whether the page before it is asked for.
    """
    account, is_before = place or (None, False)
    rows = _matching(plan, asked)
    if account is None:
        found, rest = rows[:length], rows[length:]
    else:
        at = register.place_of(account)
        if is_before:
            rows = [row for row in rows if row.place > at]
            found, rest = rows[-length:], rows[:-length]
        else:
            rows = [row for row in rows if row.place < at]
            found, rest = rows[:length], rows[length:]
    if not found:
        return RecordPage((), "", "")
    lines = tuple(
        Line(entry, row.change, row.day)
        for row, entry in zip(found, _entries(found), strict=True)
    )
    first, last = lines[0].entry.public_id, lines[-1].entry.public_id
    return RecordPage(
        lines=lines,
        newer=first if (rest if is_before else account) else "",
        older=last if is_before or rest else "",
    )


def everything(plan: Plan, asked: Mapping[str, str]) -> list[Entry]:
    """All accounts that match what is asked, in the order of the pages."""
    return _entries(_matching(plan, asked))


def _matching(plan, asked):
    """The rows of what is asked, demonstrations too, the newest first."""
    told = register.load(plan)
    return _on_days(_sifted(told.rows, _wanted(told, asked)), asked)


def _entries(rows):
    """The accounts of these rows, in their order."""
    found = {}
    for place, read in enumerate((record.updates, record.declarations)):
        keys = [-row.minus for row in rows if row.rank == -place]
        # Not by their age, which may have changed since the register was read.
        for each in read().filter(pk__in=keys):
            found[-place, -each.pk] = each
    return record.entries(found[row.rank, row.minus] for row in rows)


def account_at(plan: Plan, public_id: str) -> ActivityUpdate | CommitmentUpdate | None:
    """The account of this public id that is or was public, or None."""
    for rows in (record.updates(), record.declarations()):
        if row := rows.filter(plan=plan, public_id=public_id).first():
            return row
    return None
