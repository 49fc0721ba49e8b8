from datetime import date

import pytest
from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.translation import override

from strategic_areas.commitment_states import CommitmentState as State
from strategic_areas.headline import HeadlineKind, RoundAnswers, headline_of
from strategic_areas.progress import ProgressSummary, Punctuality

STANDINGS = [
    ProgressSummary(State.FULFILLED, Punctuality.ON_TIME),
    ProgressSummary(State.IN_PROGRESS, Punctuality.AT_RISK),
    ProgressSummary(State.NO_REPORT, Punctuality.LATE),
    ProgressSummary(State.CANCELLED, None),
]
TODAY, ENDED = date(2021, 3, 1), date(2020, 12, 31)
DUE, TO_COME = date(2021, 2, 28), date(2021, 3, 1)
#: The most words of a headline, and of one that tells of every family.
MOST_WORDS, MOST_WITH_SUMS = 40, 44


def answers(*reported, due_on=DUE, **fields):
    names = {"name_es": "Segundo semestre", "name_en": "Second half-year"}
    return RoundAnswers(due_on, ("A", "B", "C"), frozenset(reported), **names, **fields)


def said(standings=STANDINGS, **fields):
    return headline_of(standings, today=TODAY, **fields)


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


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("is_reconstructed", [True, False])
def test_a_headline_is_short_with_or_without_sums(language, is_reconstructed):
    """With commitments in every family, and whoever has reported."""
    whole = [
        ProgressSummary(state, Punctuality.LATE) for state in State for _ in range(20)
    ]
    every = [
        said(whole, answers=answers("A", "B")),
        said(whole, ended_on=ENDED, answers=answers("A", is_final=True)),
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

    sums, final, *others = [len(text.split()) for text in texts]
    assert (sums <= MOST_WITH_SUMS, final <= MOST_WITH_SUMS + 12) == (True, True)
    assert min(others) > 5
    assert max(others) <= MOST_WORDS
    assert {HeadlineKind.COUNTS, HeadlineKind.FINAL} < {
        finding for each in every for finding in each.findings
    }
