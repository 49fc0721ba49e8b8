"""The geometry of pictures of figures, and what a picture weighs."""

from datetime import date
from decimal import Decimal
from gzip import compress
from itertools import combinations

import pytest
from django.template.loader import render_to_string
from hypothesis import given, strategies as st

from strategic_areas import charts
from strategic_areas.charts import scales, time_axis
from strategic_areas.charts.series import (
    ABOVE,
    NARROW,
    PLOT,
    WIDE,
    ChartLayout,
    place_labels,
    wanted_labels,
)


def value(start, number, end=None, **known):
    if end is None:
        days = date(start, 1, 1), date(start, 12, 31)
    else:
        days = date(*start, 1), date(*end, 28)
    number = Decimal(str(number))
    return charts.ChartValue(*days, number, f"{number:,}", **known)


def line(*values, name=""):
    return charts.DataSeries(values, name)


def drawn(*lines, **other):
    return charts.draw_series(lines, lambda tick: f"{tick:,f}", **other)


PGR = line(
    *(value(2015 + n, number) for n, number in enumerate((15, 25, 17, 11, 26, 63))),
    name="PGR",
)
POLICE = line(
    value(2017, 83),
    value(2018, 45, is_break=True),
    value(2019, 35),
    value(2020, 44),
    name="PN",
)
#: A series as full as one of a hundred years may be.
CENTURY = line(*(value(1926 + n, (n * 37) % 1000) for n in range(100)))


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([83], "0 20 40 60 80 100"),
        ([229], "0 50 100 150 200 250"),
        ([3], "0 1 2 3"),
        ([0], "0 1"),
        ([], "0 1"),
        ([43563], "0 10000 20000 30000 40000 50000"),
        ([1110], "0 250 500 750 1000 1250"),
        (["2.2", 10], "0 2 4 6 8 10"),
        (["0.5"], "0 0.1 0.2 0.3 0.4 0.5"),
        ([-12, 30], "-20 -10 0 10 20 30"),
    ],
)
def test_ticks_are_round(numbers, expected):
    assert " ".join(map(str, scales.ticks(map(Decimal, numbers)))) == expected


NUMBERS = st.decimals(-(10**9), 10**9, places=3)


@given(st.lists(NUMBERS, min_size=1))
def test_ticks_cover_every_number_at_even_distances(numbers):
    found = scales.ticks(numbers)

    assert found[0] <= min(numbers)
    assert max(numbers) <= found[-1]
    assert 0 in found
    assert 2 <= len(found) <= 6
    assert len({b - a for a, b in zip(found, found[1:], strict=False)}) == 1


def test_years_share_the_width_evenly():
    years = scales.YearScale(2015, 2020)

    assert years.middle(2015) == pytest.approx(100 / 12)
    assert years.at(date(2017, 1, 1)) == pytest.approx(100 / 3)
    assert years.span(date(2017, 1, 1), date(2020, 12, 31)) == (
        pytest.approx(100 / 3),
        100,
    )
    assert years.span(date(2021, 1, 1), date(2021, 12, 31)) is None
    assert scales.YearScale(2003, 2025).labelled(16)[-3:] == [2021, 2023, 2025]


def test_a_line_leads_from_each_year_to_the_next():
    (only,) = drawn(PGR).lines

    assert [(s.x1, s.x2) for s in only.segments] == [
        ("8.33%", "25%"),
        ("25%", "41.67%"),
        ("41.67%", "58.33%"),
        ("58.33%", "75%"),
        ("75%", "91.67%"),
    ]
    # 63 of 80, the highest tick, is that much above the floor of the plot.
    assert only.points[-1].y == scales.em(ABOVE + PLOT * (1 - 63 / 80))


@pytest.mark.parametrize(
    ("last", "is_joined"),
    [
        (value(2020, 5), True),
        (value(2020, 5, is_break=True), False),
        (value(2021, 5), False),
        (value((2020, 1), 5, (2020, 6)), False),
    ],
    ids=["next year", "break", "gap", "half a year"],
)
def test_no_line_leads_over_a_break_a_gap_or_to_a_span(last, is_joined):
    (only,) = drawn(line(value(2019, 9), last)).lines

    assert bool(only.segments) is is_joined


def test_a_break_is_marked_where_the_other_count_begins():
    _pgr, police = drawn(PGR, POLICE).lines

    assert police.breaks == ("50%",)
    assert len(police.segments) == 2


def test_what_is_no_year_is_as_long_as_its_span():
    half = charts.ChartValue(date(2020, 1, 1), date(2020, 6, 30), Decimal(7), "7")
    (only,) = drawn(line(half, value(2021, 9))).lines

    (span,) = only.spans
    assert (span.x, span.width) == ("0%", scales.percent(50 * 182 / 366))
    assert [point.x for point in only.points] == ["75%"]


def test_provisional_values_are_told_apart():
    picture = drawn(line(value(2019, 9), value(2020, 5, is_provisional=True)))

    assert [p.is_provisional for p in picture.lines[0].points] == [False, True]
    assert picture.marks == {"confirmed", "provisional"}


def test_a_target_stands_over_its_span_and_a_baseline_over_what_follows():
    levels = [
        charts.ReferenceLevel(
            date(2016, 1, 1), date(2016, 12, 31), Decimal(25), "base 25"
        ),
        charts.ReferenceLevel(
            date(2019, 1, 1), date(2020, 12, 31), Decimal(80), "goal 80", is_target=True
        ),
    ]

    picture = drawn(PGR, levels=levels)

    baseline, target = picture.levels
    assert (baseline.x1, baseline.x2) == ("25%", "100%")
    assert (target.x1, target.x2, target.y) == ("66.67%", "100%", "3em")
    told = {label.text for label in picture.labels}
    assert {"base 25", "goal 80"} <= told


def test_the_time_of_a_plan_is_shaded_as_far_as_the_picture_shows_it():
    periods = [
        charts.ChartPeriod(date(2017, 1, 1), date(2020, 12, 31), "plan 2017-2020"),
        charts.ChartPeriod(date(2025, 1, 1), date(2028, 12, 31), "plan 2025-2028"),
    ]

    (band,) = drawn(PGR, periods=periods).bands

    assert (band.x, band.width, band.text) == ("33.33%", "66.67%", "plan 2017-2020")


def test_a_name_stands_at_each_line_only_where_there_are_several():
    def names(*lines):
        return [
            label.text for label in drawn(*lines).labels if label.css_class == "name"
        ]

    assert names(PGR, POLICE) == ["PGR", "PN"]
    assert names(PGR) == []


def test_nothing_is_drawn_of_nothing():
    assert drawn() is None
    assert drawn(line()) is None
    assert charts.draw_columns([]) is None


SERIES = st.lists(
    st.dictionaries(
        st.integers(2003, 2026), st.integers(0, 5000), min_size=1, max_size=20
    ),
    min_size=1,
    max_size=3,
)


@given(SERIES)
def test_texts_never_cover_each_other(counts):
    layout = ChartLayout(
        tuple(
            line(*(value(year, number) for year, number in count.items()), name=name)
            for count, name in zip(counts, ("PGR", "PN", "CITIM"), strict=False)
        ),
        (),
    )

    texts = [
        (found, is_needed)
        for found, is_needed in zip(
            place_labels(layout), wanted_labels(layout), strict=True
        )
        if found
    ]

    for (one, (_b, is_needed)), (other, (_c, needs)) in combinations(texts, 2):
        if not (is_needed and needs):
            on_telephones = not (
                one.is_on_wide_screens_only or other.is_on_wide_screens_only
            )
            assert not one.box.meets(other.box, WIDE)
            assert not (on_telephones and one.box.meets(other.box, NARROW))


def test_the_last_value_is_always_written():
    for each in (PGR, CENTURY):
        (label,) = [label for label in drawn(each).labels if label.css_class == "last"]
        assert label.text == each.values[-1].text


def test_bars_end_at_their_share_of_the_longest():
    parts = [
        charts.BarValue("Women", Decimal(18), "18"),
        charts.BarValue("Girls and boys", Decimal(36), "36"),
        charts.BarValue("Men", Decimal(0), "0"),
    ]

    picture = charts.draw_bars(parts)

    assert [bar.width for bar in picture.rows] == ["50%", "100%", "0%"]
    assert picture.height == "9em"
    assert (
        charts.draw_bars([charts.BarValue("None", Decimal(0), "0")]).rows[0].width
        == "0%"
    )


def test_a_column_is_as_long_as_its_span_and_a_missing_year_empty():
    picture = charts.draw_columns(
        [value(2017, 50), value(2020, 100, is_provisional=True)]
    )

    first, last = picture.columns
    assert (first.x, first.width, first.height) == ("3.8%", "17.5%", "1.5em")
    assert (last.x, last.y, last.is_provisional) == ("78.8%", "0em", True)
    assert (picture.first, picture.last) == (2017, 2020)


def test_a_small_number_is_seen_and_zero_is_not():
    picture = charts.draw_columns([value(2018, 0), value(2019, 1), value(2020, 9000)])

    assert [c.height for c in picture.columns] == ["0em", "0.1em", "3em"]


def weight(template, **context):
    return len(compress(render_to_string(f"charts/{template}", context).encode()))


def test_a_picture_weighs_at_most_6_kilobytes():
    periods = [
        charts.ChartPeriod(date(2017, 1, 1), date(2020, 12, 31), "plan 2017-2020")
    ]
    for picture in (
        drawn(PGR, POLICE, periods=periods),
        drawn(CENTURY, CENTURY, CENTURY),
    ):
        size = weight("series.html", picture=picture, title="A title", name="a")
        assert size <= 6 * 1024


def test_small_columns_weigh_at_most_400_bytes():
    ten = [value(2015 + n, 15 + n * 17, is_provisional=n > 5) for n in range(10)]

    assert weight("columns.html", picture=charts.draw_columns(ten)) <= 400


def test_texts_in_a_picture_are_text_and_do_nothing():
    picture = drawn(line(value(2019, 9), name="<b>"), line(value(2019, 3), name="x"))

    html = render_to_string(
        "charts/series.html", {"picture": picture, "title": "<i>", "name": "a"}
    )

    assert "<b>" not in html
    assert "<i>" not in html
    assert "&lt;b&gt;" in html
    assert "style=" not in html
    assert "<script" not in html


def test_a_file_is_high_enough_for_long_texts():
    short = charts.chart_file(drawn(PGR), "Title", ["Note"])
    long = charts.chart_file(drawn(PGR), "Title " * 40, ["Note"])

    assert long.height - short.height == 20 * (len(long.title) - 1)
    assert len(long.title) > 1
    assert long.note[-1][0] < long.height


def test_bars_in_a_file_have_room_for_their_numbers():
    bars = charts.draw_bars([charts.BarValue("Women", Decimal(18), "18")] * 3)

    file = charts.chart_file(bars, "Title", ["Note"])

    assert file.kind == "bars"
    assert file.left + file.plot < file.width
    assert file.height > 3 * 3 * 14


# The axis of time

PLAN = date(2025, 7, 1), date(2028, 12, 31)


def axis(today, *spans, days=()):
    return time_axis(PLAN, spans, days, today)


def test_everything_stands_at_its_true_place():
    half = date(2026, 1, 1), date(2026, 6, 30)

    found = axis(date(2027, 1, 1), (*half, "past", "1"), days=[date(2026, 7, 2)])

    assert [(each.text, each.x) for each in found.years] == [
        ("2025", "0%"),
        ("2026", "25%"),
        ("2027", "50%"),
        ("2028", "75%"),
    ]
    assert (found.plan_span.x, found.plan_span.width) == ("12.4%", "87.6%")
    (span,) = found.spans
    assert (span.x, span.width, span.tense, span.text) == ("25%", "12.4%", "past", "1")
    assert [each.x for each in found.days] == ["37.47%"]
    assert (found.today.x, found.today.text_anchor) == ("50%", "middle")


def test_it_reaches_to_today_after_the_end_and_has_none_before_the_beginning():
    after, before = axis(date(2032, 12, 31)), axis(date(2025, 6, 30))

    assert [each.text for each in (after.years[0], after.years[-1])] == ["2025", "2032"]
    assert after.today.text_anchor == "end"
    assert before.today is None


def test_a_short_span_bears_no_text():
    days = date(2026, 1, 1), date(2026, 1, 20)

    assert axis(PLAN[0], (*days, "past", "1")).spans[0].text == ""
