"""Charts of indicators, drawn from published values only."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from operator import attrgetter

from django.utils.text import slugify
from django.utils.translation import gettext as _, gettext_lazy

from strategic_areas import charts
from strategic_areas.date_ranges import days_of_year
from strategic_areas.models import Indicator, Plan
from strategic_areas.queries.figures import indicators, phrases
from strategic_areas.queries.figures.indicators import (
    IndicatorPage,
    IndicatorSeries,
    PublishedBreakdown,
    SeriesPoint,
    ValueDisplay,
)
from strategic_areas.queries.public_rows import value_key
from strategic_areas.views.parameters import ColumnSelection, select_columns

MAX_LINES = 3


@dataclass(frozen=True)
class SeriesChart:
    """
    A chart with its title and the series in it.

    ``rows`` names the dataset, its column and the values that the chart draws.
    """

    picture: charts.SeriesPicture
    title: str
    all_series: tuple[IndicatorSeries, ...]
    name: str = "series"

    @property
    def rows(self) -> tuple[str, str, list[str]]:
        return "values", "indicator", [each.indicator.code for each in self.all_series]

    @property
    def explanations(self) -> list[str]:
        """The meaning of the marks in the chart, for a file without a legend."""
        return [str(text) for mark, text in MARKS.items() if mark in self.picture.marks]


@dataclass(frozen=True)
class ChartTableRow:
    """
    A span in the table next to a chart.

    ``point`` is None without a value. ``other_counts`` pairs other counting bodies with
    their points. ``mark`` is the fragment on the page, numbered if several counted.
    """

    starts_on: date
    ends_on: date
    point: SeriesPoint | None
    other_counts: list[tuple[str, SeriesPoint | None]]
    mark: str


@dataclass(frozen=True)
class BreakdownChart:
    """A breakdown of one value as a bar chart; ``name`` is its id on the page."""

    name: str
    picture: charts.BarChart
    title: str
    breakdown: PublishedBreakdown
    all_series: tuple[IndicatorSeries]

    @property
    def rows(self) -> tuple[str, str, list[str]]:
        prefix = f"{value_key(self.all_series[0].indicator, self.all_series[0].last)}/"
        prefix += f"{self.breakdown.dimension}/"
        groups = ["|".join(each.categories) for each in self.breakdown.cells]
        return "breakdowns", "id", [prefix + each for each in groups]

    @property
    def explanations(self) -> list[str]:
        quoted = dict.fromkeys(
            filter(None, map(phrases.quotation_phrase, self.breakdown.cells))
        )
        return [_("according to %(source)s") % {"source": each} for each in quoted]


def plan_periods() -> list[charts.ChartPeriod]:
    return [
        charts.ChartPeriod(
            plan.starts_on, plan.ends_on, _("plan %(code)s") % {"code": plan.code}
        )
        for plan in Plan.objects.public()
    ]


def chart_values(points: Iterable[SeriesPoint]) -> tuple[charts.ChartValue, ...]:
    return tuple(
        charts.ChartValue(
            each.starts_on,
            each.ends_on,
            each.value,
            phrases.value_text(each),
            is_provisional=each.is_provisional,
            is_break=each.is_break,
        )
        for each in points
        if each.shown is ValueDisplay.VALUE
    )


def small_column_chart(series: IndicatorSeries) -> charts.ColumnChart | None:
    """Small columns of the longest comparable part; None for fewer than two values."""
    drawn = _without_break(
        sorted(chart_values(series.points), key=attrgetter("starts_on"))
    )
    have_overlap = any(
        after.starts_on <= before.ends_on
        for before, after in zip(drawn, drawn[1:], strict=False)
    )
    return charts.draw_columns(drawn) if len(drawn) > 1 and not have_overlap else None


def _without_break(drawn):
    parts = [[]]
    for value in drawn:
        if value.is_break and parts[-1]:
            parts.append([])
        parts[-1].append(value)
    return max(reversed(parts), key=len)


def series_chart(
    series: IndicatorPage, periods: Iterable[charts.ChartPeriod]
) -> SeriesChart | None:
    """
    An indicator's values with comparable series; None if there is nothing to compare.
    """
    if not chart_values(series.points):
        return None
    all_series = (series, *comparable_series(series))
    picture = draw_series(all_series, periods, _levels(series))
    if picture is None:
        return None
    return SeriesChart(
        picture, ". ".join(map(phrases.chart_title, all_series)), all_series
    )


def draw_series(
    all_series: Iterable[IndicatorSeries],
    periods: Iterable[charts.ChartPeriod],
    levels: Iterable[charts.ReferenceLevel] = (),
) -> charts.SeriesPicture | None:
    """Several series in one chart; None for a single value without a target."""
    counts = [
        charts.DataSeries(chart_values(each.points), series_name(each))
        for each in all_series
    ]
    levels = tuple(levels)
    targets = [level for level in levels if level.is_target]
    if sum(len(each.values) for each in counts) + len(targets) < 2:
        return None
    return charts.draw_series(counts, phrases.format_figure, levels, periods)


def comparable_series(series: IndicatorPage) -> tuple[IndicatorSeries, ...]:
    found, names = [], {series_name(series)}
    for other in series.others:
        own, theirs = series.indicator, other.indicator
        if (
            (own.counts, own.unit_es) == (theirs.counts, theirs.unit_es)
            and series_name(other) not in names
            and len(chart_values(other.points)) > 1
        ):
            found.append(other)
            names.add(series_name(other))
    return tuple(found[: MAX_LINES - 1])


def series_name(series: IndicatorSeries) -> str:
    return series.indicator.counted_by or series.indicator.code


MARKS = {
    "provisional": gettext_lazy("What is hollow is provisional."),
    "span": gettext_lazy("A bar is not of a year: it is as long as its period."),
    "break": gettext_lazy(
        "At a dashed upright line, what is counted or who counts changes: do not "
        "compare across it."
    ),
}


def chart_notes(
    chart: SeriesChart | BreakdownChart, all_series: Iterable[IndicatorSeries]
) -> list[str]:
    """
    What a reader of the chart alone must know.

    First the last value of each series with its sources; last, what no chart can show.
    """
    return [
        *(text for series in all_series for text in _last_value_texts(series)),
        *chart.explanations,
        *(text for series in all_series for text in _exception_texts(series)),
        *dict.fromkeys(
            phrases.text_in_language(each.indicator, "caveat") for each in all_series
        ),
        _("That it goes up or down does not say that the plan caused it."),
    ]


def _last_value_texts(series):
    who = _("According to %(who)s") % {"who": phrases.source_phrase(series.last)}
    what = phrases.text_in_language(series.indicator, "name")
    yield f"{what}: {phrases.value_sentence(series, series.last)}. {who}."
    for each in series.last.sources:
        yield ", ".join(filter(None, [each.title, each.publisher]))


def _exception_texts(series):
    for each in series.points:
        text = "" if each.shown is ValueDisplay.VALUE else phrases.value_text(each)
        if each.is_disputed:
            agency = {"agency": each.dispute.agency.acronym_in_language}
            text = _("%(agency)s does not acknowledge it.") % agency
        if text:
            span = phrases.span_heading(
                each.starts_on, each.ends_on, *phrases.precisions_of_days(each)
            )
            yield f"{series_name(series)}, {span}: {text}"


def _levels(series):
    indicator = series.indicator
    if series.has_baseline_of_plan and isinstance(series.baseline, Decimal):
        text = _("baseline %(number)s") % {
            "number": phrases.format_figure(series.baseline)
        }
        days = indicator.baseline_starts_on, indicator.baseline_ends_on
        yield charts.ReferenceLevel(*days, series.baseline, text)
    for target, _attainment in series.targets:
        text = _("target %(number)s") % {"number": phrases.format_figure(target.value)}
        days = target.starts_on, target.ends_on
        yield charts.ReferenceLevel(*days, target.value, text, is_target=True)


def chart_table_rows(
    series: IndicatorPage, others: Iterable[IndicatorSeries]
) -> list[ChartTableRow]:
    """Rows of the table next to a chart: spans with a value and years without one."""
    own_points = _by_span(series)
    others_by_span = [(series_name(each), _by_span(each)) for each in others]
    spans = set(own_points).union(*(points for _name, points in others_by_span))
    spans |= set(map(days_of_year, phrases.missing_years(series.points)))
    return [
        ChartTableRow(
            *span,
            point,
            [(name, points.get(span, [None])[0]) for name, points in others_by_span],
            phrases.value_anchor(*span) + (f"-{number}" if number > 1 else ""),
        )
        for span in sorted(spans, key=lambda span: (span[1], span[0]))
        for number, point in enumerate(own_points.get(span, [None]), start=1)
    ]


def chart_table_columns(table: Iterable[ChartTableRow]) -> ColumnSelection:
    states = [{"state": _state(row.point) if row.point else None} for row in table]
    return select_columns({"state": _("State")}, states)


def _state(point):
    if point.shown is not ValueDisplay.VALUE or point.is_break:
        return point.pk
    return phrases.status_phrase(point)


def _by_span(series):
    found = {}
    for point in series.points:
        found.setdefault((point.starts_on, point.ends_on), []).append(point)
    return found


def breakdown_charts(series: IndicatorPage, point: SeriesPoint) -> list[BreakdownChart]:
    found, span = [], phrases.value_anchor(point.starts_on, point.ends_on)
    for each in point.breakdowns:
        bars = [
            charts.BarValue(
                phrases.text_in_language(cell, "label"),
                cell.value,
                phrases.format_figure(cell.value),
            )
            for cell in each.cells
        ]
        chart_id = slugify(f"{span} {each.dimension}".replace("+", " "))
        title = _("%(name)s %(when)s, by %(dimension)s") % {
            "name": phrases.text_in_language(series.indicator, "name"),
            "when": phrases.span_phrase(
                point.starts_on, point.ends_on, *phrases.precisions_of_days(point)
            ),
            "dimension": phrases.dimension_phrase(each.dimension),
        }
        own = replace(series, points=(point,))
        found.append(
            BreakdownChart(chart_id, charts.draw_bars(bars), title, each, (own,))
        )
    return found


#: Earlier values shown where a key figure cannot be compared.
EARLIER = 3


def key_figures_with_charts() -> list[
    tuple[IndicatorSeries, charts.ColumnChart | None, list[SeriesPoint]]
]:
    """
    The home page's figures, those of survivors first.

    Each has small columns or, if its values cannot be compared, earlier values.
    """
    all_series = sorted(
        indicators.key_figure_series(),
        key=lambda series: series.indicator.goal != Indicator.Goal.RESTORATION,
    )
    return [(series, *_columns_or_earlier(series)) for series in all_series]


def _columns_or_earlier(series):
    if found := small_column_chart(series):
        return found, []
    values = [each for each in series.points if each.shown is ValueDisplay.VALUE]
    earlier = [each for each in values if each.ends_on < series.last.starts_on]
    return None, sorted(earlier, key=attrgetter("ends_on"))[-EARLIER:]
