"""How far a target is attained, from published values alone."""

from datetime import date

import pytest

from strategic_areas.attainment import Aim, Attained, Base, Observed, attainment

TODAY = date(2026, 11, 27)


def year(kind, number, *rest, until=None):
    return kind(date(number, 1, 1), date(until or number, 12, 31), *rest)


def found(aim, *values, direction="increase", aggregation="none", base=None):
    rule = {"direction": direction, "aggregation": aggregation, "today": TODAY}
    return attainment(aim, values, base=base, **rule)


AIM = year(Aim, 2025, 120)


@pytest.mark.parametrize(
    ("aim", "values", "more", "expected"),
    [
        (None, [year(Observed, 2025, 40)], {}, (Attained.NO_TARGET, None, None)),
        (AIM, [], {}, (Attained.NO_VALUE, None, None)),
        (AIM, [year(Observed, 2024, 130)], {}, (Attained.NO_VALUE, None, None)),
        (AIM, [year(Observed, 2025, None)], {}, (Attained.PROTECTED, None, None)),
        (AIM, [year(Observed, 2025, 120)], {}, (Attained.MET, 120, 100)),
        (AIM, [year(Observed, 2025, 30)], {}, (Attained.MISSED, 30, 25)),
        (
            AIM,
            [year(Observed, 2025, 30)],
            {"direction": "none"},
            (Attained.NO_DIRECTION, 30, None),
        ),
    ],
)
def test_a_target_is_met_or_missed_or_says_in_a_word_what_is_lacking(
    aim, values, more, expected
):
    told = found(aim, *values, **more)

    assert (told.code, told.reached, told.percent) == expected


def test_less_is_better_counts_from_the_baseline():
    aim, base = year(Aim, 2025, 2), year(Base, 2014, 10)

    met = found(aim, year(Observed, 2025, 2), direction="decrease", base=base)
    missed = found(aim, year(Observed, 2025, 6), direction="decrease", base=base)
    worse = found(aim, year(Observed, 2025, 14), direction="decrease", base=base)
    unknown = found(aim, year(Observed, 2025, 6), direction="decrease")

    assert [(each.code, each.percent) for each in (met, missed, worse, unknown)] == [
        (Attained.MET, 100),
        (Attained.MISSED, 50),
        (Attained.MISSED, -50),
        (Attained.MISSED, None),
    ]


def test_a_sum_takes_what_does_not_overlap_and_waits_for_what_is_missing():
    aim = year(Aim, 2023, 100, until=2025)
    rows = [year(Observed, 2023, 30), year(Observed, 2024, 40)]
    half = Observed(date(2024, 7, 1), date(2024, 12, 31), 20)

    part = found(aim, *rows, half, aggregation="sum")
    whole = found(aim, *rows, year(Observed, 2025, 20), aggregation="sum")
    met = found(aim, *rows, year(Observed, 2025, 40), aggregation="sum")
    broken = found(aim, rows[0], year(Observed, 2024, 40, True), aggregation="sum")
    hidden = found(aim, *rows, year(Observed, 2025, None), aggregation="sum")

    assert (part.code, part.reached) == (Attained.OPEN, 70)
    assert (whole.code, whole.reached) == (Attained.MISSED, 90)
    assert (met.code, met.reached) == (Attained.MET, 110)
    assert broken.code is Attained.NOT_COMPARABLE
    assert (hidden.code, hidden.reached) == (Attained.PROTECTED, None)


def test_a_sum_that_should_stay_low_is_met_only_when_it_is_whole():
    aim = year(Aim, 2024, 50, until=2025)
    more = {"direction": "decrease", "aggregation": "sum"}

    part = found(aim, year(Observed, 2024, 20), **more)
    over = found(aim, year(Observed, 2024, 60), **more)
    whole = found(aim, year(Observed, 2024, 20), year(Observed, 2025, 25), **more)

    assert [each.code for each in (part, over, whole)] == [
        Attained.OPEN,
        Attained.MISSED,
        Attained.MET,
    ]


def test_of_the_last_value_what_ends_latest_counts_and_a_target_ahead_is_open():
    aim = year(Aim, 2024, 15, until=2030)

    told = found(
        aim, year(Observed, 2025, 12), year(Observed, 2024, 20), aggregation="last"
    )

    assert (told.code, told.reached, told.percent) == (Attained.OPEN, 12, 80)
