"""Lines of a plan's document, and how their values compare with the stored ones."""

from dataclasses import dataclass, field
from enum import Enum, StrEnum

from django.utils.text import slugify

from strategic_areas.models import DueProvenance, Provenance
from strategic_areas.plan_document.tables import PlanTable


class LineState(StrEnum):
    """What keeping a line does; a stale or refused one is never kept."""

    STALE = "stale"  #: somebody else changed the record meanwhile
    REFUSED = "refused"
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class PlanLine:
    """
    One line of a document, and what it asks for.

    ``number`` and ``name`` tell people which line it is; of a new record ``name`` is
    the key by which other lines lead to it. ``origin`` is the key of its record, "" for
    a new one; ``said`` are the plain values that it would set, by column, None where it
    makes no record; ``places`` are their cells. ``stood`` tells the record as it was
    compared. ``title`` is what people call a record of a file, and ``starting`` are
    values of a new one on which its file is silent.
    """

    table: PlanTable
    number: int
    name: str
    state: LineState
    origin: str = ""
    said: dict | None = None
    places: dict | None = None
    stood: str = ""
    faults: tuple = ()
    title: str = ""
    starting: dict = field(default_factory=dict)


#: No value was said before; None would be one.
NOTHING = object()


class FieldAction(Enum):
    AGREED = "the stored value is the document's already"
    APPLY = "the document's value goes in"
    KEEP = "the stored value stays"


def field_action(wanted, here, *, said=NOTHING, unset=None, others=(), is_own=False):
    """
    Whether a document changes a field of an existing record (docs/plan-format.md).

    ``said`` is what stood there when the document was taken or last read, ``unset``
    what an unfilled field holds, ``others`` what other plans' files put here.
    ``is_own``: the row is the document's own plan.
    """
    if wanted == here:
        return FieldAction.AGREED
    if said is not NOTHING:
        return FieldAction.APPLY if here == said else FieldAction.KEEP
    if here == unset and not others:
        return FieldAction.APPLY
    if is_own and here in others:
        return FieldAction.APPLY
    return FieldAction.KEEP


def with_defaults(table, said):
    """What is said of a new record, with what the portal gives it by itself."""
    names = {column.name for column in table.columns}
    found = {name: value for name, value in said.items() if value not in (None, [])}
    for language in ("es", "en"):
        slug, name = f"slug_{language}", found.get(f"name_{language}")
        if slug in names and slug not in found and name:
            found[slug] = slugify(name)[:60].strip("-")
    if "provenance" in names:
        found.setdefault("provenance", Provenance.PLAN.value)
    return with_due_date(table, found, {})


def with_due_date(table, said, stands):
    """Say of a new due date that the plan states it, unless a cell says who does."""
    after = stands | said
    is_official = after.get("provenance") == Provenance.PLAN
    if said.get("due_on") and not after.get("due_provenance") and is_official:
        return said | {"due_provenance": DueProvenance.PLAN.value}
    return said
