from datetime import date
from itertools import combinations

import pytest
from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.translation import override

from plan_portal.templatetags.records import tally
from strategic_areas.headline import Answers, Finding, headline
from strategic_areas.progress import Punctuality, Standing
from strategic_areas.states import CommitmentState as State

STANDINGS = [
    Standing(State.FULFILLED, Punctuality.ON_TIME),
    Standing(State.IN_PROGRESS, Punctuality.AT_RISK),
    Standing(State.NO_REPORT, Punctuality.LATE),
    Standing(State.CANCELLED, None),
]
TODAY, ENDED = date(2021, 3, 1), date(2020, 12, 31)
DUE, TO_COME = date(2021, 2, 28), date(2021, 3, 1)
#: The most words of a headline.
MOST_WORDS = 40


def answers(*reported, due_on=DUE, **fields):
    names = {"name_es": "Segundo semestre", "name_en": "Second half-year"}
    return Answers(due_on, ("A", "B", "C"), frozenset(reported), **names, **fields)


def said(standings=STANDINGS, **fields):
    return headline(standings, today=TODAY, **fields)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"ended_on": ENDED, "anyone_reported": False}, ["over", "nobody"]),
        ({"ended_on": ENDED, "answers": answers("A")}, ["over"]),
        ({"ended_on": ENDED, "answers": answers("A", is_final=True)}, ["final"]),
        ({"ended_on": ENDED, "answers": answers(is_final=True)}, ["over"]),
        (
            {
                "ended_on": ENDED,
                "answers": answers(is_final=True, due_on=TO_COME),
            },
            ["final"],
        ),
        ({"anyone_reported": False, "answers": answers()}, ["nobody"]),
        ({"answers": answers("A")}, ["too_few"]),
        ({"answers": answers("A", "B")}, ["counts"]),
        ({}, ["counts"]),
    ],
)
def test_the_first_finding_that_applies_is_chosen(fields, expected):
    assert [str(each) for each in said(**fields).findings] == expected


def test_whoever_has_not_reported_is_missing_and_strangers_do_not_count():
    told = answers("B", "stranger")

    assert (told.heard, told.missing) == (1, ("A", "C"))


def test_nobody_s_report_lacks_before_the_due_date_has_passed():
    assert [said(answers=answers(due_on=day)).is_due for day in (DUE, TO_COME)] == [
        True,
        False,
    ]


def test_punctuality_is_told_of_all_that_is_not_finished():
    found = said()

    assert (found.counts.total, found.unfinished, found.late) == (4, 2, 1)
    assert found.punctuality == {
        Punctuality.ON_TIME: 0,
        Punctuality.AT_RISK: 1,
        Punctuality.LATE: 1,
        Punctuality.NOT_DUE: 0,
        Punctuality.NO_DEADLINE: 0,
    }


def test_it_names_what_is_fulfilled_and_the_states_of_most():
    states = [State.SUSPENDED] * 2 + [State.NO_REPORT] * 3 + [State.FULFILLED]
    states += [State.IN_PROGRESS] * 9

    found = said([Standing(state, None) for state in states])

    assert found.named == (
        (State.FULFILLED, 1),
        (State.IN_PROGRESS, 9),
        (State.NO_REPORT, 3),
    )
    assert found.others == 2


def test_what_failed_is_named_however_few_it_is():
    states = [State.UNFULFILLED, State.FULFILLED]
    states += [State.IN_PROGRESS] * 9 + [State.NO_REPORT] * 3

    found = said([Standing(state, None) for state in states])

    assert found.named == (
        (State.FULFILLED, 1),
        (State.UNFULFILLED, 1),
        (State.IN_PROGRESS, 9),
    )


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("is_reconstructed", [True, False])
def test_no_headline_is_longer_than_forty_words(language, is_reconstructed):
    """Whatever the states that most commitments are in, and whoever has reported."""
    with override(language):
        wordy = sorted(State, key=lambda each: -len(tally([(each, 20)]).split()))
    every = [
        said(
            [Standing(state, Punctuality.LATE) for state in named for _ in range(20)]
            + [Standing(State.CANCELLED, None)],
            **fields,
        )
        for named in combinations(wordy[:5], 3)
        for fields in (
            {"answers": answers("A", "B")},
            {"ended_on": ENDED, "answers": answers("A", is_final=True)},
        )
    ]
    every += [
        said(**fields)
        for fields in (
            {"ended_on": ENDED, "anyone_reported": False},
            {"anyone_reported": False},
            {"answers": answers("A")},
            {"answers": answers("A", due_on=TO_COME)},
        )
    ]
    with override(language):
        texts = [
            strip_tags(
                render_to_string(
                    "_headline.html",
                    {
                        "headline": each,
                        "plan": {"code": "2017-2020"},
                        "is_reconstructed": is_reconstructed,
                        "sources": 79,
                    },
                )
            )
            for each in every
        ]

    assert [text.split() for text in texts if len(text.split()) > MOST_WORDS] == []
    assert min(len(text.split()) for text in texts) > 5
    assert Finding.FINAL in {finding for each in every for finding in each.findings}
