"""
The record of everything published on a plan, by period, agency and area.

Read a page at a time from a place in it, never by counting rows: what is published
meanwhile moves no page, and the last one costs what the first one does.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, F, Q, Value
from django.db.models.lookups import Exact, GreaterThan, LessThan

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
from strategic_areas.queries import record
from strategic_areas.queries.facets import Facet, Item, sift

FILTERS = ("period", "agency", "area")
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
    ``length`` accounts, newest first.

    ``place`` is an account of ``find`` and whether those before it are asked for; at
    first there is none. Three queries.
    """
    row, is_before = place or (None, False)
    found = []
    for rows in _rows(plan, asked):
        if row is not None:
            rows = rows.filter(_beyond(rows.model, row, is_before))
        found += (rows.reverse() if is_before else rows)[: length + 1]
    found = _newest_first(found)
    has_more = len(found) > length
    found = found[-length:] if is_before else found[:length]
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
    return _entries(_newest_first(rows))


def find(plan: Plan, public_id: str) -> ActivityUpdate | CommitmentUpdate | None:
    """An account that is or was public, by its name in addresses; two queries."""
    for rows in (record.updates(), record.declarations()):
        if row := rows.filter(plan=plan, public_id=public_id).first():
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
        yield record.standing(rows).filter(plan=plan, **wanted).newest_first()


def _newest_first(rows):
    """Rows of both kinds; of one age, updates first and each kind as it was stored."""
    rows = sorted(rows, key=lambda row: (row._meta.model_name, row.pk))
    return sorted(rows, key=lambda row: row.age, reverse=True)


def _beyond(model, row, is_before):
    """What of ``model`` stands after a row in the order of the record, or before it."""
    compare, of_equals = (GreaterThan, "lt") if is_before else (LessThan, "gt")
    if isinstance(row, model):
        beyond = Q(**{f"pk__{of_equals}": row.pk})
    else:
        follows = model._meta.model_name > row._meta.model_name
        beyond = Q(pk__gt=0) if follows is not is_before else Q(pk__lt=0)
    for name, value in reversed(row.age._asdict().items()):
        beyond = Q(compare(AGE[name], value)) | Q(Exact(AGE[name], value)) & beyond
    return beyond


def _entries(rows):
    """In the order of ``rows``, which are of both kinds."""
    loaded = record.entries(
        [row for row in rows if isinstance(row, ActivityUpdate)],
        [row for row in rows if isinstance(row, CommitmentUpdate)],
    )
    order = {(row._meta.model_name, row.pk): place for place, row in enumerate(rows)}
    return sorted(loaded, key=lambda entry: order[entry.kind, entry.pk])
