"""Lines of a plan document, compared with the stored values."""

from dataclasses import dataclass, field
from enum import Enum, StrEnum

from django.utils.text import slugify

from strategic_areas.models import DueProvenance, Provenance
from strategic_areas.plan_document.tables import PlanTable


class LineState(StrEnum):
    """The effect of saving a line; stale and refused lines are never saved."""

    STALE = "stale"  #: somebody else changed the record meanwhile
    REFUSED = "refused"
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class PlanLine:
    """
    One line of a document.

    - ``key``: the key of the record in the document. With ``number`` it identifies the
      line for people; other lines refer to a new record by it.
    - ``stored_key``: the key of the stored record, or "" for a new one.
    - ``values``: plain values to set, by column, or None if it makes no record;
      ``places``: their cells.
    - ``compared_digests``: digests of the record at the time of comparison.
    - ``title``: the record's name in messages; ``starting``: defaults of a new record.
    """

    table: PlanTable
    number: int
    key: str
    state: LineState
    stored_key: str = ""
    values: dict | None = None
    places: dict | None = None
    compared_digests: str = ""
    faults: tuple = ()
    title: str = ""
    starting: dict = field(default_factory=dict)


#: No earlier value; None is a value.
NOTHING = object()


class FieldAction(Enum):
    AGREED = "the stored value is the document's already"
    APPLY = "the document's value goes in"
    KEEP = "the stored value stays"


def field_action(
    wanted, stored_value, *, former=NOTHING, default=None, others=(), is_own=False
):
    """
    Whether a document changes a field of an existing record (docs/plan-format.md).

    ``former`` is the value when the document was exported or last loaded, ``default``
    that of a new record, ``others`` the values from other plans' files. ``is_own``: the
    row is the document's own plan.
    """
    if wanted == stored_value:
        return FieldAction.AGREED
    if former is not NOTHING:
        return FieldAction.APPLY if stored_value == former else FieldAction.KEEP
    if stored_value == default and not others:
        return FieldAction.APPLY
    return FieldAction.APPLY if is_own and stored_value in others else FieldAction.KEEP


def with_defaults(table, values):
    names = {column.name for column in table.columns}
    found = {name: value for name, value in values.items() if value not in (None, [])}
    for language in ("es", "en"):
        slug, name = f"slug_{language}", found.get(f"name_{language}")
        if slug in names and slug not in found and name:
            found[slug] = slugify(name)[:60].strip("-")
    if "provenance" in names:
        found.setdefault("provenance", Provenance.PLAN.value)
    return with_due_date_provenance(table, found, {})


def with_due_date_provenance(table, values, stored_values):
    """Set the provenance of a new due date to the plan, unless a cell states it."""
    after = stored_values | values
    is_stated_by_plan = after.get("provenance") == Provenance.PLAN
    if values.get("due_on") and not after.get("due_provenance") and is_stated_by_plan:
        return values | {"due_provenance": DueProvenance.PLAN.value}
    return values
