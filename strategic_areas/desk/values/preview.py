"""
What the public would read once a value is published, and where.

The value is published by the rule that publishes it, read, and undone at once: the
preview cannot depart from what then happens.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import DatabaseError
from django.utils.translation import gettext as _

from agencies.access import RefusedError
from agencies.decisions import Outdated
from strategic_areas import charts
from strategic_areas.addresses import address
from strategic_areas.desk.changes.protection import differing, published
from strategic_areas.desk.review.comparison import Line
from strategic_areas.figures.reporting import VALUES
from strategic_areas.models import Commitment
from strategic_areas.queries.figures import indicators, words
from strategic_areas.queries.figures.indicators import IndicatorLine
from strategic_areas.queries.figures.points import Point
from strategic_areas.views.indicator_pictures import columns


@dataclass(frozen=True)
class Card:
    """The last value of the series, as pages open with it."""

    text: str
    picture: charts.Columns | None


@dataclass(frozen=True)
class Row:
    """One value of the series; ``is_new`` where the public reads it so for once."""

    span: str
    text: str
    state: str
    is_new: bool


@dataclass(frozen=True)
class Page:
    """A public page on which the value appears."""

    name: str
    address: str


@dataclass(frozen=True)
class ValuePreview:
    """``lines`` are what the public would read otherwise; empty where nothing is."""

    before: Card | None
    after: Card | None
    lines: list[Line]
    series: list[Row]
    pages: list[Page]


def preview(reported, *, by):
    """The preview of a value that waits; None where it cannot be published now."""
    indicator = reported.indicator
    line = _line(indicator)
    texts, stood = dict(published([indicator])), _said(line)
    before = _card(line)
    try:
        with VALUES.tried(reported, by=by):
            line = _line(indicator)
            after = dict(published([indicator]))
            found = ValuePreview(
                before,
                _card(line),
                differing(texts, after),
                list(_series(line, stood)),
                list(_pages(line)),
            )
    except (Outdated, RefusedError, DatabaseError):
        return None
    return found


def _line(indicator) -> IndicatorLine | None:
    """The indicator as the public reads it; None where it does not."""
    return next(
        iter(indicators.lines(indicators.public().filter(pk=indicator.pk))), None
    )


def _card(line):
    if line is None or line.last is None:
        return None
    return Card(words.sentence(line, line.last), columns(line))


def _said(line):
    """Pairs of the days and the words of each value that is public now."""
    return {_key(point) for point in line.points} if line else set()


def _key(point: Point):
    return point.starts_on, point.ends_on, words.value_text(point), point.counted_by


def _series(line, stood) -> Iterable[Row]:
    for point in line.points if line else ():
        yield Row(
            words.span(point.starts_on, point.ends_on, *words.exact_to(point)),
            words.value_text(point),
            words.state(point),
            _key(point) not in stood,
        )


def _pages(line) -> Iterable[Page]:
    """The pages that would show the value, the most read first."""
    if line is None or line.last is None:
        return
    of = line.indicator
    if of.key_figure:
        yield Page(_("The first page"), address("home"))
    yield Page(_("Its own page"), address("indicator", of.code))
    yield Page(_("The list of figures"), address("indicators"))
    if of.area and _is_among(of, indicators.of_area(of.area)):
        yield Page(str(of.area), of.area.get_absolute_url())
    if of.agency and _is_among(of, indicators.of_agency(of.agency)):
        agency = of.agency
        yield Page(str(agency), address("agency", of.introduced_by.code, agency.slug))
    for commitment in _commitments(of):
        yield Page(str(commitment), commitment.get_absolute_url())


def _is_among(indicator, lines):
    """Whether a page that shows the first of these lines shows the indicator's."""
    shown = indicators.first_of(lines).lines
    return any(each.indicator.pk == indicator.pk for each in shown)


def _commitments(indicator):
    """The commitment that it measures, or those of the programme that it measures."""
    if not (indicator.commitment_id or indicator.programme_id):
        return Commitment.objects.none()
    rows = Commitment.objects.standing().select_related("plan")
    if indicator.commitment_id:
        return rows.filter(pk=indicator.commitment_id)
    return rows.filter(programme=indicator.programme_id)
