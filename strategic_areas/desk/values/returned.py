"""Why the last value of certain days came back to its agency, and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from agencies.decisions import Status
from strategic_areas.models.reported_values import ReportedValue
from strategic_areas.queries.asked_values import AskedValue


@dataclass(frozen=True)
class ValueReturned:
    at: datetime
    reason: str


def returned_steps(values: Iterable[AskedValue]) -> dict[AskedValue, ValueReturned]:
    """The step by which each of these values, which were returned, came back."""
    return {
        value: ValueReturned(row.decided_at, row.reason)
        for value, row in returned_values(values).items()
    }


def returned_values(values: Iterable[AskedValue]) -> dict[AskedValue, ReportedValue]:
    """What was handed in last of each of these values, which were returned."""
    by_key = {_key(each): each for each in values}
    if not by_key:
        return {}
    rows = ReportedValue.objects.select_related("indicator", "agency").filter(
        indicator__in={each.indicator for each in by_key.values()},
        status__in=[Status.DECLINED, Status.OUTDATED],
    )
    return {
        by_key[key]: row
        for row in rows.order_by("decided_at", "pk")
        if (key := _key(row)) in by_key
    }


def _key(told):
    return told.indicator.pk, told.agency.pk, told.starts_on, told.ends_on
