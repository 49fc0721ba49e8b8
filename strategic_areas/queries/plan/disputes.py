"""That an agency does not acknowledge a record, as the public reads it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef
from django.utils import timezone

from agencies.models import Agency
from strategic_areas.models import AttributionDispute


@dataclass(frozen=True)
class Dispute:
    """Signed by a role, by no person. ``outcome`` is empty until it is resolved."""

    agency: Agency
    text_es: str
    text_en: str
    role: str
    written_on: date
    outcome: str
    resolved_on: date | None
    resolution_es: str
    resolution_en: str


def public_dispute(row: AttributionDispute) -> Dispute:
    return Dispute(
        agency=row.agency,
        text_es=row.text_es,
        text_en=row.text_en or "",
        role=row.get_signed_as_display(),
        written_on=timezone.localdate(row.written_at),
        outcome=row.get_outcome_display(),
        resolved_on=row.resolved_on,
        resolution_es=row.resolution_es or "",
        resolution_en=row.resolution_en or "",
    )


def dispute_of(record) -> Dispute | None:
    """That of a record that was read with its dispute and its agency; no query."""
    row = record._state.fields_cache.get("dispute")
    return public_dispute(row) if row else None


def stands_open(record) -> bool:
    """Whether its agency does not acknowledge such a record, and nothing is decided."""
    row = record._state.fields_cache.get("dispute")
    return row is not None and row.resolved_on is None


def unresolved(field: str, record="pk") -> Exists:
    """Whether a record, by its lookup, is disputed; a column of another query."""
    rows = AttributionDispute.objects.unresolved()
    return Exists(rows.filter(**{field: OuterRef(record)}))
