"""
Everything that the search can find, which is what public pages print.

Each model is read by itself, from the rows that its own page starts from. The lists of
a plan are found by what people ask, indicators by their words and by each published
value.
"""

from django.utils.translation import gettext_noop, override

from strategic_areas.models import PublishedFigure
from strategic_areas.queries.figures import indicators, words
from strategic_areas.queries.plan import plans
from strategic_areas.queries.search_texts import agencies, records
from strategic_areas.queries.search_texts.texts import (
    SourcesSeen,
    in_both,
    not_empty,
    text,
    texts_of,
    title,
    untranslated,
)
from strategic_areas.search.documents import Document, Place, Text

#: What people ask that a list of a plan answers, and what it holds, by its page.
LISTS = {
    "agencies": (
        gettext_noop("Institutions of the plan"),
        gettext_noop("What each answers for, who has reported and who has not."),
        gettext_noop(
            "who has not reported, which institutions are silent, missing reports, "
            "who takes part, members"
        ),
    ),
    "commitments": (
        gettext_noop("All commitments of the plan"),
        gettext_noop("One table with filters: what is late, what is done, by area."),
        gettext_noop(
            "all commitments as a table, list of actions, what is late, overdue"
        ),
    ),
    "updates": (
        gettext_noop("Everything published on the plan"),
        gettext_noop("By period, institution and area, the newest first."),
        gettext_noop("what changed since, news, latest reports, what is new"),
    ),
}
#: The name, content and questions of the list of indicators. An indicator that a
#: question names answers it by itself.
FIGURES = (
    gettext_noop("Figures"),
    gettext_noop("How many victims, cases, investigations and convictions, by source."),
    gettext_noop(
        "how many victims were identified, rescued or assisted, how many cases, "
        "investigations, convictions, sentences, figures by year, statistics"
    ),
)


def lists_of_plans(public):
    """The lists of each plan that has a record, its latest ``rank`` first."""
    called, held, asked = map(in_both, FIGURES)
    yield Document(
        kind="page",
        pk="figures",
        title=called,
        place=Place("indicators"),
        texts=(held,),
        questions=(asked,),
    )
    for plan in public.values():
        for place, (name, sentences) in enumerate(LISTS.items()):
            if plan.has_record:
                yield _list(plan, place, name, *map(in_both, sentences))


def _list(plan, place, name, called, held, asked):
    return Document(
        kind="page",
        pk=f"{plan.code}-{name}",
        title=called,
        place=Place(name, (plan.code,)),
        texts=(held,),
        captions=(untranslated(plan.code),),
        questions=(asked,),
        order=(plan.rank, place),
    )


def documents():
    """Every public record as a ``Document``."""
    public = {plan.pk: plan for plan in plans.public()}  # the latest first
    for rank, plan in enumerate(public.values()):
        plan.rank = rank
    seen = SourcesSeen()
    yield from records.documents(public, seen)
    yield from lists_of_plans(public)
    yield from agencies.documents(public, seen)
    yield from documents_of_indicators(public, seen)
    yield from seen.documents()


def documents_of_indicators(public, seen):
    """
    Every indicator of the ``public`` plans, each with its ``rank``.

    The sources of the indicators and of their values are added to ``seen``.
    """
    places = {}
    rows = indicators.public().prefetch_related("sources")
    for line in indicators.lines(rows):
        row, plan = line.indicator, public[line.indicator.introduced_by_id]
        places[row.pk] = place = Place("indicator", (row.code,))
        seen.add(row, place, plan)
        yield _indicator(line, plan, place)
    figures = PublishedFigure.objects.public().standing().filter(indicator__in=places)
    for figure in figures.prefetch_related("sources").order_by("pk"):
        mark = words.anchor(figure.starts_on, figure.ends_on)
        code = places[figure.indicator_id].spanish
        seen.add(figure, Place("indicator", code, fragment=mark))


def _indicator(line, plan, place):
    row = line.indicator
    return Document(
        kind="indicator",
        pk=row.code,
        title=title(text(row, "name")),
        code=row.code,
        place=place,
        texts=(*(_said(line, point) for point in line.points), *texts_of(row)),
        captions=not_empty(
            _said(line, line.last) if line.last else untranslated(""),
            text(row, "who") if row.who_es else untranslated(row.counted_by),
        ),
        also=(text(row.agency, "name"),) if row.agency else (),
        by_year=_by_year(line),
        names=(row.code,),
        questions=(text(row, "name"), untranslated(_years(line))),
        order=(plan.rank, row.sort_code),
    )


def _by_year(line):
    """The values of one year each, by their years."""
    return {str(point.year): _said(line, point) for point in line.points if point.year}


def _years(line):
    """The years of which there is a value for just that year, or a part of it."""
    spans = {(each.starts_on.year, each.ends_on.year) for each in line.points}
    return " ".join(str(first) for first, last in sorted(spans) if first == last)


def _said(line, point):
    """A value in a sentence, in both languages."""
    said = {}
    for language in ("es", "en"):
        with override(language):
            said[language] = words.sentence(line, point)
    return Text(said["es"], said["en"])
