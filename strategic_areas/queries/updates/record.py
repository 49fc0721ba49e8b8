"""The record: published accounts, in lists and each at its own address."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, prefetch_related_objects

from strategic_areas.models import (
    PUBLIC_RECORD,
    ActivityUpdate,
    CommitmentUpdate,
    Plan,
)
from strategic_areas.newest import newness
from strategic_areas.queries.plan import disputes, names
from strategic_areas.queries.prepared import prepared
from strategic_areas.queries.updates import sources
from strategic_areas.queries.updates.entry import Entry, make_entry

#: The columns read of the records that come with a revision.
WITH_IT = {
    "period": "code name_es name_en starts_on ends_on is_demonstration plan",
    "letter": "kind reference dated_on",
    "agency": "acronym acronym_en slug name_es name_en",
    "plan": "code status",
    "commitment": "code title_es title_en provenance plan",
    "activity": "code title_es title_en provenance plan commitment is_in_plan "
    "quantity unit_es unit_en counts_victims reaches_victims",
    "translation": "text obstacle next_step note",
    "printed_by": "title url",
    "dispute": "agency signed_as text_es text_en written_at outcome resolved_on "
    "resolution_es resolution_en activity_update published_figure",
}


@prepared
def updates():
    """
    The public revisions of updates, with all that a page prints of them.

    They come in no order; a caller that needs one states it.
    """
    return _public(
        ActivityUpdate, "activity__commitment__plan", "dispute__agency"
    ).annotate(
        called_then=names.name_then("agency"),
        is_about_disputed=disputes.unresolved("activity", "activity")
        | disputes.unresolved("commitment", "activity__commitment"),
    )


@prepared
def declarations():
    """The public revisions of declarations, likewise."""
    return _public(CommitmentUpdate, "commitment__plan").annotate(
        called_then=names.name_then("agency"),
        is_about_disputed=disputes.unresolved("commitment", "commitment"),
    )


def _public(model, *about):
    rows = model.objects.filter(status__in=PUBLIC_RECORD)
    rows = rows.exclude(plan__status=Plan.Status.IN_PREPARATION).order_by()
    related = ("period", "letter", "agency", "translation", "printed_by", *about)
    return rows.select_related(*related).only(*_own(model), *_of_others(related))


def _own(model):
    """The columns of a revision: of a text those in both languages."""
    texts = model.fields.names(bilingual=True)
    names = {field.name for field in model._meta.concrete_fields}
    return names - {*texts} - {"internal_note", "created_at", "changed_at"}


def _of_others(related):
    """The columns of ``WITH_IT`` along each of these lookups."""
    for path in related:
        steps = path.split("__")
        for number, name in enumerate(steps, start=1):
            for field in WITH_IT.get(name, "").split():
                yield "__".join([*steps[:number], field])


def newest_of_loaded(rows):
    """Loaded rows as a list has them: demonstrations, then others, newest first."""
    return sorted(
        rows, key=lambda row: (row.period.is_demonstration, newness(row)), reverse=True
    )


def newest_off_plan(entries):
    """The first of the entries of each piece of work outside the plan."""
    newest_of = {}
    for entry in entries:
        if entry.is_off_plan:
            newest_of.setdefault(entry.subject.pk, entry)
    return tuple(newest_of.values())


def entries(rows: Iterable[ActivityUpdate | CommitmentUpdate]) -> list[Entry]:
    """
    Entries of loaded revisions, in their order, with their sources and evidence.

    It takes three queries for any number of them.
    """
    rows = list(rows)
    updates = [row for row in rows if isinstance(row, ActivityUpdate)]
    declarations = [row for row in rows if isinstance(row, CommitmentUpdate)]
    for each in (updates, declarations):
        prefetch_related_objects(each, sources.by_key(to_attr="its_sources"))
    cleared = sources.cleared_evidence(updates, declarations)
    return [make_entry(row, row.its_sources, cleared[row]) for row in rows]


@dataclass(frozen=True)
class Published:
    """
    A published revision at its address, and all ``revisions`` of its account.

    ``withdrawal`` is this revision or a newer one, if it was withdrawn. The content is
    not shown then: what was taken back is not shown in an older wording either.
    """

    entry: Entry
    revisions: tuple[Entry, ...]
    withdrawal: Entry | None

    @property
    def newest(self):
        return self.revisions[0]

    @property
    def is_newest(self):
        return self.entry == self.newest


def published(plan: Plan, public_id: str) -> Published | None:
    """The revision of this public id in a plan; None if it is not public."""
    for rows, subject in ((updates(), "activity"), (declarations(), "commitment")):
        same = rows.model.objects.filter(
            plan=plan,
            public_id=public_id,
            period=OuterRef("period"),
            **{subject: OuterRef(subject)},
        )
        if found := list(rows.filter(Exists(same)).order_by("-revision")):
            return _published(entries(found), public_id)
    return None


def _published(revisions, public_id):
    place = [each.public_id for each in revisions].index(public_id)
    taken_back = [each for each in revisions[: place + 1] if each.is_withdrawn]
    entry = revisions[place]
    if taken_back and not entry.is_withdrawn:
        entry = revisions[place] = entry.without_content()
    return Published(entry, tuple(revisions), taken_back[-1] if taken_back else None)
