"""What a person answers decides; a naming lasts to the next version of its file."""

import io
import json
from copy import deepcopy
from functools import cache

import openpyxl
import pytest

from strategic_areas.evidence import RefusedFileError
from strategic_areas.matrices import Naming, detect_layout, read_matrix
from strategic_areas.workbooks.writing import content_of
from tests.strategic_areas.reading_matrices import (
    THREE,
    known,
    lost,
    name_content,
    upload,
)
from tests.uploads import make_zip, unzip

HEADINGS = ["Código", "Acción", "Responsable", "Plazo"]
UNICA, EJES, NIVELES = "matriz-unica", "matriz-por-ejes", "matriz-cuatro-niveles"


@cache
def first_reading(name):
    content = name_content(name)
    naming = detect_layout(upload(content)).naming
    reading = read_matrix(upload(content), naming, institutions=known())
    return content, naming.as_json(), reading


def first(name):
    """A matrix, a naming of its own for each test, and what it gives as guessed."""
    content, naming, reading = first_reading(name)
    return content, Naming.from_json(deepcopy(naming)), reading


def again(content, naming):
    return read_matrix(upload(content), naming, institutions=known())


def question_at(reading, place, field):
    return next(
        each
        for each in reading.questions
        if each.cell.endswith(f"!{place}") and each.field == field
    )


def line_at(reading, table, place):
    return next(
        line
        for line in reading.of(table)
        if any(cell == place or cell.endswith(f"!{place}") for cell in line.cells)
    )


ANSWERS = [
    (UNICA, "D15", "responsible", "MITUR / DGM (apoyo)", "lead", "MITUR"),
    (UNICA, "D48", "responsible", "MMUJER", "lead", "MMUJER"),
    (UNICA, "E35", "due", "2028-S1", "due_on", "2028-06-30"),
    (UNICA, "E24", "due", "dic-29", "due_on", "2029-12-31"),
    (UNICA, "N35", "budget", "RD$ 55 millones", "budget_amount", "55000000"),
    (UNICA, "N17", "budget", "DOP 1200000", "budget_amount", "1200000"),
    (UNICA, "C22", "status", "suspended", "status", "suspended"),
    (UNICA, "C22", "status", "", "status", None),
    (UNICA, "C21", "code", "1.2.5", "code", "1.2.5"),
    (NIVELES, "F13", "due", "", "exact_to", None),
    (NIVELES, "F13", "due", "permanente", "exact_to", "continuing"),
    (NIVELES, "A20", "code", "I.2.a.9", "code", "I.2.a.9"),
    (NIVELES, "E13", "responsible", "MIREX", "lead", "MIREX"),
    (EJES, "J11", "due", "2027-S1", "due_on", "2027-06-30"),
    (EJES, "N18", "due", "2028", "due_on", "2028-12-31"),
    (EJES, "C9", "responsible", "OGTIC / MIREX", "lead", "OGTIC"),
    (EJES, "B8", "programme", "T.1", "programme", "T.1"),
]


@pytest.mark.parametrize(("name", "place", "field", "answer", "said", "value"), ANSWERS)
def test_an_answer_decides(name, place, field, answer, said, value):
    content, naming, reading = first(name)
    question = question_at(reading, place, field)
    line = reading.lines[question.line]

    naming.answers[question.key] = answer
    reading = again(content, naming)

    assert question.key not in {each.key for each in reading.questions}
    assert line_at(reading, line.table, question.cell).values.get(said) == value


@pytest.mark.parametrize(
    ("name", "place", "answer", "targets"),
    [
        (UNICA, "I28", "150", {"2026": "150"}),
        (UNICA, "I28", "", {}),
        (UNICA, "L21", "3", {"2029": "3"}),
        (EJES, "G10", "20", {"2030": "20"}),
        (EJES, "R10", "240", {"2030": "240"}),
        (NIVELES, "D52", "2026: 4; 2027: 8; 2028: 12", None),
        (NIVELES, "D33", "2028: 1", {"2028": "1"}),
    ],
)
def test_an_answer_decides_a_target(name, place, answer, targets):
    content, naming, reading = first(name)
    question = question_at(reading, place, "target")

    naming.answers[question.key] = answer
    reading = again(content, naming)

    found = {
        line.values["period"]: line.values["value"]
        for line in reading.of("targets")
        if line.cell_by_field["value"].place.endswith(f"!{place}")
    }
    wanted = {"2026": "4", "2027": "8", "2028": "12"} if targets is None else targets
    assert found == wanted
    assert question.key not in {each.key for each in reading.questions}


#: What answers change by their nature: a title that goes on in the next row, and a
#: state that is put in other words.
GOING_ON = {
    "Controles móviles en la frontera",
    "Controles móviles en la frontera incluidos los mercados binacionales",
    "Celebrar el 30 de julio, Día Mundial contra la Trata",
}


@pytest.mark.parametrize("name", THREE)
def test_taking_every_likeliest_reading_changes_no_line(name):
    content, naming, reading = first(name)
    for question in reading.questions:
        if question.field == "institution":
            naming.institutions[question.text] = question.guess
        elif question.guess is not None:
            naming.answers[question.key] = question.guess

    decided = again(content, naming)

    open_ones = {q.key for q in reading.questions if q.guess is None}
    assert {q.key for q in decided.questions} == open_ones
    kept = ("title", "code", "lead", "supporting", "span", "due_on", "budget_amount")
    kept += ("value", "status", "state")
    for line, before in zip(decided.lines, reading.lines, strict=True):
        if not {line.values.get("title"), before.values.get("title")} & GOING_ON:
            for field in kept:
                assert line.values.get(field) == before.values.get(field)
    assert lost(content, decided) == []


def test_a_confirmed_institution_is_taken_everywhere():
    content, naming, _reading = first(EJES)

    naming.institutions["Ministerio de Cultura"] = "MINC"
    naming.institutions["Evaluador externo"] = "EXT"
    reading = again(content, naming)

    assert line_at(reading, "commitments", "E11").values["supporting"] == ["MINC"]
    assert {q.text for q in reading.questions} & {*naming.institutions} == set()
    assert "MINC" in {line.values["agency"] for line in reading.of("participations")}


def test_a_naming_is_plain_json():
    _content, naming, _reading = first(UNICA)
    naming.answers["a"], naming.institutions["b"] = "c", ""

    assert Naming.from_json(json.loads(json.dumps(naming.as_json()))) == naming


@pytest.mark.parametrize(
    "changed",
    [
        {"heading_rows": []},
        {"heading_rows": ["1", "2"]},
        {"first_row": 0},
        {"last_row": 99_999_999},
        {"area": "zz"},
        {"columns": {"XXXX": "target"}},
        {"columns": {"A": "victim"}},
    ],
)
def test_a_stored_naming_that_fits_no_sheet_is_refused(changed):
    naming = detect_layout(upload(name_content(UNICA))).naming.as_json()
    naming["sheets"][0] |= changed

    with pytest.raises((TypeError, ValueError)):
        Naming.from_json(naming)


def test_a_kept_naming_fits_when_columns_and_rows_moved():
    content, naming, reading = first(UNICA)
    naming.sheets[0].columns["P"] = "ignore"
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book["Matriz PNA 2026-2030"]
    merged = [str(each) for each in page.merged_cells.ranges]
    for each in merged:
        page.unmerge_cells(each)
    page.insert_cols(1, 2)
    page.insert_rows(1, 3)
    for each in merged:
        corner = openpyxl.worksheet.cell_range.CellRange(each)
        corner.shift(2, 3)
        page.merge_cells(corner.coord)
    newer = content_of(book)

    fitted = naming.adapted_to(detect_layout(upload(newer)))
    other = again(newer, fitted)

    assert fitted.sheets[0].columns["R"] == "ignore"
    assert [line.values["code"] for line in other.of("commitments")] == [
        line.values["code"] for line in reading.of("commitments")
    ]
    assert len(other.of("targets")) == len(reading.of("targets"))
    assert not any("means_of_verification" in line.values for line in other.lines)


def test_an_answer_is_not_taken_for_another_text():
    content, naming, reading = first(UNICA)
    question = question_at(reading, "I28", "target")
    naming.answers[question.key] = "150"
    book = openpyxl.load_workbook(io.BytesIO(content))
    book["Matriz PNA 2026-2030"]["I28"] = "2.500"

    other = again(content_of(book), naming)

    assert question_at(other, "I28", "target").others == ("2500", "2.5")


def test_a_stretch_of_a_million_joined_cells_is_refused():
    book = openpyxl.Workbook()
    book.active["A1"] = "Eje"
    book.active.merged_cells.add("A1:XFD1048576")

    with pytest.raises(RefusedFileError) as caught:
        detect_layout(upload(content_of(book)))

    assert caught.value.code == "too_much"


def test_what_is_hidden_is_told():
    book = openpyxl.load_workbook(io.BytesIO(name_content(UNICA)))
    page = book["Matriz PNA 2026-2030"]
    page.row_dimensions[20].hidden = True
    page.column_dimensions["Q"].hidden = True
    content = content_of(book)
    naming = detect_layout(upload(content)).naming

    told = {(each.cell, each.kind) for each in again(content, naming).notices}

    assert ("Matriz PNA 2026-2030!20", "hidden_row") in told
    assert ("Matriz PNA 2026-2030!Q", "hidden_column") in told
    assert ("Listas", "hidden_sheet") in told


def test_a_stretch_in_another_encoding_is_refused_too():
    """The parser reads what a search for letters does not find."""
    content = content_of(openpyxl.Workbook())
    parts = unzip(content)
    name = "xl/worksheets/sheet1.xml"
    joined = b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    sheet = parts[name].replace(b"<pageMargins", joined + b"<pageMargins")
    text = sheet.decode().partition("?>")[2] or sheet.decode()
    parts[name] = ('<?xml version="1.0" encoding="UTF-16"?>' + text).encode("utf-16")

    with pytest.raises(RefusedFileError) as caught:
        detect_layout(upload(make_zip(parts)))

    assert caught.value.code == "too_much"


@pytest.mark.parametrize(
    ("place", "answer", "field", "value"),
    [
        ("D3", "2028", "due_on", "2028-12-31"),
        ("D3", "2027-12-31", "due_on", "2027-12-31"),
        ("D3", "", "due_on", "2027-12-31"),
        ("C3", "PGR / PN (apoyo)", "lead", "PGR"),
        ("E3", "DOP 900", "budget_amount", "900"),
        ("F3", "En pausa", "state", "En pausa"),
    ],
)
def test_an_answer_decides_between_two_texts_of_a_record(place, answer, field, value):
    book = openpyxl.Workbook()
    for row in [
        [*HEADINGS, "Costo RD$", "Estado", "Indicador"],
        ["1.1", "Campaña", "MIREX", "2027", "500", "En curso", "Cuñas"],
        ["1.1", "Campaña", "PGR", "2028", "900", "En pausa", "Murales"],
    ]:
        book.active.append(row)
    content = content_of(book)
    naming = detect_layout(upload(content)).naming
    (question,) = [
        each
        for each in again(content, naming).questions
        if each.reason == "second_value" and each.cell.endswith(place)
    ]

    naming.answers[question.key] = answer
    reading = again(content, naming)

    (line,) = reading.of("commitments")
    assert line.values[field] == value
    assert question.key not in {each.key for each in reading.questions}


@pytest.mark.parametrize(
    ("place", "field", "texts", "reason", "answer", "column"),
    [
        ("E2", "indicator", ("=B2", "12"), "formula", "Cuñas", "name"),
        (
            *("F2", "target", ("Cuñas", "1.250 por año"), "thousands_or_decimals"),
            *("1250 por año", "value"),
        ),
    ],
)
def test_an_answer_about_a_measure_is_read(place, field, texts, reason, answer, column):
    book = openpyxl.Workbook()
    book.active.append([*HEADINGS, "Indicador", "Meta"])
    book.active.append(["1.1", "Campaña", "MIREX", "2027", *texts])
    content = content_of(book)
    naming = detect_layout(upload(content)).naming
    question = question_at(again(content, naming), place, field)

    naming.answers[question.key] = answer
    reading = again(content, naming)

    assert question.reason == reason
    values = {line.values[column] for line in reading.of(f"{field}s")}
    assert values == {answer.removesuffix(" por año")}
