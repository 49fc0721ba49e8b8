"""Public data of a plan as plain values, for all file formats."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from django.utils import timezone

from strategic_areas.datasets import DATASETS
from strategic_areas.datasets.columns import Dataset
from strategic_areas.disclosure import MARKER
from strategic_areas.models import Plan
from strategic_areas.models.review import day_of
from strategic_areas.queries.public_rows.plan_reading import PlanReading

#: Days are "YYYY-MM-DD"; empty cells are None, never "".
Scalar = str | int | float | bool | None
DataRow = dict[str, Scalar]


@dataclass(frozen=True)
class Snapshot:
    """
    A plan on a day; ``edition`` is "" for today.

    ``tables`` map dataset, row key and column to cells.
    """

    plan: str
    title_es: str
    title_en: str
    day: date
    edition: str
    is_reconstructed: bool
    tables: dict[str, dict[str, DataRow]]


def take_snapshot(plan: Plan) -> Snapshot:
    """The public data of the plan now; ValueError for a plan in preparation."""
    if plan.status == Plan.Status.IN_PREPARATION:
        raise ValueError(f"nobody reads the plan {plan} yet")
    reading = PlanReading(plan, timezone.localdate())
    return Snapshot(
        plan=plan.code,
        title_es=plan.title_es,
        title_en=plan.title_en or "",
        day=reading.day,
        edition="",
        is_reconstructed=reading.plan_progress.is_reconstructed,
        tables={name: dataset_table(each, reading) for name, each in DATASETS.items()},
    )


def dataset_table(dataset: Dataset, reading: PlanReading) -> dict[str, DataRow]:
    """The rows of one dataset by key; ValueError if a key is repeated."""
    found = {}
    for values in dataset.read(reading):
        row = withdraw_in_both(
            {each.name: scalar(values[each.name]) for each in dataset.columns}
        )
        key = key_of(dataset, row)
        if key in found:
            raise ValueError(f"two rows of {dataset.name} have the key {key}")
        found[key] = row
    return found


def key_of(dataset: Dataset, row: DataRow) -> str:
    return "/".join(str(row[name] or "") for name in dataset.key)


def withdraw_in_both(row: DataRow) -> DataRow:
    """The row with a withdrawn text marked in both languages."""
    for name in [name for name, value in row.items() if value == MARKER]:
        pair = {f"{name[:-3]}_es", f"{name[:-3]}_en"}
        row |= dict.fromkeys(pair & row.keys(), MARKER)
    return row


def scalar(value) -> Scalar:
    """The value as in JSON; an empty text is None."""
    if isinstance(value, datetime):
        value = day_of(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return None if value == "" else value
