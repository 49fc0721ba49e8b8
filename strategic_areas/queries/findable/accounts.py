"""What was published of the work: the accounts that stand, as their pages tell them."""

from collections import defaultdict

from strategic_areas.models import ActivityUpdate, Status
from strategic_areas.queries import record
from strategic_areas.queries.findable.texts import said, sign, text, title
from strategic_areas.queries.grounds import Grounds
from strategic_areas.search.documents import Document, Place, Text


def documents():
    """
    Published accounts; two queries.

    What was withdrawn, or replaced by a newer revision, is not found. Of a reserved
    one nothing is found but its legal basis: ``record`` gives no more.
    """
    nothing = Grounds(defaultdict(list), defaultdict(list))
    for rows in (record.updates(), record.declarations()):
        # One after the other: all at once would stand in memory beside the index.
        for row in rows.filter(status=Status.PUBLISHED).iterator():
            updates, declarations = _apart(row)
            yield from map(
                _document, record.entries(updates, declarations, found=nothing)
            )


def _apart(row):
    """The row among updates, or among declarations."""
    return ([row], []) if isinstance(row, ActivityUpdate) else ([], [row])


def _document(entry):
    return Document(
        kind="update",
        pk=f"{entry.kind}-{entry.pk}",
        title=title(entry.subject),
        code=entry.subject.code,
        place=Place("update", (entry.commitment.plan.code, entry.public_id)),
        texts=said(
            text(entry, "text"),
            text(entry, "obstacle", "obstacle"),
            text(entry, "next_step", "next_step"),
            text(entry, "note"),
            Text(entry.legal_basis, about="legal_basis"),
        ),
        beside=(text(entry.period, "name"), sign(entry.agency.acronym)),
        also=(text(entry.agency, "name"),),
        order=(*entry.age.descending, entry.pk),
        is_demonstration=entry.is_demonstration,
    )
