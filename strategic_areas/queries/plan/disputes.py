"""What the public reads of a record that its agency does not acknowledge."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef
from django.utils import timezone

from agencies.models import Agency
from strategic_areas.models import AttributionDispute


@dataclass(frozen=True)
class Dispute:
    """A dispute, signed by a role. ``outcome`` is "" until something is decided."""

    agency: Agency
    text_es: str
    text_en: str
    role: str
    written_on: date
    outcome: str
    resolved_on: date | None
    resolution_es: str
    resolution_en: str
    #: Whether it is about a figure, which nobody attributes but somebody counted.
    is_of_figure: bool = False


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
        is_of_figure=row.published_figure_id is not None,
    )


def dispute_of(record) -> Dispute | None:
    """The dispute of a record that was read together with it, if any; no query."""
    row = record._state.fields_cache.get("dispute")
    return public_dispute(row) if row else None


def stands_open(record) -> bool:
    """Whether such a record is disputed and nothing is decided yet; no query."""
    row = record._state.fields_cache.get("dispute")
    return row is not None and row.resolved_on is None


def unresolved(field: str, record="pk") -> Exists:
    """A column of another query: whether the record at this lookup is disputed."""
    rows = AttributionDispute.objects.unresolved()
    return Exists(rows.filter(**{field: OuterRef(record)}))
