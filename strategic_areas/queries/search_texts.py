"""
All documents of the search: the texts that public pages show.

Each model is read from the rows that its own page uses. Lists are found by common
questions, indicators by each value, a source on the first page that cites it.
"""

from collections import defaultdict
from functools import partial

from django.db.models import Q
from django.utils.translation import gettext, gettext_noop, override

from agencies.fields import FieldKind
from agencies.models import Agency, AgencyName
from strategic_areas import models
from strategic_areas.disclosure import MARKER
from strategic_areas.glossary import TERMS
from strategic_areas.models.corrections import mark_of
from strategic_areas.queries.figures import indicators, phrases
from strategic_areas.queries.pages import changes, help_lines
from strategic_areas.queries.plan import plans
from strategic_areas.queries.updates import public_updates
from strategic_areas.queries.updates.public_updates import (
    TEXT_FIELDS,
    build_published_update,
)
from strategic_areas.search.index import (
    LANGUAGES,
    BilingualText,
    Document,
    DocumentAddress,
)
from strategic_areas.sentences import FAMILIES
from strategic_areas.themes import ABOUT_THEME, FIGURES, LISTS, SEARCH_WORDS, Theme

NAMES = ("title", "name", "label", "topic", "about", "word", "short")
UPDATE_TEXTS = ("text", *(field.name for field in TEXT_FIELDS), "note")
#: Models whose pages cite sources; a source is found on the first of these.
CITING_MODELS = (
    *(models.Commitment, models.Activity, models.ActivityUpdate),
    *(models.CommitmentUpdate, models.LegalInstrument, models.Discrepancy),
    *(models.Participation, models.LaterActivity, models.TipTier, models.HelpLine),
    *(models.Indicator, models.PublishedFigure, models.FrameworkTarget),
)
DISPUTED = gettext_noop("Attribution that the agency does not acknowledge")


def search_documents():
    public = {plan.pk: plan for plan in plans.public_plans()}
    for rank, plan in enumerate(public.values()):
        plan.rank = rank
    #: By model and id, the address and plan of records with sources.
    seen = defaultdict(dict)
    yield from _structure(public, seen)
    yield from _changes(public)
    yield from _context(public, seen)
    yield from _lists(public)
    yield from _agencies(public, seen)
    yield from _said_by_agencies(public)
    yield from _accounts(public, seen)
    yield from _evidence(public)
    yield from _indicators(public, seen)
    yield from _sources(seen)


def _document(kind, row, place, plan=None, agency=None, **others):
    code, captions, also = getattr(row, "sort_code", ""), (), ()
    if agency:
        captions += (
            BilingualText(agency.acronym, agency.acronym_en or agency.acronym),
        )
        also += (_text(agency, "name"),)
    if plan:
        captions += (_same(plan.code),)
    for theme in map(Theme, getattr(row, "themes", ())):
        captions += (in_both(theme.label),)
        also += (in_both(SEARCH_WORDS[theme]),)
    if "title" not in others:
        others["title"] = _title(row)
    if "texts" not in others:
        others["texts"] = _texts(row)
    common = {"captions": captions, "also": also}
    common["order"] = (plan.rank, code) if plan else ()
    pk = f"{row._meta.model_name}-{row.pk}"
    return Document(kind=kind, pk=pk, place=place, **{**common, **others})


def _coded(row):
    return {"code": row.code, "names": (row.code,)}


def in_both(message):
    return in_each(lambda: gettext(str(message)))


def in_each(tell):
    found = []
    for language in LANGUAGES:
        with override(language):
            found.append(tell())
    return BilingualText(*found)


def _texts(row, *names):
    if not names:
        declared = row.fields.names(bilingual=True, public=True, kind=FieldKind.TEXT)
        names = [name for name in declared if name not in NAMES]
    return _told(*(_text(row, name) for name in names))


def _text(row, field):
    spanish = getattr(row, f"{field}_es") or ""
    english = getattr(row, f"{field}_en") or ""
    if MARKER in {spanish, english}:
        return BilingualText("", about=field)
    return BilingualText(spanish, english, about=field)


def _title(row):
    found = _text(row, next(name for name in NAMES if hasattr(row, f"{name}_es")))
    return found if found.spanish else in_both("[text withdrawn]")


def _same(value):
    written = "" if value in {None, MARKER} else str(value)
    return BilingualText(written, written)


def _told(*texts):
    return tuple(each for each in texts if each.spanish or each.english)


def _commitment_page(plan, commitment, activity=None):
    mark = activity.code if activity else ""
    return DocumentAddress("commitment", (plan.code, commitment.code), fragment=mark)


def _area_page(plan, area):
    english = area.slug_en or area.slug_es
    return DocumentAddress("area", (plan.code, area.slug_es), (plan.code, english))


def _agency_page(plan, agency):
    return DocumentAddress("agency", (plan.code, agency.slug))


def _structure(public, seen):
    def read(rows):
        for row in rows.filter(plan__in=list(public)).order_by("pk"):
            yield row, public[row.plan_id]

    def found(kind, row, place, plan, agency=None, **others):
        seen[type(row)][row.pk] = place, plan
        return _document(kind, row, place, plan, agency, **others)

    for plan in public.values():
        place, named = DocumentAddress("plan", (plan.code,)), (plan.code,)
        yield _document("plan", plan, place, plan, names=named, order=(plan.rank,))
    themes = defaultdict(set)
    rows = models.Activity.objects.not_superseded().select_related(
        "agency", "commitment"
    )
    for row, plan in read(rows):
        place = _commitment_page(plan, row.commitment, row)
        themes[row.commitment_id].update(row.themes)
        yield found("activity", row, place, plan, row.agency, **_coded(row))
    rows = models.Commitment.objects.not_superseded().select_related("lead")
    for row, plan in read(rows):
        place, row.themes = _commitment_page(plan, row), sorted(themes[row.pk])
        yield found("commitment", row, place, plan, row.lead, **_coded(row))
    for row, plan in read(models.LaterActivity.objects.select_related("agency")):
        place = DocumentAddress("later_activities", (plan.code,), fragment=row.code)
        named = (row.code,)
        yield found("later", row, place, plan, row.agency, names=named)
    for row, plan in read(models.Discrepancy.objects.all()):
        place = DocumentAddress("discrepancies", fragment=f"{plan.code}-{row.code}")
        yield found("discrepancy", row, place, plan, **_coded(row))
    for row, plan in read(models.StrategicArea.objects.all()):
        yield found("area", row, _area_page(plan, row), plan)
    for row, plan in read(models.Programme.objects.select_related("area")):
        captions = _text(row.area, "name"), _same(plan.code)
        place = _area_page(plan, row.area)
        yield found("area", row, place, plan, texts=(), captions=captions)
    for row, plan in read(models.TipTier.objects.all()):
        rated = in_both("Ratings of the Trafficking in Persons report")
        yield found(
            *("framework", row, DocumentAddress("frameworks", (plan.code,)), plan),
            captions=(rated, _same(row.report_year)),
            order=(1, plan.rank, str(row.report_year)),
        )
    for row in plans.public_terms():
        plan = public[row.plan_id]
        yield found(
            *("glossary", row, DocumentAddress("glossary", fragment=row.anchor), plan),
            texts=_texts(row, "meaning"),
            order=(len(TERMS), plan.rank, row.sort_code),
        )


def _changes(public):
    rows = plans.approved_changes().filter(plan__in=list(public))
    for row in rows.select_related("commitment", "activity__commitment"):
        plan = public[row.plan_id]
        commitment = row.activity.commitment if row.activity else row.commitment
        place = DocumentAddress("amendments", (plan.code,))
        if commitment:
            place = _commitment_page(plan, commitment, row.activity)
        texts, captions = (), (_same(plan.code),)
        if row.amendment:
            texts = _texts(row.amendment, "reason")
            captions += _told(_text(row.amendment, "deciding_act"))
        told = {"old_value", "new_value"} - set(row.protected)
        if told and not row.brings:
            texts += _texts(row, *sorted(told, reverse=True))
        yield _document(
            *("amendment", row, place, plan),
            title=_title(row.activity or commitment or plan),
            texts=texts,
            captions=captions,
            order=(plan.rank, -row.pk),
        )


def _context(public, seen):
    for row in models.LegalInstrument.objects.all():
        place = DocumentAddress("legal_base", fragment=row.code)
        seen[models.LegalInstrument][row.pk] = place, None
        captions, order = _told(_same(row.year)), (str(row.year or ""), row.code)
        named = (row.code,)
        yield _document("law", row, place, names=named, captions=captions, order=order)
    for row in help_lines.published_help_lines():
        seen[models.HelpLine][row.pk] = DocumentAddress("help"), None
        yield _document(
            *("help", row, DocumentAddress("help")),
            texts=_texts(row, "scope", "hours", "note"),
            captions=_told(_same(", ".join(map(str, row.numbers)))),
            order=(row.pk,),
        )
    # Targets are indexed on the page of the latest plan with commitments.
    for plan in sorted(public.values(), key=lambda each: not each.has_record)[:1]:
        for row in models.FrameworkTarget.objects.all():
            number = row.code.removeprefix(f"{row.family}-")
            place = DocumentAddress(*row.page_in(plan), fragment=row.code)
            if row.body:
                seen[models.FrameworkTarget][row.pk] = place, None
            yield _document(
                *("framework", row, place),
                code=row.code,
                texts=_texts(row, "by_year", "answer", "note") if row.body else (),
                captions=(in_both(FAMILIES.get(row.family, row.family)),),
                names=(row.code, number, f"ODS {number}", f"{row.family} {number}"),
                order=(0, row.family, row.sort_code),
            )
    asked = models.Correction.objects.order_by(*changes.LATEST_FIRST)
    for number, row in enumerate(asked, start=1):
        page, mark = changes.log_page_of(number), mark_of(row.pk)
        place = DocumentAddress("corrections", page=page, fragment=mark)
        yield _document("correction", row, place, order=(-row.pk,))


def _lists(public):
    def found(name, sentences, place, **others):
        called, held, asked = map(in_both, sentences)
        said = {"title": called, "texts": (held,), "questions": (asked,)}
        return Document(kind="page", pk=name, place=place, **said, **others)

    themes = plans.themes_by_plan()
    yield found("figures", FIGURES, DocumentAddress("indicators"))
    for plan in public.values():
        lists = [
            (name, told, (plan.code,))
            for name, told in LISTS.items()
            if plan.is_asked or name != "recommendations"
        ]
        for theme in themes.get(plan.pk, ()):
            told = (theme.label, ABOUT_THEME, SEARCH_WORDS[theme])
            lists.append(("theme", told, (plan.code, theme)))
        for number, (name, told, at) in enumerate(lists if plan.has_record else ()):
            yield found(
                *("-".join([*at, name]), told, DocumentAddress(name, at)),
                captions=(_same(f"plan {plan.code}"),),
                order=(plan.rank, number),
            )


def _agencies(public, seen):
    found = []
    for part in models.Participation.objects.filter(plan__in=public):
        plan = public[part.plan_id]
        found.append((plan.rank, 0, part.agency_id, plan, part))
    for rows, link in (
        (models.Commitment.objects.not_superseded(), "lead"),
        (models.Activity.objects.not_superseded(), "agency"),
    ):
        pairs = rows.filter(plan__in=public).order_by().values_list(link, "plan")
        for agency, plan in pairs.distinct():
            found.append((public[plan].rank, 1, agency, public[plan], None))
    # The dictionary keeps the last entry of each agency: its nearest plan.
    found.sort(key=lambda each: each[:2], reverse=True)
    nearest = {agency: (plan, part) for *_, agency, plan, part in found}
    former = defaultdict(list)
    for each in AgencyName.objects.filter(agency__in=nearest).order_by("pk"):
        former[each.agency_id].append(each)
    every = Agency.objects.in_bulk(nearest)
    for *_, agency, plan, part in found:
        if part:
            place = _agency_page(plan, every[agency])
            seen[models.Participation][part.pk] = place, plan
    for agency in every.values():
        (plan, part), names = nearest[agency.pk], former[agency.pk]
        others = [each.acronym for each in names]
        called = (_text(each, "name") for each in names)
        yield _document(
            *("agency", agency, _agency_page(plan, agency)),
            code=agency.acronym,
            code_en=agency.acronym_en,
            texts=(*(_texts(part) if part else ()), *_told(*called)),
            also=tuple(map(_same, others)),
            names=tuple(filter(None, (agency.acronym, agency.acronym_en, *others))),
            order=(0, agency.name_es),
        )


def _said_by_agencies(public):
    own = {"plan__in": list(public)}
    rows = models.AgencyComment.objects.filter(period__plan__in=public)
    for row in rows.select_related("agency", "period"):
        plan = public[row.period.plan_id]
        yield _document(
            *("agency", row, _agency_page(plan, row.agency)),
            agency=row.agency,
            title=in_both("Comment of the institution"),
            code=row.agency.acronym,
            captions=(_title(row.period),),
            order=(1, plan.rank, row.agency.name_es, -row.pk),
            is_demonstration=row.period.is_demonstration,
        )
    figures = models.PublishedFigure.objects.public().latest_revisions()
    reports = models.ActivityUpdate.objects.published().filter(is_reserved=False)
    stands = (
        Q(commitment__in=models.Commitment.objects.not_superseded().filter(**own))
        | Q(activity__in=models.Activity.objects.not_superseded().filter(**own))
        | Q(activity_update__in=reports.filter(**own))
        | Q(published_figure__in=figures.filter(indicator__introduced_by__in=public))
    )
    rows = models.RecordDispute.objects.filter(stands).select_related(
        *("agency", "commitment", "activity__commitment", "activity_update__activity"),
        "published_figure__indicator__introduced_by",
    )
    for row in rows:
        plan, subject = public[row.record.plan.pk], row.record
        if row.published_figure:
            subject, mark = subject.indicator, f"objecion-{row.record.pk}"
            place = DocumentAddress("indicator", (subject.code,), fragment=mark)
        elif row.activity_update:
            place = DocumentAddress("update", (plan.code, subject.public_id))
            subject = subject.activity
        else:
            commitment = row.commitment or subject.commitment
            place = _commitment_page(plan, commitment, row.activity)
        yield _document(
            *("agency", row, place),
            agency=row.agency,
            title=in_both(DISPUTED),
            code=row.agency.acronym,
            captions=(_title(subject), _same(plan.code)),
            order=(2, plan.rank, row.agency.name_es, -row.pk),
        )


def _accounts(public, seen):
    for rows in (public_updates.public_reports(), public_updates.public_declarations()):
        rows = rows.filter(status=models.RevisionStatus.PUBLISHED, plan__in=public)
        for row in rows.iterator(chunk_size=500):
            entry, plan = build_published_update(row), public[row.plan_id]
            place = DocumentAddress("update", (plan.code, entry.public_id))
            if not entry.is_reserved:
                seen[type(row)][row.pk] = place, plan
            basis = BilingualText(entry.legal_basis, about="legal_basis")
            yield _document(
                *("update", row, place),
                agency=entry.agency,
                title=_title(entry.subject),
                code=entry.subject.code,
                texts=_told(*_texts(entry, *UPDATE_TEXTS), basis),
                captions=(_text(entry.period, "name"), _same(entry.agency.acronym)),
                order=(*entry.recency.descending, entry.pk),
                is_demonstration=entry.is_demonstration,
            )


def _evidence(public):
    rows = models.Evidence.objects.cleared().exclude(kind=models.Evidence.Kind.REMOVED)
    rows = rows.exclude(activity_update__is_reserved=True).select_related(
        *("activity_update__agency", "activity_update__period"),
        *("commitment_update__agency", "commitment_update__period"),
    )
    for item in rows:
        about = item.record
        if plan := public.get(about.plan_id):
            archive = [item.archive_office, item.archive_number]
            initials = _same(about.agency.acronym), _same(plan.code)
            yield _document(
                *(
                    "evidence",
                    item,
                    DocumentAddress("update", (plan.code, about.public_id)),
                ),
                texts=_told(
                    *(BilingualText(word) for word in archive if word != MARKER)
                ),
                captions=_told(_text(about.period, "name"), *initials),
                order=(plan.rank, -item.pk),
                is_demonstration=about.period.is_demonstration,
            )


def _indicators(public, seen):
    codes = {}
    for line in indicators.load_series(indicators.public_indicators()):
        row, plan = line.indicator, public[line.indicator.introduced_by_id]
        codes[row.pk], place = row.code, DocumentAddress("indicator", (row.code,))
        seen[models.Indicator][row.pk] = place, plan
        said = {
            p: in_each(partial(phrases.value_sentence, line, p)) for p in line.points
        }
        spans = {(each.starts_on.year, each.ends_on.year) for each in said}
        years = sorted(str(first) for first, last in spans if first == last)
        newest = said[line.last] if line.last else _same("")
        counter = _text(row, "who") if row.who_es else _same(row.counted_by)
        yield _document(
            *("indicator", row, place, plan),
            **_coded(row),
            texts=(*said.values(), *_texts(row)),
            captions=_told(newest, counter),
            also=(_text(row.agency, "name"),) if row.agency else (),
            by_year={str(p.year): said[p] for p in said if p.year},
            questions=(_text(row, "name"), _same(" ".join(years))),
        )
    figures = (
        models.PublishedFigure.objects.public()
        .latest_revisions()
        .filter(indicator__in=codes)
    )
    columns = ("pk", "indicator", "starts_on", "ends_on")
    for pk, indicator, *span in figures.values_list(*columns):
        place = DocumentAddress(
            "indicator", (codes[indicator],), fragment=phrases.value_anchor(*span)
        )
        seen[models.PublishedFigure][pk] = place, None


def _sources(seen):
    first = {}
    for number, model in enumerate(CITING_MODELS):
        pairs = model.objects.filter(sources__isnull=False).order_by()
        for pk, source in pairs.values_list("pk", "sources"):
            if pk in seen[model]:
                place, plan = seen[model][pk]
                rank = plan.rank if plan else 0
                nearness = (rank, number, place.spanish, place.fragment)
                known = first.setdefault(source, (nearness, place, plan))
                first[source] = min(known, (nearness, place, plan), key=lambda e: e[0])
    for source in models.Source.objects.in_bulk(first).values():
        (rank, *_), place, plan = first[source.pk]
        title = _same(source.title)
        yield _document(
            *("source", source, place),
            title=title if title.spanish else in_both("[text withdrawn]"),
            captions=_told(_same(source.publisher), _same(plan and plan.code)),
            order=(rank, source.title, source.pk),
        )
