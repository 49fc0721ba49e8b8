"""The public texts that records rest on."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import F, Q, Value

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
    parts = []
    for model in SOURCED:
        kind = model._meta.model_name
        if kind not in ids:
            continue
        through = model.sources.through.objects.order_by()
        rows = through.filter(**{f"{kind}__in": ids[kind]}).annotate(
            kind=Value(kind), record=F(kind), key=F("source__key")
        )
        fields = [f"source__{field}" for field in LINE]
        parts.append(rows.values_list("kind", "record", "key", *fields))
    found = defaultdict(list)
    first, *others = parts
    rows = first.union(*others, all=True) if others else first
    for kind, record, _, *line in rows.order_by("key"):
        found[kind, record].append(SourceLine(*line))
    return found


def count_behind(plan: Plan) -> int:
    """How many distinct public sources the plan's record was put together from."""
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
    behind = Q()
    for rows in through:
        behind |= Q(pk__in=rows.values("source"))
    return Source.objects.filter(behind).count()
