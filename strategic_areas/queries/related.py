"""Who supports a commitment, what it answers, what carries it on; in one query."""

from dataclasses import dataclass

from django.db.models import IntegerField, Value

from agencies.models import Agency
from strategic_areas.models import Commitment, FrameworkTarget, LaterActivity
from strategic_areas.queries.joins import columns

NOTHING, NO_YEAR = Value(""), Value(None, IntegerField())
#: The columns: those of a supporting agency, of a target, of a later activity.
COLUMNS = {
    "later": [
        "pk",
        "sort_code",
        "title_es",
        "title_en",
        "year",
        "provenance",
        "agency__acronym",
        "agency__name_es",
        "agency__name_en",
    ],
    "agency": [
        "pk",
        "name_es",
        "name_es",
        "name_en",
        NO_YEAR,
        "slug",
        "acronym",
        NOTHING,
        NOTHING,
    ],
    "target": [
        "pk",
        "sort_code",
        "name_es",
        "name_en",
        NO_YEAR,
        "family",
        "code",
        NOTHING,
        NOTHING,
    ],
}


@dataclass(frozen=True)
class Related:
    """Records with those fields alone that the commitment's page prints."""

    supporting: tuple[Agency, ...]
    frameworks: tuple[FrameworkTarget, ...]
    later: tuple[LaterActivity, ...]


def of(commitment: Commitment) -> Related:
    supporting = Commitment.supporting.through.objects.filter(commitment=commitment)
    rows = {
        "later": LaterActivity.objects.filter(commitment=commitment),
        "agency": Agency.objects.filter(pk__in=supporting.values("agency")),
        "target": commitment.frameworks.all(),
    }
    first, *others = (
        columns(rows[kind].order_by().annotate(told_as=Value(kind)), "told_as", *names)
        for kind, names in COLUMNS.items()
    )
    found = {kind: [] for kind in COLUMNS}
    for kind, pk, _, *row in sorted(first.union(*others, all=True), key=_place):
        found[kind].append(MAKE[kind](pk, *row))
    return Related(
        tuple(found["agency"]), tuple(found["target"]), tuple(found["later"])
    )


def _place(row):
    """Agencies by name, targets by family and code, later activities by code."""
    kind, _, order, *_, family = row[:7]
    return kind, family if kind == "target" else "", order


def _agency(pk, name_es, name_en, _, slug, acronym, *_nothing):
    return Agency(pk=pk, name_es=name_es, name_en=name_en, slug=slug, acronym=acronym)


def _target(pk, name_es, name_en, _, family, code, *_nothing):
    return FrameworkTarget(
        pk=pk, name_es=name_es, name_en=name_en, family=family, code=code
    )


def _later(pk, title_es, title_en, year, provenance, acronym, name_es, name_en):
    agency = Agency(acronym=acronym, name_es=name_es, name_en=name_en)
    return LaterActivity(
        pk=pk,
        title_es=title_es,
        title_en=title_en,
        year=year,
        provenance=provenance,
        agency=agency if acronym else None,
    )


MAKE = {"agency": _agency, "target": _target, "later": _later}
