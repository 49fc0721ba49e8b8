"""A published revision with the other revisions of the same update."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from strategic_areas.models import Plan
from strategic_areas.queries.updates.public_updates import (
    PublishedUpdate,
    build_published_update,
    build_published_updates,
    public_declarations,
    public_reports,
)


@dataclass(frozen=True)
class RevisionPage:
    """
    A published revision and all ``revisions`` of the same update.

    ``withdrawal`` is this or a newer revision that was withdrawn; then the content of
    ``update`` is withheld. Of ``revisions`` pages show metadata only.
    """

    update: PublishedUpdate
    revisions: tuple[PublishedUpdate, ...]
    withdrawal: PublishedUpdate | None

    @property
    def newest(self):
        return self.revisions[0]

    @property
    def is_newest(self):
        return self.update == self.newest


def load_revision_page(plan: Plan, public_id: str) -> RevisionPage | None:
    """The page of the revision with this public id; None if it is not public."""
    for rows, subject in (
        (public_reports(), "activity"),
        (public_declarations(), "commitment"),
    ):
        same = rows.model.objects.filter(
            plan=plan,
            public_id=public_id,
            period=OuterRef("period"),
            **{subject: OuterRef(subject)},
        )
        if found := list(rows.filter(Exists(same)).order_by("-revision")):
            return _published(found, public_id)
    return None


def _published(rows, public_id):
    revisions = build_published_updates(rows)
    position = [each.public_id for each in revisions].index(public_id)
    withdrawn = [each for each in revisions[: position + 1] if each.is_withdrawn]
    if withdrawn and not revisions[position].is_withdrawn:
        revisions[position] = build_published_update(rows[position], is_withheld=True)
    withdrawal = withdrawn[-1] if withdrawn else None
    return RevisionPage(revisions[position], tuple(revisions), withdrawal)
