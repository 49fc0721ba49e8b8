"""The list of indicators, the page of one, and their files."""

from itertools import groupby

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from strategic_areas.public_paths import public_path
from strategic_areas.queries.figures import indicators
from strategic_areas.queries.figures.indicators import ValueDisplay
from strategic_areas.queries.pages import references
from strategic_areas.queries.plan import plans
from strategic_areas.queries.plan.facets import (
    FilterableRecord,
    apply_filters,
    has_unknown_value,
)
from strategic_areas.views import datasets, indicator_pictures
from strategic_areas.views.cards import allow_embedding, allow_framing, with_headers
from strategic_areas.views.drawings import drawing_response
from strategic_areas.views.parameters import (
    build_query,
    filter_field,
    found_or_404,
    mark_uncacheable,
    page_or_404,
    query_values,
    reads_parameters,
    redirect_to_list,
    sort_by_label,
)

#: The list's query parameters in canonical order.
FILTERS = ("area", "agency", "target")
#: Values of filters that are valid even if no indicator has them. ``target=no`` is
#: valid only while some indicator has no target.
ALWAYS_VALID = {"target": ("yes",)}
#: Up to MOST are on one page; longer lists have pages of PER_PAGE.
MOST, PER_PAGE = 64, 30


@reads_parameters(*FILTERS, "page")
def indicator_list(request):
    requested = query_values(request, *FILTERS, "page")
    listed = indicators.indicators_with_filters()
    wanted = {name: word for name, word in requested.items() if name != "page"}
    found, facets = _apply_filters(listed, wanted)
    fields = [
        filter_field(name, facets[name], texts, labels, wanted)
        for name, texts, labels in _fields(listed)
    ]
    chosen = [each for each in fields if each.requested]
    ordered = sorted(found, key=lambda each: _area_key(each.area))
    page = page_or_404(ordered, requested, PER_PAGE if len(listed) > MOST else MOST)
    context = {
        "plan": plans.choose_plan(timezone.localdate()).home_plan,
        "groups": _grouped(indicators.series_of_indicators(page.object_list)),
        "figures": () if wanted else indicator_pictures.key_figures_with_charts(),
        "page": page,
        "found": len(found),
        "total": len(listed),
        "wanted": wanted,
        "fields": [each for each in fields if each.is_useful],
        "chosen": chosen,
        "drop_all_url": build_query(wanted, **dict.fromkeys(FILTERS, "")) or "?",
        "files": datasets.links_to_list_files("indicators", query=build_query(wanted)),
        "page_query": build_query(requested),
        "filter_query": build_query(wanted),
        "is_filtered_or_sorted": bool(wanted),
    }
    return mark_uncacheable(
        render(request, "indicators.html", context),
        when=has_unknown_value(facets, ALWAYS_VALID),
    )


@reads_parameters(*FILTERS)
def indicator_list_file(request, file_format):
    wanted = query_values(request, *FILTERS)
    found, facets = _apply_filters(indicators.indicators_with_filters(), wanted)
    if has_unknown_value(facets, ALWAYS_VALID):
        return redirect_to_list(wanted, "indicators")
    return _file(file_format, _("indicators"), (each.code for each in found))


def _file(file_format, name, codes):
    # Key of a row → its position; if all are equal, the dataset's order stays.
    positions_by_key = dict.fromkeys(codes, 0)
    wanted = {
        "values": ("indicator", positions_by_key),
        "indicators": ("code", positions_by_key),
        "breakdowns": ("indicator", positions_by_key),
    }
    return datasets.list_file_response(file_format, name, wanted, *plans.public_plans())


def indicator_detail(request, code):
    series = found_or_404(indicators.load_indicator_page(code, timezone.localdate()))
    chart = indicator_pictures.series_chart(series, indicator_pictures.plan_periods())
    other_series = chart.all_series[1:] if chart else ()
    table = indicator_pictures.chart_table_rows(series, other_series)
    broken_down = [
        (point, indicator_pictures.breakdown_charts(series, point))
        for point in reversed(series.points)
        if point.breakdowns
    ]
    context = {
        "plan": plans.choose_plan(timezone.localdate()).home_plan,
        "series": series,
        "indicator": series.indicator,
        "last": series.last,
        "before": _before(series),
        "chart": chart,
        "other_counts": [indicator_pictures.series_name(each) for each in other_series],
        "rows": table,
        "columns": indicator_pictures.chart_table_columns(table),
        "broken_down": broken_down,
        "withheld": [point for point in reversed(series.points) if point.withheld],
        "disputed": [point for point in reversed(series.points) if point.dispute],
        "revised": [point for point in reversed(series.points) if point.revisions],
        "others_with_same_days": _others_with_same_days(series),
        "measures": references.targets_measured_by(series.indicator),
        "has_break": _has_break(series),
        "files": datasets.links_to_list_files("indicator", code),
    }
    return render(request, "indicator.html", context)


def indicator_file(request, code, file_format):
    found_or_404(indicators.load_indicator_page(code, timezone.localdate()))
    return _file(file_format, code, [code])


@with_headers(allow_embedding)
def chart_drawing(request, code, name="series"):
    """A chart of an indicator as a file; ``name`` is its id on the page."""
    found = _chart(code, name)
    others = [each.indicator for each in found.all_series[1:]]
    all_series = [
        found.all_series[0],
        *indicators.series_of_indicators(others, in_full=True),
    ]
    notes = indicator_pictures.chart_notes(found, all_series)
    return drawing_response(
        found.picture, found.title, notes, public_path("indicator", code)
    )


def chart_table(request, code, name):
    dataset, column, keys = _chart(code, name).rows
    wanted = {dataset: (column, {key: index for index, key in enumerate(keys)})}
    return datasets.list_file_response(
        "csv", f"{code} {name}", wanted, *plans.public_plans()
    )


def _chart(code, name):
    series = found_or_404(indicators.load_indicator_page(code, timezone.localdate()))
    chart = indicator_pictures.series_chart(series, indicator_pictures.plan_periods())
    bars = (
        each
        for point in series.points
        for each in indicator_pictures.breakdown_charts(series, point)
    )
    found = (each for each in (chart, *bars) if each and each.name == name)
    return found_or_404(next(found, None))


@with_headers(allow_framing)
def indicator_card(request, code):
    """One figure to embed: its last value and its caveats."""
    series = found_or_404(indicators.load_indicator_page(code, timezone.localdate()))
    context = {
        "record": series.indicator,
        "figure": series,
        "last": series.last,
        "before": _before(series),
        "has_break": _has_break(series),
        "page_url": public_path("indicator", code),
    }
    return render(request, "card.html", context)


def _has_break(series):
    return any(point.is_break for point in series.points[1:])


def _before(series):
    has_value = series.last is not None and series.last.shown is ValueDisplay.VALUE
    before = series.before if has_value else None
    return before if before and before.year and series.last.year else None


def _others_with_same_days(series):
    spans = {(each.starts_on, each.ends_on) for each in series.points}
    return [
        (
            other,
            [each for each in other.points if (each.starts_on, each.ends_on) in spans],
        )
        for other in series.others
    ]


def _apply_filters(listed, wanted):
    agencies = [each.agency for each in listed if each.agency]
    slugs = {agency.acronym: agency.slug for agency in agencies}
    items = [FilterableRecord(each, _values(each, slugs)) for each in listed]
    return apply_filters(items, wanted, FILTERS)


def _values(indicator, slugs):
    agencies = {
        indicator.agency and indicator.agency.slug,
        slugs.get(indicator.counted_by),
    }
    return {
        "area": frozenset({indicator.area.slug_es} if indicator.area else ()),
        "agency": frozenset(filter(None, agencies)),
        "target": frozenset({"yes" if indicator.has_target else "no"}),
    }


def _fields(rows):
    areas = {row.area.slug_es: row.area.label for row in rows if row.area}
    agencies = sort_by_label(
        (row.agency.slug, row.agency.name) for row in rows if row.agency
    )
    return (
        (
            "area",
            (_("Area"), _("Any area")),
            [("", slug, label) for slug, label in areas.items()],
        ),
        (
            "agency",
            (_("Agency"), _("Any agency")),
            [("", slug, name) for slug, name in agencies],
        ),
        (
            "target",
            (_("Target"), _("With or without")),
            [("", "yes", _("With a target")), ("", "no", _("Without a target"))],
        ),
    )


def _grouped(all_series):
    key, groups = lambda series: _area_key(series.indicator.area), []
    for _key, rows in groupby(sorted(all_series, key=key), key=key):
        pairs = [
            (series, indicator_pictures.small_column_chart(series)) for series in rows
        ]
        groups.append((pairs[0][0].indicator.area, pairs))
    return groups


def _area_key(area):
    return (0, area.sort_code, area.slug_es) if area else (1, "", "")


#: Chart files: URL name, view and path.
DRAWINGS = (
    ("indicator_drawing", chart_drawing, "<code:code>"),
    ("breakdown_drawing", chart_drawing, "<code:code>/<slug:name>"),
)
