"""Datasets of indicators, their values, breakdowns and planned values."""

from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from strategic_areas.attainment import AttainmentKind
from strategic_areas.datasets.columns import (
    ADDRESS,
    CHANGES_WITH_AMENDMENTS,
    IS_DISPUTED,
    CellKind,
    DataColumn,
    Dataset,
    GapReason,
    bilingual,
    gap_reason,
    in_both,
    pair,
    stored_columns,
    with_gap,
)
from strategic_areas.models import Indicator, PublishedCell, PublishedFigure, Target
from strategic_areas.models.figures import Exactness
from strategic_areas.public_paths import public_path
from strategic_areas.queries.figures.indicators import ValueDisplay, target_attainment
from strategic_areas.queries.figures.phrases import (
    ATTAINED,
    dimension_phrase,
    value_anchor,
)
from strategic_areas.queries.public_rows import (
    indicator_row,
    part_row,
    parts_of,
    value_key,
    value_row,
)

SHOWN = {
    ValueDisplay.VALUE: pgettext_lazy("a value", "Published"),
    ValueDisplay.PROTECTED: pgettext_lazy("a value", "Protected"),
    ValueDisplay.WITHDRAWN: pgettext_lazy("a value", "Withdrawn"),
}
PRINTED_BY = DataColumn(
    "printed_by",
    _("Source that printed it (code)"),
    gap=GapReason.NOT_APPLICABLE,
    refers="sources.code",
)

INDICATOR_COLUMNS = (
    *stored_columns(
        Indicator, "code", "name", "unit", "counts", "sensitive", "national"
    ),
    *stored_columns(
        Indicator, "family", "dimension", "goal", gap=GapReason.NOT_APPLICABLE
    ),
    *stored_columns(Indicator, "key_figure"),
    DataColumn("introduced_by", _("Introduced by the plan (code)")),
    DataColumn(
        "area",
        _("Strategic area (code)"),
        gap=GapReason.NOT_APPLICABLE,
        refers="areas.code",
    ),
    DataColumn(
        "commitment",
        _("Commitment (code)"),
        gap=GapReason.NOT_APPLICABLE,
        refers="commitments.code",
    ),
    DataColumn(
        "agency",
        _("Agency (code)"),
        gap=GapReason.NOT_APPLICABLE,
        refers="agencies.code",
    ),
    *stored_columns(Indicator, "counted_by", gap=GapReason.NOT_APPLICABLE),
    *stored_columns(Indicator, "frequency", "direction", "aggregation"),
    *stored_columns(Indicator, "definition", "caveat", "means_of_verification"),
    *with_gap(DataColumn("baseline_value", _("Baseline"), CellKind.NUMBER)),
    *stored_columns(
        Indicator,
        "baseline_starts_on",
        "baseline_ends_on",
        gap=GapReason.NOT_APPLICABLE,
    ),
    DataColumn("values", _("Values"), CellKind.INTEGER),
    *stored_columns(Indicator, "note"),
    ADDRESS,
)


def indicators(reading):
    """Each indicator with its area and commitment in this plan."""
    code_of_commitment = {
        row.commitment.pk: row.commitment.code for row in reading.plan_progress.rows
    }
    for line in reading.indicators:
        columns, indicator = indicator_row(line), line.indicator
        is_protected = "baseline_value" in columns["protected"]
        yield {
            **columns,
            "area": indicator.area.code
            if indicator.area and indicator.area.plan == reading.plan
            else None,
            "commitment": code_of_commitment.get(indicator.commitment_id),
            "agency": indicator.agency and indicator.agency.slug,
            "baseline_value_gap": gap_reason(columns["baseline_value"], is_protected),
            "values": len(line.points),
            "address": _page(indicator),
        }


def _page(indicator, mark=""):
    path = public_path("indicator", indicator.code, language="es")
    return settings.SITE_URL + path + (mark and f"#{mark}")


VALUE_COLUMNS = (
    DataColumn("id", _("Indicator, days and who counted")),
    DataColumn("indicator", _("Indicator (code)"), refers="indicators.code"),
    *stored_columns(PublishedFigure, "starts_on", "ends_on"),
    *stored_columns(
        PublishedFigure,
        "starts_exact_to",
        "ends_exact_to",
        gap=GapReason.NOT_APPLICABLE,
    ),
    *stored_columns(PublishedFigure, "counted_by", gap=GapReason.NOT_APPLICABLE),
    *bilingual(DataColumn("who", _("Who counted"), gap=GapReason.NOT_REPORTED)),
    DataColumn("shown", _("What is shown"), CellKind.CODE, codes=SHOWN),
    *with_gap(DataColumn("value", _("Value"), CellKind.NUMBER)),
    DataColumn(
        "exactness",
        _("How exact the number is"),
        CellKind.CODE,
        GapReason.NOT_APPLICABLE,
        codes=dict(Exactness.choices),
    ),
    *stored_columns(PublishedFigure, "status", gap=GapReason.NOT_APPLICABLE),
    DataColumn(
        "differs", _("A later count differs by less than ten"), CellKind.BOOLEAN
    ),
    DataColumn(
        "is_break",
        _("Breaks the series"),
        CellKind.BOOLEAN,
        about=_("Not to be compared with the values before it."),
    ),
    *stored_columns(PublishedFigure, "provenance"),
    *bilingual(DataColumn("caption", _("Caption"), gap=GapReason.NOT_REPORTED)),
    *bilingual(DataColumn("note", _("Note"), gap=GapReason.NOT_REPORTED)),
    *stored_columns(PublishedFigure, "printed_where", gap=GapReason.NOT_APPLICABLE),
    PRINTED_BY,
    DataColumn(
        "revisions",
        _("Earlier values that it revised"),
        CellKind.INTEGER,
        GapReason.NOT_APPLICABLE,
    ),
    IS_DISPUTED,
    ADDRESS,
)


def values(reading):
    for line, point in _points(reading):
        columns, is_public = value_row(point), point.shown is ValueDisplay.VALUE
        is_protected = point.shown is ValueDisplay.PROTECTED
        yield {
            **columns,
            "id": value_key(line.indicator, point),
            "indicator": line.indicator.code,
            **pair(point, "who"),
            "value_gap": gap_reason(
                columns["value"], is_protected, GapReason.NOT_APPLICABLE
            ),
            "exactness": columns["exactness"] if is_public else None,
            "printed_by": point.printed_by and point.printed_by.whole_key,
            "revisions": len(columns["earlier"]) if is_public else None,
            "address": _page(
                line.indicator, value_anchor(point.starts_on, point.ends_on)
            ),
        }


def _points(reading):
    return ((line, point) for line in reading.indicators for point in line.points)


BREAKDOWN_COLUMNS = (
    DataColumn("id", _("Value, breakdown and group")),
    DataColumn("value_id", _("The value of which it is a part"), refers="values.id"),
    DataColumn("indicator", _("Indicator (code)"), refers="indicators.code"),
    DataColumn(
        "dimension",
        _("Breakdown (code)"),
        about=_("Of a crossed breakdown all its codes, joined by “+”."),
    ),
    *bilingual(DataColumn("dimension_name", _("What the breakdown distinguishes"))),
    DataColumn(
        "group",
        _("Group (code)"),
        gap=GapReason.PROTECTED,
        about=_("Of a group of several categories all their codes, joined by “|”."),
    ),
    *bilingual(DataColumn("label", _("Group"), gap=GapReason.PROTECTED)),
    DataColumn(
        "value",
        _("Value"),
        CellKind.NUMBER,
        GapReason.PROTECTED,
        about=_("Empty if the whole breakdown is not published."),
    ),
    PRINTED_BY,
    *stored_columns(PublishedCell, "printed_where", gap=GapReason.NOT_APPLICABLE),
)


def breakdowns(reading):
    """Each number of a breakdown, and one empty row for each withheld breakdown."""
    empty = dict.fromkeys(each.name for each in BREAKDOWN_COLUMNS)
    for line, point in _points(reading):
        about = {
            "value_id": value_key(line.indicator, point),
            "indicator": line.indicator.code,
        }
        for name in point.withheld:
            key = f"{about['value_id']}/{name}"
            yield {**empty, **about, "id": key, **_dimension_columns(name)}
        for key, breakdown, cell in parts_of(about["value_id"], point):
            yield {
                **part_row(breakdown, cell),
                **about,
                **_dimension_columns(breakdown.dimension),
                **pair(cell, "printed_where"),
                "printed_by": cell.printed_by and cell.printed_by.whole_key,
                "id": key,
                "group": "|".join(cell.categories),
            }


def _dimension_columns(code):
    words = in_both(lazy(dimension_phrase, str)(code))
    names = {f"dimension_name_{language}": word for language, word in words.items()}
    return {"dimension": code, **names}


PLANNED_VALUE_COLUMNS = (
    DataColumn("indicator", _("Indicator (code)"), refers="indicators.code"),
    *stored_columns(Target, "starts_on", "ends_on", "value", "provenance"),
    DataColumn("attained", _("Whether it is reached"), CellKind.CODE, codes=ATTAINED),
    *with_gap(DataColumn("reached", _("Value held against it"), CellKind.NUMBER)),
)


def planned_values(reading):
    lines = {line.indicator.pk: line for line in reading.indicators}
    rows = Target.objects.filter(plan=reading.plan, indicator__in=lines)
    for aim in rows.order_by("indicator__sort_code", "starts_on", "ends_on"):
        found = target_attainment(aim, lines[aim.indicator_id], reading.day)
        is_protected = found.code == AttainmentKind.PROTECTED
        # The reported values are not comparable with the target.
        otherwise = GapReason.NOT_APPLICABLE
        if found.code == AttainmentKind.NO_VALUE:
            is_due = aim.ends_on < reading.day
            otherwise = GapReason.NOT_REPORTED if is_due else GapReason.NOT_DUE
        yield {
            **vars(aim),
            "indicator": lines[aim.indicator_id].indicator.code,
            "attained": found.code,
            "reached": found.reached,
            "reached_gap": gap_reason(found.reached, is_protected, otherwise),
        }


EACH_VALUE = pgettext_lazy("how often it changes", "With each published value")
DATASETS = (
    Dataset(
        "indicators",
        _("Indicators"),
        _("something that is measured, and who counts it"),
        CHANGES_WITH_AMENDMENTS,
        INDICATOR_COLUMNS,
        ("code",),
        indicators,
    ),
    Dataset(
        "values",
        _("Values of indicators"),
        _("a value over a span of days"),
        EACH_VALUE,
        VALUE_COLUMNS,
        ("id",),
        values,
    ),
    Dataset(
        "breakdowns",
        _("Breakdowns of values"),
        _("a part of a value, such as that of girls"),
        EACH_VALUE,
        BREAKDOWN_COLUMNS,
        ("id",),
        breakdowns,
    ),
    Dataset(
        "planned_values",
        _("Values that the plan sets"),
        _("a value that the plan sets for an indicator"),
        CHANGES_WITH_AMENDMENTS,
        PLANNED_VALUE_COLUMNS,
        ("indicator", "starts_on", "ends_on"),
        planned_values,
    ),
)
