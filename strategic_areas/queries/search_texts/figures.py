"""Indicators as the search finds them: by their words, and by each published value."""

from django.utils.translation import override

from strategic_areas.models import PublishedFigure
from strategic_areas.queries.figures import indicators, words
from strategic_areas.queries.search_texts.texts import (
    not_empty,
    text,
    texts_of,
    title,
    untranslated,
)
from strategic_areas.search.documents import Document, Place, Text


def documents(public, seen):
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
        yield _document(line, plan, place)
    figures = PublishedFigure.objects.public().standing().filter(indicator__in=places)
    for figure in figures.prefetch_related("sources").order_by("pk"):
        mark = words.anchor(figure.starts_on, figure.ends_on)
        code = places[figure.indicator_id].spanish
        seen.add(figure, Place("indicator", code, fragment=mark))


def _document(line, plan, place):
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
        names=(row.code,),
        questions=(text(row, "name"), untranslated(_years(line))),
        order=(plan.rank, row.sort_code),
    )


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
