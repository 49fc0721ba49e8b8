"""The sentences that tell how many commitments are in each family."""

import re
from collections import Counter
from types import SimpleNamespace

import pytest
from django.utils.translation import override
from hypothesis import given, strategies as st

from strategic_areas.commitment_states import CommitmentState
from strategic_areas.count_sentences import (
    NUMBERS,
    family_counts_text,
    late_commitments_text,
    open_commitments_text,
    spell_number,
)
from strategic_areas.progress import count_states


def counted(**numbers):
    return count_states(
        CommitmentState(s) for s, n in numbers.items() for _ in range(n)
    )


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
    with override("es"):
        assert family_counts_text(counted(**numbers)) == said


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
