"""One published revision at its own address, with what came before and after it."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from strategic_areas.models import ActivityUpdate, CommitmentUpdate, Plan
from strategic_areas.queries import record


@dataclass(frozen=True)
class Published:
    """
    A revision as it was published; ``revisions`` are all of its account, newest first.

    ``withdrawal`` is the revision that was withdrawn, this one or a newer one: then
    nothing of the content is told, since what was taken back is not shown in an older
    wording either.
    """

    entry: record.Entry
    revisions: tuple[record.Entry, ...]
    withdrawal: record.Entry | None

    @property
    def newest(self):
        return self.revisions[0]

    @property
    def is_newest(self):
        return self.entry == self.newest


def find(plan: Plan, public_id: str) -> Published | None:
    """
    What stands at the address; None for what is not published. Three queries at most.
    """
    for rows, subject in (
        (record.updates(), "activity"),
        (record.declarations(), "commitment"),
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
    kinds = {ActivityUpdate: "updates", CommitmentUpdate: "declarations"}
    revisions = record.entries(**{kinds[type(rows[0])]: rows})
    place = [each.public_id for each in revisions].index(public_id)
    taken_back = [each for each in revisions[: place + 1] if each.is_withdrawn]
    entry = revisions[place]
    if taken_back and not entry.is_withdrawn:
        entry = revisions[place] = entry.without_content()
    return Published(entry, tuple(revisions), taken_back[-1] if taken_back else None)
