"""Strategic areas with their programmes, commitments and counts."""

from dataclasses import dataclass

from django.db.models import Q

from strategic_areas import progress
from strategic_areas.models import Plan, Programme, StrategicArea
from strategic_areas.queries import plans, record
from strategic_areas.queries.board import Board, CommitmentRow, count_rows

#: How many accounts an area's or an agency's page lists; the rest is on "updates".
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


def of_plan(plan: Plan):
    return StrategicArea.objects.filter(plan=plan).select_related("plan")


def find(plan_code: str, slug: str) -> StrategicArea | None:
    """An area of a public plan by its address word in either language."""
    found = StrategicArea.objects.filter(
        Q(slug_es=slug) | Q(slug_en=slug),
        plan__in=Plan.objects.public(),
        plan__code=plan_code,
    ).annotate(of_lines=plans.reconstructed("plan"))
    return plans.with_plan(found.select_related("plan").first())


def rows(areas, board: Board) -> tuple[AreaRow, ...]:
    """Each area with its programmes and their commitments; one query."""
    areas = list(areas)
    programmes = Programme.objects.filter(area__in=areas)
    by_area = {area.pk: [] for area in areas}
    for programme in programmes:
        own = [r for r in board.rows if r.commitment.programme_id == programme.pk]
        by_area[programme.area_id].append(ProgrammeRow(programme, tuple(own)))
    return tuple(
        AreaRow(
            area=area,
            programmes=tuple(by_area[area.pk]),
            counts=count_rows(r for each in by_area[area.pk] for r in each.rows),
        )
        for area in areas
    )


def latest_entries(area: StrategicArea) -> list[record.Entry]:
    """The last accounts on the area; a demonstration stands first, marked."""
    updates = record.standing(record.updates()).filter(
        activity__commitment__programme__area=area
    )
    return record.entries(record.newest(updates)[:LATEST])
