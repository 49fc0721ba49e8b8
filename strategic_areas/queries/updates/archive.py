"""
The record of everything published on a plan, by period, agency and area.

It is read a page at a time from a place in it, never by counting rows: what is
published meanwhile moves no page, and the last page costs what the first one does.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q
from django.db.models.lookups import Exact, GreaterThan, LessThan

from agencies.folding import fold
from agencies.models import Agency
from strategic_areas.models import (
    PUBLIC_RECORD,
    ActivityUpdate,
    CommitmentUpdate,
    Plan,
    Provenance,
    ReportingPeriod,
    StrategicArea,
)
from strategic_areas.models.review import AGE
from strategic_areas.queries.plan.facets import Facet, Item, sift
from strategic_areas.queries.prepared import BOARDS, kept_for_version
from strategic_areas.queries.updates import changes, record
from strategic_areas.queries.updates.entry import Entry

FILTERS = ("period", "agency", "area", "change")
#: The first and the last day asked for, of those on which accounts changed the record.
DAYS = ("since", "until")
#: Values that may be asked for even where no account has them.
WORDS = {"change": frozenset(map(str, changes.Change))}
#: The lookups from an account to its area.
PATHS = {
    ActivityUpdate: "activity__commitment__programme__area",
    CommitmentUpdate: "commitment__programme__area",
}
#: The fields that the filters print; the first of each names it in an address.
PERIOD = ("code", "name_es", "name_en", "ends_on", "is_demonstration")
AGENCY = ("slug", "acronym", "name_es", "name_en")
AREA = ("code", "sort_code", "name_es", "name_en", "short_es", "short_en")


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
    ``counted`` is the number of accounts of planned work, whatever is asked.
    """

    facets: Mapping[str, Facet]
    #: How many accounts each agency has of each year, by its word and the year.
    by_year: Mapping[str, Counter]
    #: The records by their words in addresses.
    periods: Mapping[str, ReportingPeriod]
    agencies: Mapping[str, Agency]
    areas: Mapping[str, StrategicArea]
    counted: int
    found: int
    total: int

    @property
    def is_unknown(self) -> bool:
        """True if a value was asked for that no account of the plan can have."""
        return any(
            facet.is_unknown and facet.asked not in WORDS.get(name, ())
            for name, facet in self.facets.items()
        )

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
    change: changes.Change
    day: date

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
    Count a plan's record; ``asked`` maps ``FILTERS`` to values. Five queries.

    With ``DAYS`` only accounts of those days enter the facets and ``found``.
    """
    rows = [row for model in PATHS for row in _grouped(model, plan, asked)]
    periods = _named(ReportingPeriod, PERIOD, {row["period_id"] for row in rows})
    agencies = _named(Agency, AGENCY, {row["agency_id"] for row in rows})
    areas = _named(StrategicArea, AREA, {row["area"] for row in rows})
    items, by_year, counted, total = [], defaultdict(Counter), 0, 0
    for row in rows:
        period, agency = periods[row["period_id"]], agencies[row["agency_id"]]
        words = {
            "change": row["change"],
            "period": period.code,
            "agency": agency.slug,
            "area": areas[row["area"]].code,
        }
        sets = {name: frozenset({word}) for name, word in words.items()}
        items.append(Item(row["within"], sets, weight=row["within"]))
        by_year[agency.slug][period.ends_on.year] += row["real"]
        counted += row["planned"]
        total += row["real"]
    kept, facets = sift(items, asked, FILTERS)
    return FilterCounts(
        facets=facets,
        periods={each.code: each for each in periods.values()},
        agencies={each.slug: each for each in agencies.values()},
        areas={each.code: each for each in areas.values()},
        by_year=by_year,
        counted=counted,
        found=sum(kept),
        total=total,
    )


def _named(model, names, ids):
    """The records with these ids, with the fields that the filters print."""
    return model.objects.only(*names).in_bulk(ids)


def _grouped(model, plan, asked):
    """The number of accounts of each period, agency, area and kind of change."""
    if any(asked.get(name) for name in DAYS):
        return _count_groups(model, plan, asked)
    return _all_groups(model, plan)


@kept_for_version(
    BOARDS, key=lambda model, plan: (model, plan.pk), weight=lambda rows: len(rows) // 5
)
def _all_groups(model, plan):
    return list(_count_groups(model, plan, {}))


def _count_groups(model, plan, asked):
    real = Q(period__is_demonstration=False) & ~Q(provenance=Provenance.DEMONSTRATION)
    planned = real & Q(activity__is_in_plan=True) if model is ActivityUpdate else real
    rows = record.standing(model.objects.filter(status__in=PUBLIC_RECORD, plan=plan))
    return (
        changes.told(rows)
        .order_by()
        .values("period_id", "agency_id", "change", area=F(PATHS[model]))
        .annotate(
            real=Count("pk", filter=real),
            planned=Count("pk", filter=planned),
            within=Count("pk", filter=real & changes.between(asked)),
        )
    )


def read_page(
    plan: Plan, asked: Mapping[str, str], length: int, place=None
) -> RecordPage:
    """
    A page of ``length`` accounts, the newest first.

    ``place`` is None for the first page, else a pair: an account of ``account_at``, and
    whether the page before it is asked for.
    """
    row, is_before = place or (None, False)
    found = []
    for rows in _rows(plan, asked):
        if row is not None:
            rows = rows.filter(_beyond(rows.model, row, is_before))
        ordered = rows.reverse() if is_before else rows
        # Which they are is found first: sorting whole rows takes far longer.
        chosen = ordered.values_list("pk", flat=True)[: length + 1]
        found += rows.filter(pk__in=list(chosen))
    found = _newest_first(found)
    has_more = len(found) > length
    found = found[-length:] if is_before else found[:length]
    if not found:
        return RecordPage((), "", "")
    return RecordPage(
        lines=tuple(
            Line(entry, changes.Change(row.change), row.changed_on)
            for entry, row in zip(record.entries(found), found, strict=True)
        ),
        newer=found[0].public_id if (has_more if is_before else row) else "",
        older=found[-1].public_id if is_before or has_more else "",
    )


def everything(plan: Plan, asked: Mapping[str, str]) -> list[Entry]:
    """All accounts that match what is asked, in the order of the pages."""
    rows = [row for rows in _rows(plan, asked) for row in rows]
    return record.entries(_newest_first(rows))


def account_at(plan: Plan, public_id: str) -> ActivityUpdate | CommitmentUpdate | None:
    """The account of this public id that is or was public, or None."""
    for rows in (record.updates(), record.declarations()):
        if row := rows.filter(plan=plan, public_id=public_id).first():
            return row
    return None


def _rows(plan, asked):
    """Two querysets of the accounts asked for, one of each kind, the newest first."""
    for rows in (record.updates(), record.declarations()):
        lookups = {
            "period": "period__code",
            "agency": "agency__slug",
            "area": f"{PATHS[rows.model]}__code",
            "change": "change",
        }
        wanted = {lookups[name]: asked[name] for name in lookups if asked.get(name)}
        rows = changes.told(record.standing(rows)).filter(plan=plan, **wanted)
        yield rows.filter(changes.between(asked)).newest_first()


def _newest_first(rows):
    """Sort rows of both kinds. Of one age, updates come first, in the stored order."""
    rows = sorted(rows, key=lambda row: (row._meta.model_name, row.pk))
    return sorted(rows, key=lambda row: row.age, reverse=True)


def _beyond(model, row, is_before):
    """A condition for the rows of a model that stand after a row, or before it."""
    compare, of_equals = (GreaterThan, "lt") if is_before else (LessThan, "gt")
    if isinstance(row, model):
        beyond = Q(**{f"pk__{of_equals}": row.pk})
    else:
        follows = model._meta.model_name > row._meta.model_name
        beyond = Q(pk__gt=0) if follows is not is_before else Q(pk__lt=0)
    for name, value in reversed(row.age._asdict().items()):
        beyond = Q(compare(AGE[name], value)) | Q(Exact(AGE[name], value)) & beyond
    return beyond
