import re
from collections import Counter
from datetime import date
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.translation import override
from hypothesis import given, strategies as st

from strategic_areas.commitment_states import CommitmentState, CommitmentState as State
from strategic_areas.count_sentences import (
    NUMBERS,
    family_counts_text,
    late_commitments_text,
    open_commitments_text,
    spell_number,
)
from strategic_areas.headline import HeadlineKind, RoundAnswers, headline_of
from strategic_areas.progress import ProgressSummary, Punctuality, count_states

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
            {"ended_on": ENDED, "answers": answers(is_final=True, due_on=TO_COME)},
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

    assert (told.reported_count, told.missing) == (1, ("A", "C"))


def test_nobody_s_report_lacks_before_the_due_date_has_passed():
    assert [
        said(answers=answers(due_on=day)).is_past_due for day in (DUE, TO_COME)
    ] == [True, False]


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
                        "source_count": 79,
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


# The sentences that tell how many commitments are in each family


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({}, ""),
        ({"fulfilled": 1}, "El único compromiso: cumplido."),
        ({"no_report": 20, "not_asked": 4}, "Los 24 compromisos: sin noticias."),
        (
            {"fulfilled": 1, "in_progress": 1},
            "De dos compromisos, uno se cumplió y uno está en marcha.",
        ),
        (
            {"in_progress": 13, "no_report": 2, "in_review": 1},
            "De 16 compromisos, 13 están en marcha, dos sin noticias y uno con reporte "
            "sin publicar.",
        ),
        (
            {"suspended": 2, "not_started": 3, "no_report": 1, "in_review": 1},
            "De siete compromisos, dos están frenados o cancelados, tres sin comenzar, "
            "uno sin noticias y uno con reporte sin publicar.",
        ),
        (
            {"fulfilled": 10, "left_in_progress": 4, "kept_up": 2},
            "De 16 compromisos, diez se cumplieron y seis quedaron en marcha.",
        ),
        (
            {
                **{"fulfilled": 3, "in_part": 1, "unfulfilled": 1, "carried_over": 1},
                **{"in_progress": 6, "begun": 2, "suspended": 2, "cancelled": 1},
                **{"not_started": 2, "no_report": 3, "in_review": 1, "reserved": 1},
            },
            "De 24 compromisos, tres se cumplieron y ocho están en marcha. "
            "De los otros 13, tres no se cumplieron o solo en parte, tres están "
            "frenados o cancelados, dos sin comenzar, tres sin noticias y dos con "
            "reporte sin publicar.",
        ),
    ],
)
def test_a_sentence_for_what_is_met_and_goes_on_and_one_for_the_others(numbers, said):
    states = (CommitmentState(s) for s, n in numbers.items() for _ in range(n))

    with override("es"):
        assert family_counts_text(count_states(states)) == said


@given(st.lists(st.sampled_from(list(CommitmentState)), min_size=2))
def test_what_it_says_sums_to_the_whole(states):
    with override("en"):
        values = {str(word): number for number, word in enumerate(NUMBERS, start=1)}
        words = re.findall(
            r"[a-z]+|\d+", family_counts_text(count_states(states)).lower()
        )
    told = [values.get(w) or int(w) for w in words if w in values or w.isdigit()]

    total, *parts = told
    if "other" in words:
        before = words[: words.index("other")]
        first = sum(w in values or w.isdigit() for w in before) - 1
        assert parts[first] == sum(parts[first + 1 :])
        del parts[first]
    assert total == len(states)
    assert sum(parts) in {total, 0}


def test_numbers_are_written_out_up_to_twelve_and_none_is_late_without_a_word():
    with override("es"):
        assert [spell_number(n) for n in (0, 1, 12, 13)] == ["0", "uno", "doce", "13"]
        assert [late_commitments_text(n) for n in (0, 1, 2, 13)] == [
            "",
            "Uno va con atraso.",
            "Dos van con atraso.",
            "13 van con atraso.",
        ]


@pytest.mark.parametrize(
    ("kept", "spanish", "english"),
    [
        ({}, "", ""),
        (
            {"on_time": 6},
            "Seis siguen abiertos; ninguno ha vencido.",
            "Six are still open; none is overdue.",
        ),
        (
            {"on_time": 1},
            "Uno sigue abierto; no ha vencido.",
            "One is still open; it is not overdue.",
        ),
        (
            {"on_time": 9, "at_risk": 1, "late": 2, "no_deadline": 1},
            "13 siguen abiertos; dos han vencido, uno tiene alerta de retraso y uno no "
            "tiene plazo conocido.",
            "13 are still open; two are overdue, one is at risk of delay and one has "
            "no known deadline.",
        ),
        (
            {"not_due": 1, "no_deadline": 2},
            "Tres siguen abiertos; ninguno ha vencido y dos no tienen plazo conocido.",
            "Three are still open; none is overdue and two have no known deadline.",
        ),
        (
            {"no_deadline": 2},
            "Dos siguen abiertos; dos no tienen plazo conocido.",
            "Two are still open; two have no known deadline.",
        ),
    ],
)
def test_a_sentence_tells_what_is_open_and_its_dates(kept, spanish, english):
    told = SimpleNamespace(unfinished=sum(kept.values()), punctuality=Counter(kept))

    with override("es"):
        assert open_commitments_text(told) == spanish
    with override("en"):
        assert open_commitments_text(told) == english
