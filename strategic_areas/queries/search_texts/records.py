"""The structure of plans, and records around them, as the search finds them."""

from dataclasses import replace

from strategic_areas.glossary import TERMS
from strategic_areas.labels import FAMILIES
from strategic_areas.models import (
    Activity,
    Commitment,
    Correction,
    Discrepancy,
    FrameworkTarget,
    LaterActivity,
    LegalInstrument,
    Programme,
    StrategicArea,
    TipTier,
)
from strategic_areas.models.corrections import mark_of
from strategic_areas.queries.pages import changes, help_lines, references
from strategic_areas.queries.plan.plans import approved_changes
from strategic_areas.queries.search_texts.texts import (
    RESTING,
    in_both,
    not_empty,
    text,
    texts_of,
    title,
    untranslated,
)
from strategic_areas.search.documents import Document, Place, Text


def documents(public, seen):
    """
    Plans, what they hold, and records that several plans share.

    ``public`` holds the public plans by id, each with its ``rank``. The sources of the
    records are added to ``seen``.
    """
    for plan in public.values():
        yield _plan(plan)
    yield from (_term(term, public[term.plan_id]) for term in references.public_terms())
    yield from _targets(public)
    yield from _corrections()
    for rows, make in (
        (Commitment.objects.standing().select_related("lead"), _commitment),
        (
            Activity.objects.standing().select_related("agency", "commitment"),
            _activity,
        ),
        (StrategicArea.objects.all(), _area),
        (Programme.objects.select_related("area"), _programme),
        (LaterActivity.objects.select_related("agency"), _later_activity),
        (Discrepancy.objects.all(), _discrepancy),
        (
            approved_changes().select_related("commitment", "activity__commitment"),
            _change,
        ),
        (TipTier.objects.all(), _tier),
    ):
        yield from _read(rows.filter(plan__in=list(public)), make, seen, public)
    yield from _read(LegalInstrument.objects.all(), _law, seen)
    yield from _read(help_lines.published(), _help_line, seen)


def _read(rows, make, seen, public=None):
    is_resting = rows.model in RESTING
    if is_resting:
        rows = rows.prefetch_related("sources")
    for row in rows.order_by("pk"):
        plan = public[row.plan_id] if public else None
        document = make(row, plan) if plan else make(row)
        yield document
        if is_resting:
            seen.add(row, document.place, plan)


def _plan(plan):
    return Document(
        kind="plan",
        pk=plan.code,
        title=title(text(plan, "title")),
        place=Place("plan", (plan.code,)),
        texts=texts_of(plan),
        captions=(untranslated(plan.code),),
        names=(plan.code,),
        order=(plan.rank,),
    )


def _commitment(row, plan):
    place = Place("commitment", (plan.code, row.code))
    return _coded("commitment", row, plan, place, row.lead)


def _activity(row, plan):
    place = Place("commitment", (plan.code, row.commitment.code), fragment=row.code)
    return _coded("activity", row, plan, place, row.agency)


def _later_activity(row, plan):
    place = Place("later_activities", (plan.code,), fragment=row.code)
    return replace(_coded("later", row, plan, place, row.agency), code="")


def _coded(kind, row, plan, place, agency):
    """The document of a record with a code, with the agency that it names, if any."""
    acronym = _initials(agency)
    return Document(
        kind=kind,
        pk=str(row.pk),
        title=title(text(row, "title")),
        code=row.code,
        place=place,
        texts=texts_of(row),
        captions=not_empty(acronym, untranslated(plan.code)),
        also=(text(agency, "name"),) if agency else (),
        names=(row.code,),
        order=(plan.rank, row.sort_code),
    )


def _initials(agency):
    if agency is None:
        return untranslated(None)
    return Text(agency.acronym, agency.acronym_en or agency.acronym)


def _discrepancy(row, plan):
    return Document(
        kind="discrepancy",
        pk=str(row.pk),
        title=title(text(row, "topic")),
        code=row.code,
        place=Place("discrepancies", fragment=f"{plan.code}-{row.code}"),
        texts=texts_of(row),
        captions=(untranslated(plan.code),),
        names=(row.code,),
        order=(plan.rank, row.sort_code),
    )


def _area(row, plan):
    return Document(
        kind="area",
        pk=f"area-{row.pk}",
        title=title(text(row, "name")),
        place=_page_of(row, plan),
        texts=texts_of(row),
        captions=(untranslated(plan.code),),
        order=(plan.rank, row.sort_code),
    )


def _programme(row, plan):
    """A programme is found on the page of its area."""
    return Document(
        kind="area",
        pk=f"programme-{row.pk}",
        title=title(text(row, "name")),
        place=_page_of(row.area, plan),
        captions=(text(row.area, "name"), untranslated(plan.code)),
        order=(plan.rank, row.sort_code),
    )


def _page_of(area, plan):
    english = area.slug_en or area.slug_es
    return Place("area", (plan.code, area.slug_es), (plan.code, english))


def _change(row, plan):
    """A change is found with the record it is about, or in the list of all."""
    place = Place("amendments", (plan.code,))
    commitment = row.activity.commitment if row.activity else row.commitment
    if commitment:
        code = row.activity.code if row.activity else ""
        place = Place("commitment", (plan.code, commitment.code), fragment=code)
    texts, captions = [], [untranslated(plan.code)]
    if row.amendment:
        texts += texts_of(row.amendment, "reason")
        captions += not_empty(text(row.amendment, "deciding_act"))
    if not row.brings:
        told = [
            each for each in ("old_value", "new_value") if each not in row.protected
        ]
        texts += texts_of(row, *told) if told else []
    return Document(
        kind="amendment",
        pk=str(row.pk),
        title=title(text(row.activity or commitment or plan, "title")),
        place=place,
        texts=tuple(texts),
        captions=tuple(captions),
        order=(plan.rank, -row.pk),
    )


def _tier(row, plan):
    return Document(
        kind="framework",
        pk=f"tier-{row.pk}",
        title=title(text(row, "label")),
        place=Place("frameworks", (plan.code,)),
        texts=texts_of(row),
        captions=(
            in_both("Ratings of the Trafficking in Persons report"),
            untranslated(row.report_year),
        ),
        order=(1, plan.rank, str(row.report_year)),
    )


def _term(row, plan):
    return Document(
        kind="glossary",
        pk=f"term-{row.pk}",
        title=title(text(row, "word")),
        place=Place("glossary", fragment=row.anchor),
        texts=texts_of(row, "meaning"),
        captions=(untranslated(plan.code),),
        order=(len(TERMS), plan.rank, row.sort_code),
    )


def _law(row):
    return Document(
        kind="law",
        pk=str(row.pk),
        title=title(text(row, "name")),
        place=Place("legal_base", fragment=row.code),
        texts=texts_of(row),
        captions=not_empty(untranslated(row.year)),
        names=(row.code,),
        order=(str(row.year or ""), row.code),
    )


def _help_line(row):
    return Document(
        kind="help",
        pk=str(row.pk),
        title=title(text(row, "label")),
        place=Place("help"),
        texts=texts_of(row, "scope", "hours", "note"),
        captions=not_empty(untranslated(", ".join(map(str, row.numbers)))),
        order=(row.pk,),
    )


def _targets(public):
    """Targets are found on the page of the latest plan that has a record."""
    plans = list(public.values())
    recorded = [plan for plan in plans if plan.has_record] or plans
    families = {code: in_both(name) for code, name in FAMILIES.items()}
    for row in FrameworkTarget.objects.order_by("pk") if recorded else ():
        number = row.code.removeprefix(f"{row.family}-")
        yield Document(
            kind="framework",
            pk=str(row.pk),
            title=title(text(row, "name")),
            code=row.code,
            place=Place("frameworks", (recorded[0].code,), fragment=row.code),
            captions=(families.get(row.family, untranslated(row.family)),),
            names=(row.code, number, f"ODS {number}", f"{row.family} {number}"),
            order=(0, row.family, row.sort_code),
        )


def _corrections():
    """Requests for corrections are found on their page of the log."""
    rows = Correction.objects.order_by(*changes.LATEST_FIRST)
    for place, row in enumerate(rows, start=1):
        page, mark = changes.page_of(place), mark_of(row.pk)
        yield Document(
            kind="correction",
            pk=str(row.pk),
            title=title(text(row, "about")),
            place=Place("corrections", page=page, fragment=mark),
            texts=texts_of(row),
            order=(-row.pk,),
        )
