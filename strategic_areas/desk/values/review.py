"""
What a reviewer reads of values before publishing them, and each value's receipt.
"""

from django.db import DatabaseError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from agencies.access import RefusedError
from agencies.decisions import Outdated
from strategic_areas.addresses import address
from strategic_areas.desk.changes import decisions
from strategic_areas.desk.changes.pages import hide_url
from strategic_areas.desk.changes.protection import in_lines
from strategic_areas.desk.screens import screen
from strategic_areas.desk.values.forms import DIMENSIONS, categories_of, last_told
from strategic_areas.figures.reporting import VALUES
from strategic_areas.models import Commitment, Indicator, PublishedFigure
from strategic_areas.models.letters import digest
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
from strategic_areas.workflow import guard


class PublishForm(decisions.ApproveForm):
    button = gettext_lazy("Publish")


class ReturnForm(decisions.DeclineForm):
    button = gettext_lazy("Return to the agency")


def value(request, pk):
    if not VALUES.decides(request.user):
        raise Http404
    rows = ReportedValue.objects.visible_to(request.user)
    found = get_object_or_404(
        rows.select_related("proposed_by", "decided_by", "revises"), pk=pk
    )
    examined = guard.examined_texts(found, ("note", "why"))
    steps = decisions.open_forms(
        request,
        VALUES,
        found,
        PublishForm,
        ReturnForm,
        examined=examined,
    )
    if decisions.take_pressed_step(request, VALUES, found, steps):
        return redirect("admin:index")
    return screen(
        request,
        "desk/value.html",
        **facts(found),
        last=last_told(found.indicator),
        examined=examined,
        steps=steps,
        why_not=VALUES.why_not(request.user, found),
        preview=preview([found], by=request.user) if found.is_waiting else None,
        hides=_hides(request.user, found),
    )


def _hides(user, reported):
    """Where the figure is taken away that tells the value now; "" if none does."""
    told = Publication.objects.filter(measurement=reported.measurement_id)
    figure = PublishedFigure.objects.public().filter(pk__in=told.values("figure"))
    if (found := figure.first()) and may_hide(user, found):
        return hide_url(PublishedFigure, found.pk)
    return ""


def facts(reported):
    """What was handed in, with its parts in words."""
    words = categories_of(reported.indicator)
    parts = [
        (
            DIMENSIONS[dimension],
            [
                (words.get(dimension, {}).get(code, code), number)
                for code, number in numbers.items()
            ],
        )
        for dimension, numbers in reported.parts.items()
    ]
    return {"reported": reported, "parts": parts}


@require_safe
def value_receipt(request, pk):
    rows = ReportedValue.objects.visible_to(request.user)
    found = get_object_or_404(rows.select_related("proposed_by", "revises"), pk=pk)
    return screen(
        request,
        "desk/value_receipt.html",
        **facts(found),
        sha256=digest(content(found)),
    )


def content(reported):
    """What was handed in, as its fingerprint covers it."""
    return {
        "indicator": reported.indicator.code,
        "agency": reported.agency.acronym,
        "starts_on": reported.starts_on.isoformat(),
        "ends_on": reported.ends_on.isoformat(),
        "value": format(reported.value.normalize(), "f"),
        "certainty": reported.certainty,
        "parts": reported.parts,
        "printed_where": reported.printed_where,
        "note": reported.note,
        "why": reported.why,
        "handed_in_by": reported.proposed_by.username,
        "handed_in_at": reported.proposed_at.isoformat(),
    }


def preview(values, *, by):
    """
    What the public will read once these values are published together.

    None where they cannot be. Each of ``indicators`` tells its own; ``lines`` are all
    that changes in public, of whatever indicator.
    """
    about = list({each.indicator_id: each.indicator for each in values}.values())
    keys = concerned([(Indicator, each.pk) for each in about])
    rows = public_rows(keys)
    before = _lines(about)
    try:
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
    except (Outdated, RefusedError, DatabaseError):
        return None


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
