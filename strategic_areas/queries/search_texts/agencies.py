"""Agencies, and what they say, as the search finds them."""

from collections import defaultdict

from django.db.models import Q
from django.utils.translation import gettext_noop

from agencies.models import AgencyName
from strategic_areas.disclosure import MARKER
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    AgencyComment,
    AttributionDispute,
    Commitment,
    Evidence,
    Participation,
    PublishedFigure,
    Status,
)
from strategic_areas.queries.search_texts.texts import (
    in_both,
    not_empty,
    text,
    texts_of,
    title,
    untranslated,
)
from strategic_areas.queries.updates import record
from strategic_areas.queries.updates.record import TEXTS, make_entry
from strategic_areas.search.documents import Document, Place, Text

#: The texts of an account.
SAID = ("text", *(field.name for field in TEXTS), "note")
DISPUTED = gettext_noop("Attribution that the institution does not acknowledge")
#: Accounts read at a time: all at once would fill memory that the index needs.
AT_A_TIME = 500


def documents(public, seen):
    """
    Agencies, their comments and disputes, published accounts and their evidence.

    ``public`` holds the public plans by id, each with its ``rank``. The sources of the
    records are added to ``seen``.
    """
    yield from _agencies(public, seen)
    yield from _comments(public)
    yield from _disputes(public)
    yield from _accounts(public, seen)
    yield from _evidence(public)


def _agencies(public, seen):
    """Each agency, found on its page in the latest plan in which it has a part."""
    first, former = {}, defaultdict(list)
    for plan, agency, part in _parts(public, seen):
        nearness = (plan.rank, part is None)
        if agency.pk not in first or nearness < first[agency.pk][0]:
            first[agency.pk] = (nearness, plan, agency, part)
    for each in AgencyName.objects.filter(agency__in=first).order_by("pk"):
        former[each.agency_id].append(each)
    for _nearness, plan, agency, part in first.values():
        names = former[agency.pk]
        others = [each.acronym for each in names]
        yield Document(
            kind="agency",
            pk=agency.slug,
            title=text(agency, "name"),
            code=agency.acronym,
            code_en=agency.acronym_en,
            place=_page_of(agency, plan),
            texts=not_empty(
                *(texts_of(part) if part else ()), *(text(e, "name") for e in names)
            ),
            also=tuple(map(untranslated, others)),
            names=tuple(filter(None, (agency.acronym, agency.acronym_en, *others))),
            order=(0, agency.name_es),
        )


def _parts(public, seen):
    """Triples of a plan, an agency that has a part in it, and the part if stated."""
    plans = list(public)
    stated = Participation.objects.filter(plan__in=plans).select_related("agency")
    for part in stated.order_by("pk").prefetch_related("sources"):
        plan = public[part.plan_id]
        seen.add(part, _page_of(part.agency, plan), plan)
        yield plan, part.agency, part
    for rows, link in (
        (Commitment.objects.standing(), "lead"),
        (Activity.objects.standing(), "agency"),
    ):
        rows = rows.filter(plan__in=plans).select_related(link).order_by("pk")
        for row in rows:
            yield public[row.plan_id], getattr(row, link), None


def _page_of(agency, plan):
    return Place("agency", (plan.code, agency.slug))


def _comments(public):
    """The comments of agencies on themselves, found on their pages."""
    rows = AgencyComment.objects.filter(period__plan__in=list(public))
    for row in rows.select_related("agency", "period").order_by("pk"):
        plan = public[row.period.plan_id]
        yield Document(
            kind="agency",
            pk=f"comment-{row.pk}",
            title=in_both("Comment of the institution"),
            code=row.agency.acronym,
            place=_page_of(row.agency, plan),
            texts=texts_of(row),
            captions=(title(text(row.period, "name")),),
            also=(text(row.agency, "name"),),
            order=(1, plan.rank, row.agency.name_es, -row.pk),
            is_demonstration=row.period.is_demonstration,
        )


def _disputes(public):
    """Disputes, found on the page of the record that they are about, if it stands."""
    plans = list(public)
    figures = PublishedFigure.objects.public().standing()
    accounts = ActivityUpdate.objects.published().filter(is_reserved=False)
    stands = (
        Q(commitment__in=Commitment.objects.standing().filter(plan__in=plans))
        | Q(activity__in=Activity.objects.standing().filter(plan__in=plans))
        | Q(activity_update__in=accounts.filter(plan__in=plans))
        | Q(published_figure__in=figures.filter(indicator__introduced_by__in=plans))
    )
    rows = AttributionDispute.objects.filter(stands).select_related(
        *("agency", "commitment", "activity__commitment", "activity_update__activity"),
        "published_figure__indicator__introduced_by",
    )
    for row in rows.order_by("pk"):
        plan, subject = public[row.record.plan.pk], row.record
        field = "title"
        if row.published_figure:
            subject, field = subject.indicator, "name"
            mark = f"objecion-{row.record.pk}"
            place = Place("indicator", (subject.code,), fragment=mark)
        elif row.activity_update:
            place = Place("update", (plan.code, subject.public_id))
            subject = subject.activity
        else:
            commitment = row.commitment or subject.commitment
            mark = subject.code if row.activity else ""
            place = Place("commitment", (plan.code, commitment.code), fragment=mark)
        yield Document(
            kind="agency",
            pk=f"dispute-{row.pk}",
            title=in_both(DISPUTED),
            code=row.agency.acronym,
            place=place,
            texts=texts_of(row),
            captions=(title(text(subject, field)), untranslated(plan.code)),
            also=(text(row.agency, "name"),),
            order=(2, plan.rank, row.agency.name_es, -row.pk),
        )


def _accounts(public, seen):
    """
    Published accounts, found at their addresses.

    Withdrawn and replaced revisions are not found. Of a reserved one nothing but the
    legal basis is found.
    """
    for rows in (record.updates(), record.declarations()):
        rows = rows.filter(status=Status.PUBLISHED, plan__in=list(public))
        for row in rows.prefetch_related("sources").iterator(AT_A_TIME):
            document = _account(make_entry(row))
            yield document
            if not getattr(row, "is_reserved", False):
                seen.add(row, document.place, public[row.plan_id])


def _account(entry):
    return Document(
        kind="update",
        pk=f"{entry.kind}-{entry.pk}",
        title=title(text(entry.subject, "title")),
        code=entry.subject.code,
        place=Place("update", (entry.commitment.plan.code, entry.public_id)),
        texts=not_empty(
            *texts_of(entry, *SAID), Text(entry.legal_basis, about="legal_basis")
        ),
        captions=(text(entry.period, "name"), untranslated(entry.agency.acronym)),
        also=(text(entry.agency, "name"),),
        order=(*entry.age.descending, entry.pk),
        is_demonstration=entry.is_demonstration,
    )


def _evidence(public):
    """Cleared evidence, found on the page of its published account."""
    rows = Evidence.objects.cleared().exclude(kind=Evidence.Kind.REMOVED)
    rows = rows.exclude(activity_update__is_reserved=True).select_related(
        *("activity_update__agency", "activity_update__period"),
        *("commitment_update__agency", "commitment_update__period"),
    )
    for item in rows.order_by("pk"):
        about, plan = item.record, public.get(item.record.plan_id)
        if plan is None:
            continue
        archive = [item.archive_office, item.archive_number]
        texts = [Text(word) for word in archive if word != MARKER]
        yield Document(
            kind="evidence",
            pk=str(item.pk),
            title=title(text(item, "title")),
            place=Place("update", (plan.code, about.public_id)),
            texts=not_empty(*texts),
            captions=not_empty(
                text(about.period, "name"),
                untranslated(about.agency.acronym),
                untranslated(plan.code),
            ),
            order=(plan.rank, -item.pk),
            is_demonstration=about.period.is_demonstration,
        )
