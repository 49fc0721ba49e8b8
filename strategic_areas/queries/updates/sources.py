"""What public records rest on: sources, letters, and evidence that is cleared."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q

from strategic_areas import text_guard
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
    Evidence,
    Plan,
    Source,
    Status,
)
from strategic_areas.queries.prepared import prepared


def by_key(path: str = "sources", to_attr: str | None = None) -> Prefetch:
    """
    Sources by their keys, as an argument of ``prefetch_related``.

    With ``to_attr`` each record has a list of that name, and not a query made ready to
    be asked for more, which takes longer than reading the sources.
    """
    return Prefetch(path, Source.objects.order_by("key"), to_attr)


def behind(plan: Plan):
    """The distinct sources that the plan's commitments, activities and updates cite."""
    return _behind(plan.pk)


@prepared
def _behind(plan):
    bound = [Commitment, Activity]
    through = [
        model.sources.through.objects.filter(
            **{f"{model._meta.model_name}__plan": plan}
        )
        for model in bound
    ]
    counted = ActivityUpdate.objects.counted().filter(
        plan=plan, activity__is_in_plan=True
    )
    cited = ActivityUpdate.sources.through.objects
    through.append(cited.filter(activityupdate__in=counted))
    found = Q()
    for rows in through:
        found |= Q(pk__in=rows.values("source"))
    return Source.objects.filter(found)


@dataclass(frozen=True, kw_only=True)
class EvidenceLine:
    """
    A piece of evidence as a page shows it: a link, a file or a record in an archive.

    ``token`` is "" where the file can no longer be opened, because a newer revision
    replaced the one it came with.
    """

    kind: str
    title_es: str
    title_en: str
    url: str
    token: str
    extension: str
    size: int | None
    archive_office: str
    archive_number: str


def evidence_line(item: Evidence, *, is_open: bool) -> EvidenceLine:
    return EvidenceLine(
        kind=item.kind,
        title_es=item.title_es,
        title_en=item.title_en,
        url=item.url,
        token=item.token if is_open else "",
        extension=item.original_name.rpartition(".")[2].upper(),
        size=item.size,
        archive_office=item.archive_office,
        archive_number=item.archive_number,
    )


def cleared_evidence(
    updates: Iterable[ActivityUpdate], declarations: Iterable[CommitmentUpdate]
) -> Mapping[ActivityUpdate | CommitmentUpdate, list[EvidenceLine]]:
    """The evidence that a reviewer cleared with each revision; one query."""
    about = Q(activity_update__in=updates) | Q(commitment_update__in=declarations)
    items = defaultdict(list)
    for item in Evidence.objects.filter(about, is_public=True).order_by("pk"):
        items[item.activity_update_id, item.commitment_update_id].append(item)
    found = {row: items[row.pk, None] for row in updates}
    found |= {row: items[None, row.pk] for row in declarations}
    return {
        row: [
            evidence_line(item, is_open=row.status == Status.PUBLISHED)
            for item in items
        ]
        for row, items in found.items()
    }


def cleared_file(token: str) -> Evidence | None:
    """The file of this token, if its revision is published and it was cleared."""
    rows = Evidence.objects.cleared().filter(kind=Evidence.Kind.FILE, file=token)
    return rows.order_by("pk").last()


@dataclass(frozen=True)
class TranscribedFrom:
    """
    The letter or mail of the agency from which a report was transcribed.

    ``reference`` is empty where it has none, or where the guard finds something in it.
    """

    kind: str
    reference: str
    dated_on: date
    is_confirmed: bool


def transcribed_from(row):
    """The letter of a revision that was transcribed, else None."""
    if row.letter is None:
        return None
    reference = row.letter.reference
    return TranscribedFrom(
        kind=row.letter.kind,
        reference="" if text_guard.inspect(reference) else reference,
        dated_on=row.letter.dated_on,
        is_confirmed=row.confirmed_at is not None,
    )
