from datetime import date

import pytest

from strategic_areas.headline import Finding, headline
from strategic_areas.progress import Punctuality, Standing
from strategic_areas.states import CommitmentState as State

STANDINGS = [
    Standing(State.FULFILLED, Punctuality.ON_TIME),
    Standing(State.IN_PROGRESS, Punctuality.AT_RISK),
    Standing(State.NO_REPORT, Punctuality.LATE),
    Standing(State.CANCELLED, None),
]
ENDED = date(2020, 12, 31)


def findings(**fields):
    fields = {"ended_on": None, "anyone_reported": True} | fields
    return headline(STANDINGS, **fields).findings


def test_over_and_nobody_are_said_together():
    said = findings(ended_on=ENDED, anyone_reported=False)

    assert said == (Finding.OVER, Finding.NOBODY)


def test_a_plan_that_is_over_is_not_counted_further():
    said = findings(ended_on=ENDED, asked=["A", "B", "C"], reported=["A"])

    assert said == (Finding.OVER,)


def test_nobody_comes_before_too_few():
    said = findings(anyone_reported=False, asked=["A", "B", "C"])

    assert said == (Finding.NOBODY,)


@pytest.mark.parametrize(
    ("reported", "expected"),
    [(["A"], Finding.TOO_FEW), (["A", "B"], Finding.COUNTS)],
)
def test_two_thirds_of_those_asked_are_enough(reported, expected):
    assert findings(asked=["A", "B", "C"], reported=reported) == (expected,)


def test_too_few_names_who_is_missing():
    said = headline(
        STANDINGS,
        ended_on=None,
        anyone_reported=True,
        asked=["A", "B", "C"],
        reported=["B", "stranger"],
    )

    assert (said.asked, said.reported, said.missing) == (3, 1, ("A", "C"))


def test_where_no_round_asked_the_counts_are_told():
    assert findings() == (Finding.COUNTS,)


def test_punctuality_is_told_of_all_that_is_not_finished():
    said = headline(STANDINGS, ended_on=None, anyone_reported=True)

    assert said.counts.total == 4
    assert said.unfinished == 2
    assert said.punctuality == {
        Punctuality.ON_TIME: 0,
        Punctuality.AT_RISK: 1,
        Punctuality.LATE: 1,
        Punctuality.NO_DEADLINE: 0,
    }
