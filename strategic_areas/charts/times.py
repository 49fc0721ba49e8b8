"""A time axis with a plan, its rounds or years, and the rounds' due dates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from strategic_areas.charts.scales import YearScale, em, percent

LABELLED = 8
#: Narrower spans, in percent of the width, have no text.
MIN_TEXT_WIDTH = 3.5
#: Closer to an edge, in percent, a text is not centred.
EDGE = 8


@dataclass(frozen=True)
class AxisSpan:
    """
    A span of the axis; without ``width`` a day or the beginning of a year.

    ``tense`` is past, now or to_come; ``text_anchor`` is only of today's text.
    """

    x: str
    width: str = ""
    middle: str = ""
    tense: str = ""
    text: str = ""
    text_anchor: str = ""


@dataclass(frozen=True)
class TimeAxis:
    """``today`` is None before the first day."""

    plan_span: AxisSpan
    spans: tuple[AxisSpan, ...]
    days: tuple[AxisSpan, ...]
    years: tuple[AxisSpan, ...]
    today: AxisSpan | None
    height: str = em(6.5)


def time_axis(
    plan_span: tuple[date, date],
    spans: Iterable[tuple[date, date, str, str]],
    days: Iterable[date],
    today: date,
) -> TimeAxis:
    """
    The axis of these spans and due dates; ``spans`` are given with tense and text.

    It extends to today, unless nothing has begun.
    """
    spans, days = list(spans), list(days)
    now = [today] if today >= plan_span[0] else []
    all_spans = [plan_span, *(each[:2] for each in spans)]
    years = YearScale.over([*all_spans, *((day, day) for day in (*days, *now))])
    return TimeAxis(
        plan_span=_span(years, *plan_span),
        spans=tuple(_span(years, *each) for each in spans),
        days=tuple(AxisSpan(percent(years.at(day))) for day in days),
        years=tuple(
            AxisSpan(
                percent(years.at(date(year, 1, 1))),
                middle=percent(years.middle(year)),
                text=str(year),
            )
            for year in years.labelled(LABELLED)
        ),
        today=_today(years.at(today)) if now else None,
    )


def _span(years, first, last, tense="", text=""):
    start, end = years.span(first, last)
    shown_text = text if end - start >= MIN_TEXT_WIDTH else ""
    return AxisSpan(
        percent(start),
        percent(end - start),
        percent((start + end) / 2),
        tense,
        shown_text,
    )


def _today(position):
    return AxisSpan(
        percent(position),
        text_anchor="start"
        if position < EDGE
        else "end"
        if position > 100 - EDGE
        else "middle",
    )
