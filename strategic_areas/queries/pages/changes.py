"""How a plan changed since it was approved, and which files it was loaded from."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from strategic_areas.models import Amendment, Plan, PlanChange, PlanFile
from strategic_areas.queries.plan import plans


@dataclass(frozen=True)
class RecordChanged:
    """What one change did to one record; ``lines`` stand old beside new."""

    record: PlanChange
    lines: tuple[PlanChange, ...]


@dataclass(frozen=True)
class Changed:
    """One approved change, with the act on which it rests, if on any."""

    day: date
    amendment: Amendment | None
    records: tuple[RecordChanged, ...]


def of_plan(plan: Plan) -> tuple[Changed, ...]:
    """Every approved change of a plan, the latest first."""
    rows = (
        plans.told()
        .filter(plan=plan)
        .select_related("amendment", "commitment__plan", "activity__commitment__plan")
        .order_by("-decided_on", "-amendment_id", "-change_id", "pk")
    )
    return tuple(
        Changed(lines[0].decided_on, lines[0].amendment, _by_record(lines))
        for lines in (
            list(group)
            for _key, group in groupby(rows, attrgetter("decided_on", "made_by"))
        )
    )


def _by_record(rows):
    groups = (list(group) for _key, group in groupby(rows, _about))
    return tuple(RecordChanged(lines[0], tuple(lines)) for lines in groups)


def _about(row):
    return row.model, row.commitment_id, row.activity_id, row.name_es


def files_of(plan: Plan):
    """The plan files that created or changed records of a plan, the latest first."""
    return PlanFile.objects.loaded().filter(plan=plan)
