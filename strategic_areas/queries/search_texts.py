"""
The search's documents of records; ``views.search`` adds pages and the common glossary.

Each model is read from the rows that its own page uses. Pages that list records carry
words that people search for, indicators a sentence for each value. A source is found
on the first page that cites it.
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
from strategic_areas.models.corrections import anchor_of
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
from strategic_areas.sentences import FRAMEWORK_NAMES, target_code
from strategic_areas.themes import ABOUT_THEME, FIGURES, LISTS, SEARCH_WORDS, Theme

#: The first that a record has is its title.
TITLE_FIELDS = ("title", "name", "label", "topic", "about", "word", "short")
UPDATE_TEXTS = ("text", *(field.name for field in TEXT_FIELDS), "note")
#: Models whose pages cite sources; a source is found on the first of these.
CITING_MODELS = (
    *(models.Commitment, models.Activity, models.ActivityUpdate),
    *(models.CommitmentUpdate, models.LegalInstrument, models.Discrepancy),
    *(models.Participation, models.LaterActivity, models.TipTier, models.HelpLine),
    *(models.Indicator, models.PublishedFigure, models.FrameworkTarget),
)
DISPUTED = gettext_noop("Attribution that the agency does not acknowledge")


def documents_of_records():
    public = {plan.pk: plan for plan in plans.public_plans()}
    for rank, plan in enumerate(public.values()):
        plan.rank = rank
    #: By model and id, the address and plan of records with sources.
    addresses = defaultdict(dict)
    yield from _structure(public, addresses)
    yield from _changes(public)
    yield from _context(public, addresses)
    yield from _lists(public)
    yield from _agencies(public, addresses)
    yield from _statements(public)
    yield from _updates(public, addresses)
    yield from _evidence(public)
    yield from _indicators(public, addresses)
    yield from _sources(addresses)


def _document(kind, row, address, plan=None, agency=None, **others):
    code, captions, more_words = getattr(row, "sort_code", ""), (), ()
    if agency:
        captions += (
            BilingualText(agency.acronym, agency.acronym_en or agency.acronym),
        )
        more_words += (_text(agency, "name"),)
    if plan:
        captions += (_untranslated(plan.code),)
    for theme in map(Theme, getattr(row, "themes", ())):
        captions += (in_both(theme.label),)
        more_words += (in_both(SEARCH_WORDS[theme]),)
    if "title" not in others:
        others["title"] = _title(row)
    if "texts" not in others:
        others["texts"] = _texts(row)
    common = {"captions": captions, "also": more_words}
    common["order"] = (plan.rank, code) if plan else ()
    identifier = f"{row._meta.model_name}-{row.pk}"
    return Document(kind=kind, pk=identifier, address=address, **{**common, **others})


def _coded(row):
    return {"code": row.code, "exact_queries": (row.code,)}


def in_both(message):
    return in_each(lambda: gettext(str(message)))


def in_each(build_text):
    found = []
    for language in LANGUAGES:
        with override(language):
            found.append(build_text())
    return BilingualText(*found)


def _texts(row, *names):
    if not names:
        declared = row.fields.names(bilingual=True, public=True, kind=FieldKind.TEXT)
        names = [name for name in declared if name not in TITLE_FIELDS]
    return _non_empty(*(_text(row, name) for name in names))


def _text(row, field):
    spanish = getattr(row, f"{field}_es") or ""
    english = getattr(row, f"{field}_en") or ""
    if MARKER in {spanish, english}:
        return BilingualText("", about=field)
    return BilingualText(spanish, english, about=field)


def _title(row):
    found = _text(row, next(x for x in TITLE_FIELDS if hasattr(row, f"{x}_es")))
    return found if found.spanish else in_both("[text withdrawn]")


def _untranslated(value):
    written = "" if value in {None, MARKER} else str(value)
    return BilingualText(written, written)


def _non_empty(*texts):
    return tuple(each for each in texts if each.spanish or each.english)


def _commitment_page(plan, commitment, activity=None):
    fragment = activity.code if activity else ""
    return DocumentAddress(
        "commitment", (plan.code, commitment.code), fragment=fragment
    )


def _area_page(plan, area):
    english = area.slug_en or area.slug_es
    return DocumentAddress("area", (plan.code, area.slug_es), (plan.code, english))


def _agency_page(plan, agency):
    return DocumentAddress("agency", (plan.code, agency.slug))


def _structure(public, addresses):
    def rows_with_plan(rows):
        for row in rows.filter(plan__in=list(public)).order_by("pk"):
            yield row, public[row.plan_id]

    def document(kind, row, address, plan, agency=None, **others):
        addresses[type(row)][row.pk] = address, plan
        return _document(kind, row, address, plan, agency, **others)

    for plan in public.values():
        yield _document(
            *("plan", plan, DocumentAddress("plan", (plan.code,)), plan),
            exact_queries=(plan.code,),
            order=(plan.rank,),
        )
    themes = defaultdict(set)
    rows = models.Activity.objects.not_superseded().select_related(
        "agency", "commitment"
    )
    for row, plan in rows_with_plan(rows):
        address = _commitment_page(plan, row.commitment, row)
        themes[row.commitment_id].update(row.themes)
        yield document("activity", row, address, plan, row.agency, **_coded(row))
    rows = models.Commitment.objects.not_superseded().select_related("lead")
    for row, plan in rows_with_plan(rows):
        address, row.themes = _commitment_page(plan, row), sorted(themes[row.pk])
        yield document("commitment", row, address, plan, row.lead, **_coded(row))
    for row, plan in rows_with_plan(
        models.LaterActivity.objects.select_related("agency")
    ):
        address = DocumentAddress("later_activities", (plan.code,), fragment=row.code)
        yield document(
            *("later", row, address, plan, row.agency), exact_queries=(row.code,)
        )
    for row, plan in rows_with_plan(models.Discrepancy.objects.all()):
        address = DocumentAddress("discrepancies", fragment=f"{plan.code}-{row.code}")
        yield document("discrepancy", row, address, plan, **_coded(row))
    for row, plan in rows_with_plan(models.StrategicArea.objects.all()):
        yield document("area", row, _area_page(plan, row), plan)
    for row, plan in rows_with_plan(models.Programme.objects.select_related("area")):
        captions = _text(row.area, "name"), _untranslated(plan.code)
        address = _area_page(plan, row.area)
        yield document("area", row, address, plan, texts=(), captions=captions)
    for row, plan in rows_with_plan(models.TipTier.objects.all()):
        rated = in_both("Ratings of the Trafficking in Persons report")
        yield document(
            *("framework", row, DocumentAddress("frameworks", (plan.code,)), plan),
            captions=(rated, _untranslated(row.report_year)),
            order=(1, plan.rank, str(row.report_year)),
        )
    for row in plans.public_terms():
        plan = public[row.plan_id]
        yield document(
            *("glossary", row, DocumentAddress("glossary", fragment=row.anchor), plan),
            texts=_texts(row, "meaning"),
            order=(len(TERMS), plan.rank, row.sort_code),  # after the common terms
        )


def _changes(public):
    rows = plans.approved_changes().filter(plan__in=list(public))
    for row in rows.select_related("commitment", "activity__commitment"):
        plan = public[row.plan_id]
        commitment = row.activity.commitment if row.activity else row.commitment
        address = DocumentAddress("amendments", (plan.code,))
        if commitment:
            address = _commitment_page(plan, commitment, row.activity)
        texts, captions = (), (_untranslated(plan.code),)
        if row.amendment:
            texts = _texts(row.amendment, "reason")
            captions += _non_empty(_text(row.amendment, "deciding_act"))
        public_values = {"old_value", "new_value"} - set(row.protected)
        if public_values and not row.adds_record:
            texts += _texts(row, *sorted(public_values, reverse=True))
        yield _document(
            *("amendment", row, address, plan),
            title=_title(row.activity or commitment or plan),
            texts=texts,
            captions=captions,
            order=(plan.rank, -row.pk),
        )


def _context(public, addresses):
    for row in models.LegalInstrument.objects.all():
        address = DocumentAddress("legal_base", fragment=row.code)
        addresses[models.LegalInstrument][row.pk] = address, None
        yield _document(
            *("law", row, address),
            exact_queries=(row.code,),
            captions=_non_empty(_untranslated(row.year)),
            order=(str(row.year or ""), row.code),
        )
    for row in help_lines.published_help_lines():
        addresses[models.HelpLine][row.pk] = DocumentAddress("help"), None
        yield _document(
            *("help", row, DocumentAddress("help")),
            texts=_texts(row, "scope", "hours", "note"),
            captions=_non_empty(_untranslated(", ".join(map(str, row.numbers)))),
            order=(row.pk,),
        )
    # Targets are indexed on the page of the latest plan with commitments.
    for plan in sorted(public.values(), key=lambda each: not each.has_commitments)[:1]:
        for row in models.FrameworkTarget.objects.all():
            number = row.code.removeprefix(f"{row.family}-")
            names = (row.code, number, f"{row.family} {number}")
            address = DocumentAddress(*row.page_in(plan), fragment=row.code)
            if row.body:
                addresses[models.FrameworkTarget][row.pk] = address, None
            yield _document(
                *("framework", row, address),
                code=row.code,
                texts=_texts(row, "by_year", "answer", "note") if row.body else (),
                captions=(in_both(FRAMEWORK_NAMES.get(row.family, row.family)),),
                exact_queries=(*names, in_each(partial(target_code, row)).spanish),
                order=(0, row.family, row.sort_code),
            )
    requests = models.Correction.objects.order_by(*changes.LATEST_FIRST)
    for number, row in enumerate(requests, start=1):
        page, fragment = changes.log_page_of(number), anchor_of(row.pk)
        address = DocumentAddress("corrections", page=page, fragment=fragment)
        yield _document("correction", row, address, order=(-row.pk,))


def _lists(public):
    def document(name, sentences, address, **others):
        title, content, question = map(in_both, sentences)
        texts = {"title": title, "texts": (content,), "questions": (question,)}
        return Document(kind="page", pk=name, address=address, **texts, **others)

    themes_of = plans.themes_by_plan()
    yield document("figures", FIGURES, DocumentAddress("indicators"))
    for plan in public.values():
        lists = [
            (name, sentences, (plan.code,))
            for name, sentences in LISTS.items()
            if plan.has_recommendations or name != "recommendations"
        ]
        for theme in themes_of.get(plan.pk, ()):
            sentences = (theme.label, ABOUT_THEME, SEARCH_WORDS[theme])
            lists.append(("theme", sentences, (plan.code, theme)))
        for number, (name, sentences, arguments) in enumerate(
            lists if plan.has_commitments else ()
        ):
            yield document(
                *(
                    "-".join([*arguments, name]),
                    sentences,
                    DocumentAddress(name, arguments),
                ),
                captions=(_untranslated(f"plan {plan.code}"),),
                order=(plan.rank, number),
            )


def _agencies(public, addresses):
    found = []
    for participation in models.Participation.objects.filter(plan__in=public):
        plan = public[participation.plan_id]
        found.append((plan.rank, 0, participation.agency_id, plan, participation))
    for rows, link in (
        (models.Commitment.objects.not_superseded(), "lead"),
        (models.Activity.objects.not_superseded(), "agency"),
    ):
        pairs = rows.filter(plan__in=public).order_by().values_list(link, "plan")
        for agency, plan in pairs.distinct():
            found.append((public[plan].rank, 1, agency, public[plan], None))
    # The dictionary keeps the last entry of each agency: its latest plan.
    found.sort(key=lambda each: each[:2], reverse=True)
    latest_plans = {
        agency: (plan, participation) for *_, agency, plan, participation in found
    }
    names_of = defaultdict(list)
    for each in AgencyName.objects.filter(agency__in=latest_plans).order_by("pk"):
        names_of[each.agency_id].append(each)
    agencies = Agency.objects.in_bulk(latest_plans)
    for *_, agency, plan, participation in found:
        if participation:
            address = _agency_page(plan, agencies[agency])
            addresses[models.Participation][participation.pk] = address, plan
    for agency in agencies.values():
        (plan, participation), names = latest_plans[agency.pk], names_of[agency.pk]
        former_acronyms = [each.acronym for each in names]
        former_names = (_text(each, "name") for each in names)
        yield _document(
            *("agency", agency, _agency_page(plan, agency)),
            code=agency.acronym,
            code_en=agency.acronym_en,
            texts=(
                *(_texts(participation) if participation else ()),
                *_non_empty(*former_names),
            ),
            also=tuple(map(_untranslated, former_acronyms)),
            exact_queries=tuple(
                filter(None, (agency.acronym, agency.acronym_en, *former_acronyms))
            ),
            order=(0, agency.name_es),
        )


def _statements(public):
    in_plans = {"plan__in": list(public)}
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
    is_shown = (
        Q(commitment__in=models.Commitment.objects.not_superseded().filter(**in_plans))
        | Q(activity__in=models.Activity.objects.not_superseded().filter(**in_plans))
        | Q(activity_update__in=reports.filter(**in_plans))
        | Q(published_figure__in=figures.filter(indicator__introduced_by__in=public))
    )
    rows = models.RecordDispute.objects.filter(is_shown).select_related(
        *("agency", "commitment", "activity__commitment", "activity_update__activity"),
        "published_figure__indicator__introduced_by",
    )
    for row in rows:
        plan, subject = public[row.record.plan.pk], row.record
        if row.published_figure:
            subject, fragment = subject.indicator, f"objecion-{row.record.pk}"
            address = DocumentAddress("indicator", (subject.code,), fragment=fragment)
        elif row.activity_update:
            address = DocumentAddress("update", (plan.code, subject.public_id))
            subject = subject.activity
        else:
            commitment = row.commitment or subject.commitment
            address = _commitment_page(plan, commitment, row.activity)
        yield _document(
            *("agency", row, address),
            agency=row.agency,
            title=in_both(DISPUTED),
            code=row.agency.acronym,
            captions=(_title(subject), _untranslated(plan.code)),
            order=(2, plan.rank, row.agency.name_es, -row.pk),
        )


def _updates(public, addresses):
    for rows in (public_updates.public_reports(), public_updates.public_declarations()):
        rows = rows.filter(status=models.RevisionStatus.PUBLISHED, plan__in=public)
        for row in rows.iterator(chunk_size=500):
            entry, plan = build_published_update(row), public[row.plan_id]
            address = DocumentAddress("update", (plan.code, entry.public_id))
            if not entry.is_reserved:
                addresses[type(row)][row.pk] = address, plan
            basis = BilingualText(entry.legal_basis, about="legal_basis")
            yield _document(
                *("update", row, address),
                agency=entry.agency,
                title=_title(entry.subject),
                code=entry.subject.code,
                texts=_non_empty(*_texts(entry, *UPDATE_TEXTS), basis),
                captions=(
                    _text(entry.period, "name"),
                    _untranslated(entry.agency.acronym),
                ),
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
        update = item.record
        if plan := public.get(update.plan_id):
            archive_texts = [item.archive_office, item.archive_number]
            initials = _untranslated(update.agency.acronym), _untranslated(plan.code)
            address = DocumentAddress("update", (plan.code, update.public_id))
            yield _document(
                *("evidence", item, address),
                texts=_non_empty(
                    *(BilingualText(word) for word in archive_texts if word != MARKER)
                ),
                captions=_non_empty(_text(update.period, "name"), *initials),
                order=(plan.rank, -item.pk),
                is_demonstration=update.period.is_demonstration,
            )


def _indicators(public, addresses):
    codes = {}
    for series in indicators.load_series(indicators.public_indicators()):
        row, plan = series.indicator, public[series.indicator.introduced_by_id]
        codes[row.pk], address = row.code, DocumentAddress("indicator", (row.code,))
        addresses[models.Indicator][row.pk] = address, plan
        of_point = partial(phrases.value_sentence, series)
        sentences = {each: in_each(partial(of_point, each)) for each in series.points}
        spans = {(each.starts_on.year, each.ends_on.year) for each in sentences}
        years = sorted(str(first) for first, last in spans if first == last)
        newest = sentences[series.last] if series.last else _untranslated("")
        counted_by = _text(row, "who") if row.who_es else _untranslated(row.counted_by)
        yield _document(
            *("indicator", row, address, plan),
            **_coded(row),
            texts=(*sentences.values(), *_texts(row)),
            captions=_non_empty(newest, counted_by),
            also=(_text(row.agency, "name"),) if row.agency else (),
            by_year={str(p.year): sentences[p] for p in sentences if p.year},
            questions=(_text(row, "name"), _untranslated(" ".join(years))),
        )
    rows = models.PublishedFigure.objects.filter(indicator__in=codes)
    for pk, indicator, *span in (
        rows.public()
        .latest_revisions()
        .values_list(*("pk", "indicator", "starts_on", "ends_on"))
    ):
        address = DocumentAddress(
            "indicator", (codes[indicator],), fragment=phrases.value_anchor(*span)
        )
        addresses[models.PublishedFigure][pk] = address, None


def _sources(addresses):
    first = {}
    for number, model in enumerate(CITING_MODELS):
        pairs = model.objects.filter(sources__isnull=False).order_by()
        for pk, source in pairs.values_list("pk", "sources"):
            if pk in addresses[model]:
                address, plan = addresses[model][pk]
                rank = plan.rank if plan else 0
                nearness = (rank, number, address.spanish, address.fragment)
                best = first.setdefault(source, (nearness, address, plan))
                first[source] = min(best, (nearness, address, plan), key=lambda e: e[0])
    for source in models.Source.objects.in_bulk(first).values():
        (rank, *_), address, plan = first[source.pk]
        title = _untranslated(source.title)
        yield _document(
            *("source", source, address),
            title=title if title.spanish else in_both("[text withdrawn]"),
            captions=_non_empty(
                _untranslated(source.publisher), _untranslated(plan and plan.code)
            ),
            order=(rank, source.title, source.pk),
        )
