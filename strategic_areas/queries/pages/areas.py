"""Strategic areas with their programmes, commitments and counts."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Prefetch

from strategic_areas import progress
from strategic_areas.headline import Headline
from strategic_areas.models import Plan, Programme, StrategicArea
from strategic_areas.queries.plan import plans
from strategic_areas.queries.plan.board import Board
from strategic_areas.queries.plan.records import Records
from strategic_areas.queries.plan.rows import (
    CommitmentRow,
    count_rows,
    records_of,
    sentence_of,
)
from strategic_areas.states import NOT_TOLD, added

#: How many accounts the page of an agency lists. "Updates" lists them all.
LATEST = 12


@dataclass(frozen=True)
class ProgrammeRow:
    programme: Programme
    rows: tuple[CommitmentRow, ...]


@dataclass(frozen=True)
class AreaRow:
    area: StrategicArea
    programmes: tuple[ProgrammeRow, ...]
    counts: progress.Counts
    #: What is on record of its reconstructed work; None where it has none.
    records: Records | None
    #: What may be said of the area, in a sentence for each axis.
    sentence: Headline

    @property
    def rows(self):
        return [row for each in self.programmes for row in each.rows]

    @property
    def tally(self):
        """How many activities of its official commitments are done."""
        return added(row.standing.tally for row in self.rows)

    @property
    def is_told(self):
        """Whether anything is published of how far any commitment has come."""
        return any(row.standing.state not in {None, *NOT_TOLD} for row in self.rows)


def of_plan(plan: Plan) -> list[StrategicArea]:
    """The plan's areas, each with its ``programmes``."""
    rows = StrategicArea.objects.filter(plan=plan).order_by("sort_code", "pk")
    by_code = Programme.objects.order_by("sort_code")
    found = list(rows.prefetch_related(Prefetch("programmes", by_code)))
    for area in found:
        area.plan = plan
    plans.number(found, plan)
    return found


def by_slug(plan: Plan, slug: str) -> StrategicArea | None:
    """The plan's area by its address word in either language, with its programmes."""
    return next(
        (area for area in of_plan(plan) if slug in {area.slug_es, area.slug_en}), None
    )


def rows(areas: list[StrategicArea], board: Board) -> tuple[AreaRow, ...]:
    """Each of ``areas``, as ``of_plan`` gives them, with its commitments counted."""
    led = defaultdict(list)
    for row in board.rows:
        led[row.commitment.programme_id].append(row)
    found = []
    for area in areas:
        branches = [
            ProgrammeRow(each, tuple(led[each.pk])) for each in area.programmes.all()
        ]
        rows = [row for each in branches for row in each.rows]
        counts, known = count_rows(rows), records_of(rows)
        found.append(AreaRow(area, tuple(branches), counts, known, sentence_of(rows)))
    return tuple(found)
