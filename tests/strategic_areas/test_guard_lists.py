"""
Three lists of texts by people who had not seen the guard, and what it finds of them.

Each holds 100 texts with what leads to somebody and 100 harmless ones, all invented.
The rules were not fitted to them: each number is that of the first time that a form of
the guard read them, below which it may not fall. The rules for identifiers were written
anew between the second list and the third.
"""

from functools import cache
from pathlib import Path

import pytest
import yaml

from strategic_areas.people_counts import find_people
from strategic_areas.text_guard import (
    KnownWords,
    Severity,
    find_personal_data,
    find_review_marks,
)

LISTS = Path(__file__).parent / "guard_lists"
PLAN = Path("strategic_areas/plans/plan-2017-2020.yaml")
#: What the plan's file tells of its sources and records names nobody's work.
NO_NAMES = {"records", "updates", "sources"}


@cache
def texts(name):
    return yaml.safe_load((LISTS / f"{name}.yaml").read_text(encoding="utf-8"))


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from strings(each) if key not in NO_NAMES else ()


@cache
def known():
    file = PLAN.read_text(encoding="utf-8")
    return KnownWords.of(strings(yaml.load(file, yaml.CSafeLoader)))


def gravest(text):
    """How the guard takes a text: the gravest that it finds, or ""."""
    found = {
        each.severity
        for each in [*find_personal_data(text), *find_review_marks(text, known())]
    }
    return next((str(each) for each in Severity if each in found), "")


@pytest.mark.parametrize(("name", "least"), [("one", 97), ("two", 96), ("three", 97)])
def test_what_leads_to_somebody_is_stopped_warned_of_or_marked(name, least):
    missed = [
        each["text"] for each in texts(name)["leaks"] if not gravest(each["text"])
    ]

    assert len(missed) <= 100 - least, missed


@pytest.mark.parametrize(
    ("name", "least", "of"), [("one", 36, 39), ("two", 40, 43), ("three", 52, 60)]
)
def test_what_identifies_somebody_by_itself_is_stopped(name, least, of):
    leaks = [each["text"] for each in texts(name)["leaks"] if each["identifier"]]

    stopped = [text for text in leaks if gravest(text) == Severity.BLOCK]

    assert len(leaks) == of
    assert len(stopped) >= least


@pytest.mark.parametrize(
    ("name", "stopped", "warned"), [("one", 0, 0), ("two", 0, 1), ("three", 2, 1)]
)
def test_a_harmless_text_is_hardly_ever_stopped_or_warned_of(name, stopped, warned):
    found = [gravest(text) for text in texts(name)["harmless"]]

    assert found.count(Severity.BLOCK) <= stopped
    assert found.count(Severity.WARN) <= warned


# Numbers beside words for people, of any size, in digits and in words

COUNTED = """
    Se atendieron 47 mujeres.
    Fueron rescatadas cuarenta y siete víctimas.
    Víctimas atendidas: 47
    las víctimas asistidas fueron, en total, 47 víctimas
    las víctimas asistidas fueron 47
    Mujeres (47)
    cero víctimas
    0 víctimas
    ninguna víctima fue identificada
    dos (2) víctimas
    12 posibles nuevas víctimas
    1,434 personas
    1.434 personas
    1 434 personas
    de 10-12 víctimas
    el 47 % de las víctimas
    3 casos de niñas
    ciento veinte sobrevivientes
    quinientas mujeres
    un par de adolescentes
    ambas mujeres
    docenas de migrantes
    47 rescatadas
    75 dominicanas y 27 venezolanas
    204 NIÑAS
    una sola mujer
    se pagó a una víctima de trata
    forty-seven victims
    47 women were assisted
    a total of 12 survivors
    one victim was referred
    twa viktim
    más de 171 personas
"""
HARMLESS = """
    Se dictaron 5 talleres para mujeres.
    La Ley 137-03 sobre trata de personas
    la Ley 137 mujeres y hombres
    En 2019 mujeres y hombres fueron capacitados
    12 talleres sobre trata de personas
    3 casos de trata de personas
    la línea *212 mujeres
    víctimas en 2019
    víctimas (2019)
    cómo atender a una víctima
    una persona puede denunciar
    26 investigaciones por trata
    Se abrieron 3 centros de acogida para víctimas
    25 años de prisión a la mujer
    3 provincias con personal para víctimas
    protocolo para niños, niñas y adolescentes
    15 horas de formación a personas
    trata de personas: 5 talleres
    people were convicted in 10 cases
    Según el indicador 1.2.1, personas y familias reciben apoyo
"""


def lines(block):
    return [line.strip() for line in block.strip().splitlines()]


@pytest.mark.parametrize("text", lines(COUNTED))
def test_a_number_beside_people_is_found_whatever_its_size(text):
    assert find_people(text)


@pytest.mark.parametrize("text", lines(HARMLESS))
def test_other_numbers_are_left_alone(text):
    assert find_people(text) == []


def test_a_stretch_is_where_the_original_stands():
    text = "En  Azua «atendió\u00a047 nin\u0303as» y calló."

    [found] = find_people(text)

    assert text[found.start : found.end] == "47 nin\u0303as"


@pytest.mark.parametrize("piece", ["12 ", "1.2,3-4/", "a b c ", "dos ", "y ", "niñas "])
def test_its_time_grows_with_the_length_alone(piece):
    assert find_people(piece * 5000) == []
