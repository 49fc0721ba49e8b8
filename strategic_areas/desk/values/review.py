"""What a reviewer reads of values before publishing them."""

from django.utils.translation import gettext as _

from agencies.access import RefusedError
from strategic_areas.addresses import address
from strategic_areas.desk.changes.pages import hide_url
from strategic_areas.desk.changes.protection import in_lines
from strategic_areas.desk.values.forms import last_told
from strategic_areas.desk.values.receipts import facts
from strategic_areas.figures.reporting import SPAN, VALUES
from strategic_areas.models import Commitment, Indicator, PublishedFigure
from strategic_areas.models.measurements import Publication, ReportedValue
from strategic_areas.purging.hiding import may_hide
from strategic_areas.queries.figures import indicators, words
from strategic_areas.queries.figures.indicators import IndicatorLine
from strategic_areas.queries.public_rows import (
    concerned,
    difference,
    public_rows,
    value_key,
)
from strategic_areas.views.indicator_pictures import columns


def shown(user, reported):
    """What is read of a value alone, and all that happened to those of these days."""
    is_own = reported.proposed_by_id == user.pk
    return {
        **facts(reported),
        "last": last_told(reported.indicator),
        "preview": _preview_of(reported, user),
        "may_be_recalled": reported.is_waiting and is_own,
        "hides": _hides(user, reported),
        "transitions": list(_steps(reported)),
    }


def _preview_of(reported, user):
    """None once it is decided, and where this person cannot publish it."""
    try:
        return preview([reported], by=user) if reported.is_waiting else None
    except RefusedError:
        return None


def _steps(reported):
    """Each step of the values of these days, as the history of a report tells it."""
    about = {name: getattr(reported, name) for name in SPAN}
    rows = ReportedValue.objects.filter(**about).order_by("proposed_at", "pk")
    names = ("at", "by", "get_to_status_display", "reason")
    for row in rows.select_related("proposed_by", "decided_by"):
        told = [(row.proposed_at, row.proposed_by, _("Handed in"), row.why)]
        if not row.is_waiting:
            status = row.get_status_display()
            told.append((row.decided_at, row.decided_by, status, row.reason))
        yield from (dict(zip(names, step, strict=True)) for step in told)


def _hides(user, reported):
    """Where the figure is taken away that tells the value now; "" if none does."""
    told = Publication.objects.filter(measurement=reported.measurement_id)
    figure = PublishedFigure.objects.public().filter(pk__in=told.values("figure"))
    if (found := figure.first()) and may_hide(user, found):
        return hide_url(PublishedFigure, found.pk)
    return ""


def preview(values, *, by):
    """
    What the public will read once these values are published together.

    Each of ``indicators`` tells its own; ``lines`` are all that changes in public, of
    whatever indicator. ``RefusedError`` names a value that cannot be published.
    """
    about = list({each.indicator_id: each.indicator for each in values}.values())
    keys = concerned([(Indicator, each.pk) for each in about])
    rows = public_rows(keys)
    before = _lines(about)
    with VALUES.tried(values, by=by):
        after, changed = _lines(about), difference(rows, public_rows(keys))
        return {
            "lines": in_lines(changed),
            "indicators": [
                {
                    "indicator": each,
                    "facts": [
                        facts(row) for row in values if row.indicator_id == each.pk
                    ],
                    "before": _card(before.get(each.pk)),
                    "after": _card(after.get(each.pk)),
                    "series": list(_series(after.get(each.pk), changed)),
                    "pages": list(_pages(after.get(each.pk))),
                }
                for each in about
            ],
        }


def _lines(about) -> dict[int, IndicatorLine]:
    rows = indicators.public().filter(pk__in=[each.pk for each in about])
    return {line.indicator.pk: line for line in indicators.lines(rows)}


def _card(line):
    if line is None or line.last is None:
        return None
    return {"text": words.sentence(line, line.last), "picture": columns(line)}


def _series(line, changed):
    """The values of a series; ``is_new`` where the public reads it so for once."""
    new = {
        each.key
        for each in changed
        if {name for name, _old, _new in each.columns} & {"value", "shown"}
    }
    for point in line.points if line else ():
        yield {
            "span": words.span(point.starts_on, point.ends_on, *words.exact_to(point)),
            "text": words.value_text(point),
            "state": words.state(point),
            "is_new": value_key(line.indicator, point) in new,
        }


def _pages(line):
    """Pairs of a page that would show the value, and its address."""
    if line is None or line.last is None:
        return
    of = line.indicator
    if of.key_figure:
        yield _("The first page"), address("home")
    yield _("Its own page"), address("indicator", of.code)
    yield _("The list of figures"), address("indicators")
    if of.area and _is_among(of, indicators.of_area(of.area)):
        yield str(of.area), of.area.get_absolute_url()
    if of.agency and _is_among(of, indicators.of_agency(of.agency)):
        agency = of.agency
        yield str(agency), address("agency", of.introduced_by.code, agency.slug)
    for commitment in _commitments(of):
        yield str(commitment), commitment.get_absolute_url()


def _is_among(indicator, lines):
    """Whether a page that shows the first of these lines shows the indicator's."""
    shown = indicators.first_of(lines)["lines"]
    return any(each.indicator.pk == indicator.pk for each in shown)


def _commitments(indicator):
    if not (indicator.commitment_id or indicator.programme_id):
        return Commitment.objects.none()
    rows = Commitment.objects.standing().select_related("plan")
    if indicator.commitment_id:
        return rows.filter(pk=indicator.commitment_id)
    return rows.filter(programme=indicator.programme_id)
