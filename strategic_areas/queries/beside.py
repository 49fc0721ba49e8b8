"""What is told beside a plan: its legal base, and where its sources disagree."""

from collections import defaultdict
from dataclasses import dataclass

from strategic_areas.models import (
    Discrepancy,
    Indicator,
    LaterActivity,
    LegalInstrument,
    Plan,
)
from strategic_areas.queries.sources import SourceLine, of_records


@dataclass(frozen=True)
class Told:
    """A record with the public texts that it rests on."""

    record: LegalInstrument | LaterActivity
    sources: tuple[SourceLine, ...]


@dataclass(frozen=True)
class Contradiction:
    """Sources that disagree, and the counts on which they do."""

    record: Discrepancy
    indicators: tuple[Indicator, ...]
    sources: tuple[SourceLine, ...]


def legal_base() -> tuple[Told, ...]:
    """Laws, decrees and bills, the oldest first; two queries."""
    return _told(LegalInstrument.objects.all(), "legalinstrument")


def later_activities(plan: Plan) -> tuple[Told, ...]:
    """Work after the plan's end that carries it on, the latest first; three queries."""
    rows = (
        LaterActivity.objects.filter(plan=plan)
        .select_related("agency", "programme", "commitment__plan")
        .prefetch_related("places")
    )
    told = _told(rows, "lateractivity")
    return tuple(sorted(told, key=lambda each: -(each.record.year or 0)))


def _told(rows, kind):
    rows = list(rows)
    found = of_records(**{kind: [row.pk for row in rows]})
    return tuple(Told(row, tuple(found[kind, row.pk])) for row in rows)


def contradictions() -> tuple[Contradiction, ...]:
    """Those of every plan that has one, the latest plan first; three queries."""
    rows = list(
        Discrepancy.objects.filter(plan__in=Plan.objects.public())
        .select_related("plan")
        .order_by("-plan__starts_on", "plan__code", "sort_code")
    )
    sources = of_records(discrepancy=[row.pk for row in rows])
    compared = _indicators(rows)
    return tuple(
        Contradiction(
            row, tuple(compared[row.pk]), tuple(sources["discrepancy", row.pk])
        )
        for row in rows
    )


def _indicators(rows):
    """Discrepancy id → the indicators that it is about, by their codes."""
    found = defaultdict(list)
    pairs = Discrepancy.indicators.through.objects.filter(discrepancy__in=rows)
    ordered = pairs.select_related("indicator").order_by("indicator__sort_code")
    for pair in ordered:
        found[pair.discrepancy_id].append(pair.indicator)
    return found
