"""The public texts that records rest on."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import F, Func, IntegerField, Q, Subquery, Value

from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
    Discrepancy,
    LaterActivity,
    LegalInstrument,
    Participation,
    Plan,
    Programme,
    Source,
    StrategicArea,
)
from strategic_areas.queries.joins import columns
from strategic_areas.queries.prepared import prepared

LINE = ["title", "publisher", "url", "note_es", "note_en"]

SOURCED = (
    Commitment,
    Activity,
    LaterActivity,
    ActivityUpdate,
    CommitmentUpdate,
    Participation,
    LegalInstrument,
    Discrepancy,
)


@dataclass(frozen=True)
class SourceLine:
    """A source as a page prints it."""

    title: str
    publisher: str
    url: str
    note_es: str
    note_en: str


def of_records(**ids) -> dict[tuple[str, int], list[SourceLine]]:
    """
    The sources of many records in one query, by kind and id.

    Keywords name the kind, which is the model's name in lower case, and give the ids.
    """
    found = defaultdict(list)
    parts = [rows.values_list(*names) for rows, names in of(ids)]
    if not parts:
        return found
    first, *others = parts
    rows = first.union(*others, all=True) if others else first
    for kind, record, _, *line in sorted(rows, key=lambda row: row[2]):
        found[kind, record].append(SourceLine(*line))
    return found


def of(ids) -> list:
    """Rows and the names of their columns: kind, record, key and a line's fields."""
    names = ["kind", "record", "key", *[f"source__{name}" for name in LINE]]
    return [
        (_linked(model).filter(record__in=ids[model._meta.model_name]), names)
        for model in SOURCED
        if model._meta.model_name in ids
    ]


@prepared
def _linked(model):
    """Each source of each record of a model."""
    kind = model._meta.model_name
    return model.sources.through.objects.order_by().annotate(
        kind=Value(kind), record=F(kind), key=F("source__key")
    )


def behind(plan: Plan):
    """The distinct public sources that the plan's record was put together from."""
    bound = [StrategicArea, Programme, Participation, Commitment, Activity]
    through = [
        model.sources.through.objects.filter(
            **{f"{model._meta.model_name}__plan": plan}
        )
        for model in bound
    ]
    counted = ActivityUpdate.objects.counted().filter(
        plan=plan, activity__is_in_plan=True
    )
    through += [
        Plan.sources.through.objects.filter(plan=plan),
        ActivityUpdate.sources.through.objects.filter(activityupdate__in=counted),
    ]
    found = Q()
    for rows in through:
        found |= Q(pk__in=rows.values("source"))
    return Source.objects.filter(found)


def number_behind(plan: Plan) -> Subquery:
    """How many sources are ``behind`` the plan, as a column of another query."""
    number = Func(F("pk"), function="COUNT", output_field=IntegerField())
    rows = behind(plan).order_by().annotate(number=number)
    return Subquery(columns(rows, "number"))
