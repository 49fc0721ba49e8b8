"""Where public sources disagree, with the published values of the counts concerned."""

from dataclasses import dataclass

from strategic_areas.models import Discrepancy, Plan
from strategic_areas.queries.figures import indicators
from strategic_areas.queries.figures.indicators import IndicatorLine
from strategic_areas.queries.updates import sources


@dataclass(frozen=True)
class Disagreement:
    """A known contradiction, and the counts that it is about."""

    discrepancy: Discrepancy
    lines: tuple[IndicatorLine, ...]


def disagreements() -> list[Disagreement]:
    """All of them, plan by plan, the latest plan first; five queries."""
    rows = list(
        Discrepancy.objects.filter(plan__in=Plan.objects.public())
        .select_related("plan")
        .prefetch_related("indicators", sources.by_key())
        .order_by("-plan__starts_on", "plan__code", "sort_code")
    )
    lines = indicators.in_discrepancies()
    return [
        Disagreement(
            row,
            tuple(lines[each.pk] for each in row.indicators.all() if each.pk in lines),
        )
        for row in rows
    ]
