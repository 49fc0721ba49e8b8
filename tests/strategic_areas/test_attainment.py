"""How far a target is attained, from published values alone."""

from datetime import date
from types import SimpleNamespace

import pytest

from strategic_areas.attainment import AttainmentKind, attainment

TODAY = date(2026, 11, 27)


def over(starts_on, ends_on, value, is_break=False):
    """A target or a value over a span of days."""
    about = {"value": value, "is_break": is_break}
    return SimpleNamespace(starts_on=starts_on, ends_on=ends_on, **about)


def year(number, value, is_break=False, until=None):
    return over(date(number, 1, 1), date(until or number, 12, 31), value, is_break)


def found(aim, *values, direction="increase", aggregation="none"):
    rule = {"direction": direction, "aggregation": aggregation, "today": TODAY}
    return attainment(aim, values, **rule)


AIM = year(2025, 120)


@pytest.mark.parametrize(
    ("aim", "values", "more", "expected"),
    [
        (AIM, [], {}, (AttainmentKind.NO_VALUE, None)),
        (AIM, [year(2024, 130)], {}, (AttainmentKind.NO_VALUE, None)),
        (AIM, [year(2025, None)], {}, (AttainmentKind.PROTECTED, None)),
        (AIM, [year(2025, 120)], {}, (AttainmentKind.MET, 120)),
        (AIM, [year(2025, 30)], {}, (AttainmentKind.MISSED, 30)),
        (
            AIM,
            [year(2025, 30)],
            {"direction": "none"},
            (AttainmentKind.NO_DIRECTION, 30),
        ),
    ],
)
def test_a_target_is_met_or_missed_or_says_what_is_lacking(aim, values, more, expected):
    told = found(aim, *values, **more)

    assert (told.code, told.reached) == expected


def test_less_is_better_where_the_target_is_to_decrease():
    aim = year(2025, 2)

    told = [
        found(aim, year(2025, value), direction="decrease").code for value in (2, 6, 14)
    ]

    assert told == [AttainmentKind.MET, AttainmentKind.MISSED, AttainmentKind.MISSED]


def test_a_sum_takes_what_does_not_overlap_and_waits_for_what_is_missing():
    aim = year(2023, 100, until=2025)
    rows = [year(2023, 30), year(2024, 40)]
    half = over(date(2024, 7, 1), date(2024, 12, 31), 20)

    part = found(aim, *rows, half, aggregation="sum")
    whole = found(aim, *rows, year(2025, 20), aggregation="sum")
    met = found(aim, *rows, year(2025, 40), aggregation="sum")
    broken = found(aim, rows[0], year(2024, 40, True), aggregation="sum")
    hidden = found(aim, *rows, year(2025, None), aggregation="sum")

    assert (part.code, part.reached) == (AttainmentKind.OPEN, 70)
    assert (whole.code, whole.reached) == (AttainmentKind.MISSED, 90)
    assert (met.code, met.reached) == (AttainmentKind.MET, 110)
    assert broken.code is AttainmentKind.NOT_COMPARABLE
    assert (hidden.code, hidden.reached) == (AttainmentKind.PROTECTED, None)


def test_a_sum_that_should_stay_low_is_met_only_when_it_is_whole():
    aim = year(2024, 50, until=2025)
    more = {"direction": "decrease", "aggregation": "sum"}

    part = found(aim, year(2024, 20), **more)
    over = found(aim, year(2024, 60), **more)
    whole = found(aim, year(2024, 20), year(2025, 25), **more)

    assert [each.code for each in (part, over, whole)] == [
        AttainmentKind.OPEN,
        AttainmentKind.MISSED,
        AttainmentKind.MET,
    ]


def test_of_the_last_value_what_ends_latest_counts_and_a_target_ahead_is_open():
    aim = year(2024, 15, until=2030)

    told = found(aim, year(2025, 12), year(2024, 20), aggregation="last")

    assert (told.code, told.reached) == (AttainmentKind.OPEN, 12)
