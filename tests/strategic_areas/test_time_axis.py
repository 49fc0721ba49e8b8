from datetime import date

from strategic_areas.charts import time_axis

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
    assert (found.whole.x, found.whole.width) == ("12.4%", "87.6%")
    (span,) = found.spans
    assert (span.x, span.width, span.kind, span.text) == ("25%", "12.4%", "past", "1")
    assert [each.x for each in found.days] == ["37.47%"]
    assert (found.today.x, found.today.kind) == ("50%", "middle")


def test_it_reaches_to_today_after_the_end_and_has_none_before_the_beginning():
    after, before = axis(date(2032, 12, 31)), axis(date(2025, 6, 30))

    assert [each.text for each in (after.years[0], after.years[-1])] == ["2025", "2032"]
    assert after.today.kind == "end"
    assert before.today is None


def test_a_short_span_bears_no_text():
    days = date(2026, 1, 1), date(2026, 1, 20)

    assert axis(PLAN[0], (*days, "past", "1")).spans[0].text == ""
