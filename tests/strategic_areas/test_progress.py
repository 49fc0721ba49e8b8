from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given, strategies as st

from strategic_areas.attainment import AttainmentKind, attainment
from strategic_areas.progress import (
    AT_RISK_DAYS,
    AT_RISK_POINTS,
    ActivityReport,
    ActivityState,
    Deadline,
    Declaration,
    ProgressSummary,
    Punctuality,
    activity_state,
    completion_bounds,
    count_states,
    known_state_of,
    punctuality,
    summarise_activity,
    summarise_commitment,
)

DUE = date(2026, 6, 30)
STATED = Deadline(due_on=DUE, due_provenance="plan")

states = st.sampled_from(list(ActivityState))
dates = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def report(execution="in_progress", ends_on=date(2026, 3, 31), **fields):
    return ActivityReport(execution=execution, period_ends_on=ends_on, **fields)


def test_an_activity_without_a_report_has_no_report_and_no_percent():
    standing = summarise_activity([], Deadline(), DUE)

    assert standing == ProgressSummary(
        ActivityState.NO_REPORT, Punctuality.NO_DEADLINE, None
    )


def test_the_state_is_that_of_the_latest_period_whatever_the_order():
    older = report("completed", ends_on=date(2025, 12, 31), revision=9)
    newer = report("suspended", ends_on=date(2026, 3, 31))

    assert activity_state([newer, older]) == ActivityState.SUSPENDED
    assert activity_state([older, newer]) == ActivityState.SUSPENDED


def test_within_a_period_the_later_source_and_then_the_later_revision_stands():
    undated = report("not_started", revision=3)
    dated = report("in_progress", said_on=date(2026, 2, 1), revision=1)
    corrected = report("completed", said_on=date(2026, 2, 1), revision=2)

    assert activity_state([undated, dated]) == ActivityState.IN_PROGRESS
    assert activity_state([corrected, undated, dated]) == ActivityState.COMPLETED


@pytest.mark.parametrize("provenance", ["plan", "amendment", "agency"])
def test_a_due_day_ends_at_midnight(provenance):
    deadline = Deadline(due_on=DUE, due_provenance=provenance)
    day_after = DUE + timedelta(days=1)

    assert punctuality(ActivityState.IN_PROGRESS, deadline, DUE) == Punctuality.AT_RISK
    assert (
        punctuality(ActivityState.IN_PROGRESS, deadline, day_after) == Punctuality.LATE
    )


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ([], Punctuality.NOT_DUE),
        ([report(is_reserved=True)], Punctuality.NOT_DUE),
        ([report()], Punctuality.ON_TIME),
    ],
)
def test_only_what_a_public_report_tells_of_is_on_time(reports, expected):
    today = DUE - timedelta(days=AT_RISK_DAYS + 1)

    activity = summarise_activity(reports, STATED, today)
    works = [(activity, known_state_of(reports, asked=True), reports)]
    commitment = summarise_commitment(works, [], STATED, today, is_stated_by_plan=True)

    assert [activity.punctuality, commitment.punctuality] == [expected, expected]


@pytest.mark.parametrize("provenance", ["plan_period", "press", ""])
def test_nobody_is_late_by_a_date_that_nobody_states(provenance):
    deadline = Deadline(due_on=DUE, due_provenance=provenance)
    years_later = date(2036, 1, 1)

    kept = punctuality(ActivityState.IN_PROGRESS, deadline, years_later)

    assert kept == Punctuality.NO_DEADLINE


@pytest.mark.parametrize(
    ("state", "days_left", "expected"),
    [
        *((state, -1, Punctuality.LATE) for state in ("not_started", "suspended")),
        *((state, -1, Punctuality.LATE) for state in ("no_report", "in_progress")),
        ("cancelled", -1_000, None),
        ("in_progress", AT_RISK_DAYS, Punctuality.AT_RISK),
        ("in_progress", AT_RISK_DAYS + 1, Punctuality.ON_TIME),
    ],
)
def test_what_is_not_done_is_late_after_its_date_and_at_risk_near_it(
    state, days_left, expected
):
    today = DUE - timedelta(days=days_left)

    assert punctuality(ActivityState(state), STATED, today) == expected


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        (50 - AT_RISK_POINTS, Punctuality.AT_RISK),
        (50 - AT_RISK_POINTS + 1, Punctuality.ON_TIME),
        (None, Punctuality.ON_TIME),
    ],
)
def test_a_percent_far_behind_the_time_gone_is_a_risk(percent, expected):
    deadline = Deadline(date(2026, 1, 1), date(2026, 7, 20), "plan")
    halfway = date(2026, 4, 11)

    kept = punctuality(ActivityState.IN_PROGRESS, deadline, halfway, percent)

    assert kept == expected


DAY = timedelta(days=1)
#: Of work that was due within it.
PERIOD = {"period_starts_on": DUE - 60 * DAY, "ends_on": DUE + 30 * DAY}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"ends_on": DUE}, Punctuality.ON_TIME),
        ({"ends_on": DUE + DAY}, Punctuality.FINISHED_LATE),
        (PERIOD, None),
        (PERIOD | {"period_starts_on": DUE + DAY}, Punctuality.FINISHED_LATE),
        (PERIOD | {"said_on": DUE}, Punctuality.ON_TIME),
        (PERIOD | {"said_on": DUE + DAY}, None),
    ],
)
def test_completed_work_stays_on_time_or_late_for_ever_and_is_never_guessed(
    told, expected
):
    done = report("completed", percent=100, **told)

    assert summarise_activity([done], STATED, date(2030, 1, 1)).punctuality == expected


def test_completion_dates_from_the_first_report_of_the_unbroken_last_run():
    reports = [
        report("completed", ends_on=date(2025, 3, 31)),
        report("in_progress", ends_on=date(2025, 6, 30)),
        report("completed", ends_on=date(2025, 9, 30)),
        report("completed", ends_on=date(2025, 12, 31)),
    ]

    assert completion_bounds(reports)[1] == date(2025, 9, 30)
    assert completion_bounds(reports[:2]) is None


def test_a_source_within_the_period_dates_the_completion():
    early = report("completed", said_on=date(2026, 2, 1))
    late = report("completed", said_on=date(2027, 2, 1))

    assert completion_bounds([early])[1] == date(2026, 2, 1)
    assert completion_bounds([late])[1] == date(2026, 3, 31)


def test_a_commitment_declared_reached_in_time_is_on_time():
    declared = [Declaration(result="fulfilled", period_ends_on=DUE)]

    standing = summarise_commitment(
        [], declared, STATED, date(2030, 1, 1), is_stated_by_plan=True
    )

    assert (standing.state, standing.punctuality) == ("fulfilled", Punctuality.ON_TIME)


@given(st.lists(states))
def test_counts_sum_to_their_denominator_in_a_fixed_order(found):
    counts = count_states(found, ActivityState)

    assert sum(number for _, number in counts.by_state) == counts.total == len(found)
    assert [state for state, _ in counts.by_state] == list(ActivityState)
    assert counts[ActivityState.NOT_STARTED] == found.count(ActivityState.NOT_STARTED)


@given(states, dates, dates, st.none() | st.integers(0, 100))
def test_without_a_stated_date_nobody_is_ever_late(state, due_on, today, percent):
    deadline = Deadline(due_on=due_on, due_provenance="plan_period")

    assert punctuality(state, deadline, today, percent) in {
        Punctuality.NO_DEADLINE,
        None,
    }


# How far a target is attained, from published values alone

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
