"""
The record of everything published on a plan, by period, agency and area.

Read a page at a time from a place in it, never by counting rows: what is published
meanwhile moves no page, and the last one costs what the first one does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, Value
from django.db.models.functions import Coalesce

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
from strategic_areas.queries import record
from strategic_areas.queries.facets import Facet, Item, sift

FILTERS = ("period", "agency", "area")
#: Where a record without a date of its source stands: after the dated ones.
NO_DATE = date(1, 1, 1)
#: From an account to the records that say of which agency and which area it is.
PATHS = {
    ActivityUpdate: ("activity__agency", "activity__commitment__programme__area"),
    CommitmentUpdate: ("commitment__lead", "commitment__programme__area"),
}
#: What the filters print of each record; the first names it in an address.
PERIOD = ("code", "name_es", "name_en", "ends_on", "is_demonstration")
AGENCY = ("slug", "acronym", "name_es", "name_en")
AREA = ("code", "sort_code", "name_es", "name_en", "short_es", "short_en")


@dataclass(frozen=True)
class Cube:
    """
    How many accounts each filter value leaves, given the others.

    Of planned work and of work beside it; demonstrations are counted nowhere.
    ``counted`` are those of planned work alone, whatever is asked.
    """

    facets: Mapping[str, Facet]
    #: Each by its word in an address.
    periods: Mapping[str, ReportingPeriod]
    agencies: Mapping[str, Agency]
    areas: Mapping[str, StrategicArea]
    counted: int
    found: int
    total: int

    @property
    def is_unknown(self) -> bool:
        """Some value was asked for on which nothing is published."""
        return any(facet.is_unknown for facet in self.facets.values())


@dataclass(frozen=True)
class Stretch:
    """A page of the record; the places at which it begins and ends where more stand."""

    entries: tuple[record.Entry, ...]
    newer: str
    older: str


def cube(plan: Plan, asked: Mapping[str, str]) -> Cube:
    """One query."""
    periods, agencies, areas, items = {}, {}, {}, []
    rows = _grouped(CommitmentUpdate, plan).union(
        _grouped(ActivityUpdate, plan), all=True
    )
    for _kind, *values, real, planned in rows:
        words = {
            "period": _told(periods, ReportingPeriod, PERIOD, values),
            "agency": _told(agencies, Agency, AGENCY, values),
            "area": _told(areas, StrategicArea, AREA, values),
        }
        sets = {name: frozenset({word}) for name, word in words.items()}
        items.append(Item((real, planned), sets, weight=real))
    kept, facets = sift(items, asked, FILTERS)
    return Cube(
        facets=facets,
        periods=periods,
        agencies=agencies,
        areas=areas,
        counted=sum(item.record[1] for item in items),
        found=sum(real for real, _ in kept),
        total=sum(item.weight for item in items),
    )


def _told(found, model, names, values):
    """The word of the record that the next of ``values`` are of; made once."""
    own = [values.pop(0) for _name in names]
    if own[0] not in found:
        found[own[0]] = model(**dict(zip(names, own, strict=True)))
    return own[0]


def _grouped(model, plan):
    """How many accounts there are of each period, agency and area."""
    agency, area = PATHS[model]
    told = {f"period_{name}": F(f"period__{name}") for name in PERIOD}
    told |= {f"agency_{name}": F(f"{agency}__{name}") for name in AGENCY}
    told |= {f"area_{name}": F(f"{area}__{name}") for name in AREA}
    real = Q(period__is_demonstration=False) & ~Q(provenance=Provenance.DEMONSTRATION)
    planned = real & Q(activity__is_in_plan=True) if "activity__" in agency else real
    rows = record.standing(model.objects.filter(status__in=PUBLIC_RECORD, plan=plan))
    if hasattr(rows, "rewrite"):  # modeltranslation would put the names in a set
        rows = rows.rewrite(False)
    grouped = rows.order_by().annotate(about=Value(model._meta.model_name), **told)
    counted = grouped.values("about", *told).annotate(
        of_all=Count("pk", filter=real), of_planned=Count("pk", filter=planned)
    )
    return counted.values_list("about", *told, "of_all", "of_planned")


def stretch(plan: Plan, asked: Mapping[str, str], length: int, place=None) -> Stretch:
    """
    ``length`` accounts, newest first by the period that they are about.

    ``place`` is an account of ``find`` and whether those before it are asked for; at
    first there is none. Three queries.
    """
    row, is_before = place or (None, False)
    found = []
    for rows in _rows(plan, asked):
        if row is not None:
            rows = rows.filter(_beyond(rows.model, row, is_before))
        found += (rows.reverse() if is_before else rows)[: length + 1]
    found = sorted(found, key=_key, reverse=is_before)
    has_more, found = len(found) > length, found[:length]
    if is_before:
        found.reverse()
    if not found:
        return Stretch((), "", "")
    return Stretch(
        entries=tuple(_entries(found)),
        newer=found[0].public_id if (has_more if is_before else row) else "",
        older=found[-1].public_id if is_before or has_more else "",
    )


def everything(plan: Plan, asked: Mapping[str, str]) -> list[record.Entry]:
    """All accounts asked for, in the same order; three queries."""
    rows = [row for rows in _rows(plan, asked) for row in rows]
    return _entries(sorted(rows, key=_key))


def find(plan: Plan, public_id: str) -> ActivityUpdate | CommitmentUpdate | None:
    """An account that is or was public, by its name in addresses; two queries."""
    for rows in (record.updates(), record.declarations()):
        if row := _placed(rows.filter(plan=plan, public_id=public_id)).first():
            return row
    return None


def _rows(plan, asked):
    """The accounts asked for, of each kind, newest first."""
    for rows in (record.updates(), record.declarations()):
        agency, area = PATHS[rows.model]
        lookups = {
            "period": "period__code",
            "agency": f"{agency}__slug",
            "area": f"{area}__code",
        }
        wanted = {lookups[name]: asked[name] for name in FILTERS if asked.get(name)}
        rows = _placed(record.standing(rows).filter(plan=plan, **wanted))
        yield rows.order_by("-period__ends_on", "period_id", "-said_on", "-pk")


def _placed(rows):
    return rows.annotate(said_on=Coalesce("reported_on", Value(NO_DATE)))


def _key(row):
    """Newest first: by the end of the period, then the source's date."""
    return (
        -row.period.ends_on.toordinal(),
        row.period_id,
        -row.said_on.toordinal(),
        row._meta.model_name,
        -row.pk,
    )


def _beyond(model, row, is_before):
    """What stands after a row in the order of ``_key``, or before it."""
    earlier, later = ("gt", "lt") if is_before else ("lt", "gt")
    if isinstance(row, model):
        beside = Q(**{f"pk__{earlier}": row.pk})
    else:
        follows = model._meta.model_name > row._meta.model_name
        beside = Q(pk__gt=0) if follows is not is_before else Q(pk__lt=0)
    same_day = Q(said_on=row.said_on) & beside
    other_day = Q(**{f"said_on__{earlier}": row.said_on})
    same_period = Q(period=row.period_id) & (other_day | same_day)
    other_period = Q(**{f"period__{later}": row.period_id})
    same_end = Q(period__ends_on=row.period.ends_on) & (other_period | same_period)
    return Q(**{f"period__ends_on__{earlier}": row.period.ends_on}) | same_end


def _entries(rows):
    """In the order of ``rows``, which are of both kinds."""
    loaded = record.entries(
        [row for row in rows if isinstance(row, ActivityUpdate)],
        [row for row in rows if isinstance(row, CommitmentUpdate)],
    )
    order = {(row._meta.model_name, row.pk): place for place, row in enumerate(rows)}
    return sorted(loaded, key=lambda entry: order[entry.kind, entry.pk])
