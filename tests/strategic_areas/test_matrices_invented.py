"""Matrices of other layouts are read by the same rules; no cell of theirs is lost."""

import datetime
import random
import time
from decimal import Decimal
from functools import cache

import openpyxl
import pytest
import yaml
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from strategic_areas.matrices import COLUMN_MEANINGS, detect_layout, read_matrix
from strategic_areas.matrices.amounts import budget_of, target_of, targets_of
from strategic_areas.matrices.institutions import InstitutionNames, split_responsible
from strategic_areas.matrices.personal_data import identifying_kinds
from strategic_areas.matrices.spreadsheet import MatrixCell
from strategic_areas.matrices.times import time_of
from strategic_areas.workbooks.writing import content_of
from tests.strategic_areas.invented_matrices import INVENTED, invented
from tests.strategic_areas.reading_matrices import (
    FOLDER,
    known,
    lost,
    read_as_guessed,
    upload,
)

EXPECTED = yaml.safe_load((FOLDER / "invented.expected.yaml").read_text())

each_layout = pytest.mark.parametrize("layout", INVENTED)


@cache
def read_once(layout):
    return invented(layout), read_as_guessed(invented(layout))


def outline(reading):
    """Codes and leads of the lowest records, and how much is below them."""
    table = "activities" if reading.of("activities") else "commitments"
    return [
        [
            line.values["code"],
            line.values.get("lead"),
            line.values.get("supporting"),
            line.values.get("due_on") or line.values.get("exact_to"),
        ]
        for line in reading.of(table)
    ]


@each_layout
def test_no_cell_is_lost_without_a_word(layout):
    content, reading = read_once(layout)

    assert lost(content, reading) == []
    assert all(line.cells or line.cell_by_field for line in reading.lines)


@each_layout
def test_each_record_is_read_as_it_is_meant_and_once(layout):
    _content, reading = read_once(layout)

    tables = ("areas", "programmes", "indicators", "targets")
    assert outline(reading) == EXPECTED[layout]["outline"]
    assert [len(reading.of(table)) for table in tables] == EXPECTED[layout]["counts"]


def questions(reading):
    """Cell without its sheet, field and reason of each question."""
    asked = reading.questions
    return {(x.cell.partition("!")[2], x.field, x.reason) for x in asked}


def test_the_depth_of_a_code_tells_the_level():
    _content, reading = read_once("depths")

    tables = ("areas", "programmes", "commitments")
    codes = [line.values["code"] for table in tables for line in reading.of(table)]
    assert codes == ["1", "2", "1.1", "2.1", "1.1.1", "1.1.2", "2.1.1", "2.1.2"]
    asked = {x for x in questions(reading) if x[1] in {"code", "level", "title"}}
    assert asked == {("A22", "code", "other_notation")}


def test_a_row_with_a_code_never_goes_on_with_another():
    content, reading = read_once("depths_in_titles")
    naming = detect_layout(upload(content)).naming
    naming.by_depth = False

    by_words = read_matrix(upload(content), naming, institutions=known())

    assert questions(reading) == {("A9", "title", "goes_on")}
    of_levels = {each for each in questions(by_words) if each[1] == "level"}
    assert ("A10", "level", "no_level") in of_levels
    assert {each[2] for each in of_levels} == {"no_level"}
    key = next(x.key for x in by_words.questions if x.cell == "Plan!A10")
    naming.answers[key] = "programme"
    answered = read_matrix(upload(content), naming, institutions=known())
    assert [x.values["name"] for x in answered.of("programmes")] == ["Formar"]


def test_areas_in_rows_of_their_own_stand_above_the_columns():
    book = openpyxl.Workbook()
    for row in (
        ["No.", "Línea de acción", "Producto", "Actividad", "Responsables", ""],
        ["", "", "", "", "Lidera", "Apoya"],
        ["EJE 1: PREVENCIÓN"],
        ["1.1", "Informar", "1.1.1 Campaña", "a) Radio", "MIREX", "MT"],
        ["", "", "1.1.2 Escuela", "a) Guía", "MT", ""],
        ["EJE 2: PERSECUCIÓN"],
        ["2.1", "Investigar", "2.1.1 Protocolo", "a) Redactar", "PGR", ""],
    ):
        book.active.append(row)
    for cells in ("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1"):
        book.active.merge_cells(cells)
    content = content_of(book)

    reading = read_as_guessed(content)

    columns = detect_layout(upload(content)).sheets[0].columns
    assert [each.meaning for each in columns] == [
        *("code:programme", "programme", "commitment", "activity"),
        *("lead", "supporting"),
    ]
    assert [each.letter for each in columns if each.is_doubtful] == ["B", "C"]
    codes = [x.values["code"] for x in reading.of("activities")]
    assert codes == ["1.1.1.a", "1.1.2.a", "2.1.1.a"]
    assert [x.values["area"] for x in reading.of("programmes")] == ["1", "2"]


def test_numbers_below_quarters_are_their_targets():
    _content, reading = read_once("depths")

    values = {
        line.values["period"]: line.values["value"]
        for line in reading.of("targets")
        if line.cell_by_field["value"].place.endswith("15")
    }
    quarters = {"2027-Q1": "1", "2027-Q2": "2", "2027-Q3": "2", "2027-Q4": "1"}
    assert values == {**quarters, "2027": "6"}
    assert ("D15", "target", "number_of_period") in questions(reading)


def test_rows_without_a_column_of_titles_are_asked_about():
    content, _reading = read_once("depths")
    naming = detect_layout(upload(content)).naming
    naming.sheets[0].columns |= {"A": "ignore", "B": "product"}

    reading = read_matrix(upload(content), naming, institutions=known())

    assert ("A7", "level", "no_titles") in questions(reading)


def test_a_title_without_the_code_of_its_neighbours_is_asked_about():
    book = openpyxl.Workbook()
    book.active.append(["No.", "Compromiso", "Responsable", "Plazo"])
    book.active.append([1, "Formar oficiales", "DGM", "2027"])
    book.active.append([None, "   En 2025 se formó a otros"])
    book.active.append([2, "Compartir estadísticas", "DGM", "2028"])

    reading = read_as_guessed(content_of(book))

    titles = [x.values["title"] for x in reading.of("commitments")]
    assert titles == ["Formar oficiales", "Compartir estadísticas"]
    assert ("B3", "title", "goes_on") in questions(reading)


@pytest.mark.parametrize(
    ("layout", "cells"),
    [
        ("flat", {"F11", "T11"}),
        ("depths", {"R14", "P16", "B22", "E15", "P22", "B31"}),
        ("depths_in_titles", set()),
        ("english", {"P8"}),
        ("no_codes", {"D9"}),
        ("operative", {"R10", "F12"}),
        ("by_institution", {"J6", "J3"}),
        ("logical_framework", {"V12"}),
        ("narrative", {"B4", "E15", "F15", "K18", "P20"}),
        ("months", set()),
        ("three_levels", set()),
        ("banners", set()),
        ("two_sheets", set()),
        ("four_columns", set()),
    ],
)
def test_texts_about_somebody_are_told(layout, cells):
    _content, reading = read_once(layout)

    assert {each.cell.rpartition("!")[2] for each in reading.identifying_cells} == cells


@pytest.mark.parametrize(
    "text",
    [
        "Apoyo a la niña haitiana rescatada en Dajabón",
        "Seguimiento al caso de la joven de Sosúa",
        "Repatriar a la adolescente venezolana",
        "Traslado de hermanos de Monte Cristi",
        "Reparación para M. R.",
        "Caso Mercedes",
        "Caso de la señora retornada de Buenos Aires en mayo",
        "Víctimas del batey Algodón",
        "la víctima (F., 17 a., La Romana)",
        "niña de 9 a., Elías Piña",
        "19 a.",
        "sobreviviente R. (f) 24",
        "la menor J.",
        "(829) 555-0166",
        "+1 849 555 0199",
        "+58 412-5550123",
        "testigo protegido «Halcón»",
        "habitación 3, casa de acogida de Baní",
        "GPS 18.47, -69.89",
        "el caso del bar La Perla de Puerto Plata",
    ],
)
def test_somebody_is_found_without_a_number(text):
    assert identifying_kinds(text) != ()


@pytest.mark.parametrize(
    "text",
    [
        "Atención integral a la víctima",
        "Ministerio de la Mujer",
        "Fortalecer la familia",
        "Sistema nacional de registro de casos",
        "Capacitar a jueces de la instrucción y de fondo",
        "Retorno voluntario asistido de víctimas dominicanas en el exterior",
        "Empresa S. A. en el D. N.",
        "58 (H 12, M 46)",
        "de 9 a. m. a 5 p. m.",
        "2.1.1 a.",
        "RD$ 809,555,016.60",
    ],
)
def test_work_for_all_is_no_somebody(text):
    assert identifying_kinds(text) == ()


def test_texts_outside_what_is_read_are_guarded():
    book = openpyxl.Workbook()
    plan, other = book.active, book.create_sheet("Caso 2024-0113 Yuleisy")
    plan.title = "Plan"
    plan.append(["Código", "Acción", "Responsable", "Plazo"])
    plan.append(["1.1", "Formar a docentes", "MIREX", "2027"])
    plan["B2"].hyperlink = "mailto:maria.perez@gmail.com"
    plan.oddFooter.left.text = "víctima M.R.L."
    plan.evenHeader.center.text = "Borrador"
    rule = DataValidation(type="list", formula1='"a,b"', prompt="809-555-0144")
    rule.add("A5")
    plan.add_data_validation(rule)
    other["A1"] = "M.R.L., 16 años, Barahona"
    book.properties.description = "llamar al 809-555-0133"

    reading = read_as_guessed(content_of(book))

    assert {(each.cell, each.text) for each in reading.identifying_cells} == {
        ("Plan!", "víctima M.R.L."),
        ("Plan!", "809-555-0144"),
        ("Plan!", "mailto:maria.perez@gmail.com"),
        ("Plan!", "llamar al 809-555-0133"),
        ("Caso 2024-0113 Yuleisy!", "Caso 2024-0113 Yuleisy"),
        ("Caso 2024-0113 Yuleisy!A1", "M.R.L., 16 años, Barahona"),
    }
    told = {each.text for each in reading.notices if each.kind == "outside"}
    assert {"Borrador", "víctima M.R.L.", "809-555-0144"} < told


TIMES = {
    "T1 2027": ("2027-Q1", "2027-03-31", "quarter", ""),
    "1er trimestre de 2027": ("2027-Q1", "2027-03-31", "quarter", ""),
    "2do. trimestre 2028": ("2028-Q2", "2028-06-30", "quarter", ""),
    "Trim. II 2028": ("2028-Q2", "2028-06-30", "quarter", ""),
    "primer semestre de 2027": ("2027-S1", "2027-06-30", "half_year", ""),
    "2027 (primer semestre)": ("2027-S1", "2027-06-30", "half_year", ""),
    "I y II semestre 2027": ("2027-S1/2027-S2", "2027-12-31", "half_year", ""),
    "enero-marzo 2027": ("2027-01/2027-03", "2027-03-31", "month", ""),
    "ene 2027 - jun 2028": ("2027-01/2028-06", "2028-06-30", "month", ""),
    "primer cuatrimestre 2027": ("2027-01/2027-04", "2027-04-30", "month", ""),
    "a más tardar en junio 2028": ("2028-06", "2028-06-30", "month", ""),
    "15/03/2027": ("2027-03-15", "2027-03-15", "day", ""),
    "16 de agosto de 2026": ("2026-08-16", "2026-08-16", "day", ""),
    "March 15, 2027": ("2027-03-15", "2027-03-15", "day", ""),
    "del 1 al 15 de marzo de 2027": (
        *("2027-03-01/2027-03-15", "2027-03-15", "day", ""),
    ),
    "permanente": ("", None, "continuing", ""),
    "Continuo": ("", None, "continuing", ""),
    "anual": ("", None, "continuing", "recurring"),
    "fines de 2028": ("2028-12-31", "2028-12-31", "day", "about"),
    "a partir de 2027": ("2027/2030", "2030-12-31", "year", "open_end"),
    "antes de julio de 2028": ("2028-07", "2028-07-31", "month", "about"),
    "diciembre 2037": ("2037-12", "2037-12-31", "month", "outside_plan"),
    "2027, 2028 y 2029": ("2027/2029", "2029-12-31", "year", "partly_read"),
    "31/02/2027": ("", None, None, "no_date"),
    "1.º semestre de 2027": ("2027-S1", "2027-06-30", "half_year", ""),
    "1.er trimestre de 2027": ("2027-Q1", "2027-03-31", "quarter", ""),
    "2027/06": ("2027-06", "2027-06-30", "month", ""),
    "2027-II": ("2027-S2", "2027-12-31", "half_year", ""),
    "2026-28": ("2026/2028", "2028-12-31", "year", ""),
    "2026 y 2028": ("2026/2028", "2028-12-31", "year", "partly_read"),
    "cada 30 de julio": ("", None, "continuing", "recurring"),
    "bienal": ("", None, "continuing", "recurring"),
    "vigencia del plan": ("", None, "continuing", "recurring"),
    "a los 12 meses": ("", None, None, "no_date"),
}


@pytest.mark.parametrize("text", TIMES)
def test_times_are_read_as_people_write_them(text):
    found = time_of(text, (2026, 2030))

    assert (found.span, found.due_on, found.exact_to, found.reason) == TIMES[text]


def test_a_date_of_the_program_is_as_exact_as_it_is_shown():
    day = datetime.date(2028, 12, 1)

    exact = [
        time_of("", (2026, 2030), day=day, number_format=form).due_on
        for form in ("dd/mm/yyyy", "mmm-yy", "yyyy", 'd "de" mmmm')
    ]

    assert exact == ["2028-12-01", "2028-12-31", "2028-12-31", "2028-12-01"]


def cell_of(text):
    return MatrixCell("S!A1", 1, 1, text, text)


@pytest.mark.parametrize(
    ("text", "value", "why"),
    [
        ("2,400", 2400, ""),
        ("12.000.000", 12_000_000, ""),
        ("1.125", None, "thousands_or_decimals"),
        ("1.250 millones", None, "thousands_or_decimals"),
        ("5 mil", 5000, ""),
        ("60 funciones", 60, ""),
        ("≥ 12", 12, "inexact"),
        ("15-20", None, "range"),
        ("x", 1, "mark"),
        ("Sí", 1, "mark"),
        ("50% más de plazas", None, "relative"),
        ("protocolo aprobado (2028)", None, "no_number"),
        ("todas", None, "no_number"),
        ("+10%", None, "relative"),
        ("-5", None, "relative"),
        ("línea base + 5", None, "relative"),
        ("5+", 5, "inexact"),
        ("mín. 5", 5, "inexact"),
        ("48 (acum. 168)", 48, "each_or_all"),
        ("10,00,000", None, "thousands_or_decimals"),
        ("#DIV/0!", None, "no_number"),
        ("No", 0, "mark"),
    ],
)
def test_one_number_is_read_or_asked(text, value, why):
    found = target_of(cell_of(text), "Personas")

    assert (found.value, found.reason) == (value, why)
    assert all(target_of(cell_of(other), "Personas").value for other in found.others)


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("400 (2027), 800 (2028)", {"2027": 400, "2028": 800}),
        ("10 talleres en 2027 y 20 en 2028", {"2027": 10, "2028": 20}),
        ("2027: 10%, 2028: 20%", {"2027": 10, "2028": 20}),
        ("5 anuales de 2027 a 2028", {"2027": 5, "2028": 5}),
        ("30 por año a partir de 2029", {"2029": 30, "2030": 30}),
        ("2027: 1,200 2028: 1,500", {"2027": 1200, "2028": 1500}),
    ],
)
def test_targets_of_several_years_are_read_from_one_text(text, targets):
    found, _is_share, why = targets_of(cell_of(text), "Talleres", (2026, 2030), None)

    assert (found, why) == (targets, "")


@pytest.mark.parametrize(
    ("text", "targets"),
    [("1.250 por año", {}), ("1.250/1.300", {}), ("1.250/900", {"2028": 900})],
)
def test_an_ambiguous_number_of_some_year_is_asked(text, targets):
    found, _is_share, why = targets_of(cell_of(text), "Talleres", (2027, 2028), None)

    assert (found, why) == (targets, "thousands_or_decimals")


@pytest.mark.parametrize(
    ("text", "heading", "amount", "currency", "why"),
    [
        ("RD$ 3.1 MM", "Presupuesto", 3_100_000, "DOP", ""),
        ("US$ 40 mil", "Presupuesto", 40_000, "USD", ""),
        ("2.5", "Presupuesto (millones de RD$)", 2_500_000, "DOP", ""),
        ("45.5", "Budget (US$ thousands)", 45_500, "USD", ""),
        ("€ 3,000", "Costo", 3000, "EUR", ""),
        ("1,500,000", "Costo", 1_500_000, "DOP", ""),
        ("RD$800,000 / año", "Costo", 4_000_000, "DOP", "yearly"),
        ("RD$ 450 mil mensuales", "Costo", 450_000, "DOP", "more_words"),
        ("RD$ 300,000 por taller", "Costo", 300_000, "DOP", "more_words"),
        ("aprox. RD$ 1 millón", "Costo", 1_000_000, "DOP", "inexact"),
        ("hasta RD$ 5 millones", "Costo", 5_000_000, "DOP", "inexact"),
        ("incluido en 1.2", "Costo", Decimal("1.2"), "DOP", "more_words"),
        ("3.4 millardos", "Costo", 3_400_000_000, "DOP", ""),
        ("RD$ 10,00,000", "Costo", None, "DOP", "thousands_or_decimals"),
        ("-5000", "Costo", None, None, "relative"),
        ("#DIV/0!", "Costo", None, None, "no_number"),
        ("Cooperación", "Costo", None, None, "who_pays"),
    ],
)
def test_budgets_are_read_in_full_units_or_asked(
    text, heading, amount, currency, why, settings
):
    found = budget_of(cell_of(text), heading, (2026, 2030), country=settings.COUNTRY)

    assert (found.value, found.currency, found.reason) == (amount, currency, why)


@pytest.mark.parametrize(
    ("text", "acronym", "why"),
    [
        ("Mitur", "MITUR", ""),
        ("P.N.", "PN", ""),
        ("MIREX?", "MIREX", "otherwise"),
        ("Dir. Comunicaciones MIREX", "MIREX", "otherwise"),
        ("Trabajo", "MT", "otherwise"),
        ("CONAI", "CONANI", "otherwise"),
    ],
)
def test_an_institution_is_known_in_short(text, acronym, why):
    assert InstitutionNames(known()).guess(text) == (acronym, why)


def test_several_names_in_a_column_of_leads_are_asked_about():
    book = InstitutionNames(known())

    found = split_responsible("MMUJER\nMINERD", book, role="lead")

    assert (found.lead, found.supporting) == ("MMUJER", ["MINERD"])
    assert found.reasons == ["who_leads"]


@pytest.mark.parametrize(
    ("text", "lead", "supporting"),
    [
        ("Responsable: MIREX. Apoyo: PGR, CONANI", "MIREX", ["PGR", "CONANI"]),
        ("Lidera: PGR; apoyan: PN y DGM", "PGR", ["PN", "DGM"]),
        ("MINERD (R), CONANI (A)", "MINERD", ["CONANI"]),
        ("PGR, MIREX (coordina)", "MIREX", ["PGR"]),
        ("MIREX\nPGR\nCONANI", "MIREX", ["PGR", "CONANI"]),
        ("Ministerio de Interior y Policía", "MIP", []),
        (
            "Ministerio de Interior y Policía, Policía Nacional y Min. de la Mujer",
            *("MIP", ["PN", "MMUJER"]),
        ),
        ("Dirección Gral. de Migración y Policía Nacional", "DGM", ["PN"]),
        ("Ministerio de Hacienda y Economía / PGR", "MHE", ["PGR"]),
        ("Mnisterio de Turismo", "MITUR", []),
        ("PGR (con apoyo de MIREX)", "PGR", ["MIREX"]),
        ("—", None, []),
    ],
)
def test_who_leads_and_who_supports(text, lead, supporting):
    found = split_responsible(text, InstitutionNames(known()))

    assert (found.lead, found.supporting) == (lead, supporting)


def test_a_matrix_of_two_thousand_rows_is_read_in_time():
    book = openpyxl.Workbook()
    headings = ["Eje", "Objetivo", "Código", "Acción", "Responsable", "Plazo"]
    book.active.append([*headings, "Indicador", "Meta 2027", "Meta 2028", "Costo RD$"])
    for number in range(2_000):
        area, goal = number // 500 + 1, number // 50 + 1
        book.active.append(
            [
                *(f"Eje {area}: Área", f"{area}.{goal} Objetivo", f"{area}.{number}"),
                *(f"Realizar la actividad {number}", "MIREX / PGR, Min. de Trabajo"),
                *("II semestre 2027", f"Personas {number}", "1,200", 300, "RD$ 2 MM"),
            ]
        )
    content = content_of(book)
    naming = detect_layout(upload(content)).naming

    started = time.process_time()
    reading = read_matrix(upload(content), naming, institutions=known())

    # Five seconds of a machine of its own; others may be slower by half.
    assert time.process_time() - started < 7.5
    assert len(reading.of("commitments")) == 2_000


@pytest.mark.parametrize("layout", INVENTED)
def test_a_wrong_naming_loses_nothing_and_breaks_nothing(layout):
    content = invented(layout)
    chance = random.Random(layout)  # noqa: S311 - the same draw each time
    naming = detect_layout(upload(content)).naming
    for sheet in naming.sheets:
        for letter in sheet.columns:
            if chance.random() < 0.4:
                sheet.columns[letter] = chance.choice(
                    [*COLUMN_MEANINGS, "chronogram:2027-Q1"]
                )
        sheet.last_row += chance.choice([-2, 0, 5])

    reading = read_matrix(upload(content), naming, institutions=known())

    assert lost(content, reading) == []


def test_a_band_over_a_whole_row_marks_no_time():
    book = openpyxl.Workbook()
    quarters = [f"T{number} 2027" for number in (1, 2, 3, 4)]
    book.active.append(["Eje", "Código", "Acción", "Responsable", "Apoyo", *quarters])
    book.active.append(["Eje 1: Área", "1.1", "Campaña", "MIREX", "PN"])
    book.active.append(["Eje 1: Área", "1.2", "Taller", "PGR", "PN"])
    book.active.append(["Eje 1: Área", "1.3", "Guía", "PGR", "PN", "x"])
    for cell in book.active[2]:
        cell.fill = PatternFill("solid", fgColor="FFD9D9D9")
    for place in ("F2", "G2", "H2", "I2", "H3"):
        book.active[place].fill = PatternFill("solid", fgColor="FFD9D9D9")
    reading = read_as_guessed(content_of(book))

    asked = {each.cell for each in reading.questions if each.reason == "only_colour"}

    days = [line.values.get("due_on") for line in reading.of("commitments")]
    assert days == [None, "2027-09-30", "2027-03-31"]
    assert asked == {"Sheet!H3"}


def test_an_area_alone_in_its_column_is_no_repeated_heading():
    book = openpyxl.Workbook()
    book.active.append(["Eje", "Código", "Acción", "Responsable", "Plazo"])
    book.active.append(["Eje 1: Prevención", "1.1", "Campaña", "MIREX", "2027"])
    book.active.append(["Eje 2: Persecución"])
    book.active.append([None, "2.1", "Taller", "PGR", "2027"])
    book.active.append(["Eje"])
    book.active.append([None, "2.2", "Guía", "PGR", "2027"])

    reading = read_as_guessed(content_of(book))

    names = [line.values["name"] for line in reading.of("areas")]
    assert names == ["Prevención", "Persecución"]
    areas = [line.values["area"] for line in reading.of("commitments")]
    assert areas == ["1", "2", "2"]
