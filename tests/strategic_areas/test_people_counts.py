"""Numbers beside words for people, of any size, in digits and in words."""

import pytest

from strategic_areas.people_counts import find_people

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
