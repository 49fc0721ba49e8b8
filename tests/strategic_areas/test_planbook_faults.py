"""Whatever is wrong in a plan's workbook is named by its cell, and breaks nothing."""

from dataclasses import replace
from itertools import product

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import HealthCheck, given, settings, strategies as st

from agencies.fields import FieldKind
from strategic_areas.desk.plan_workbook import views
from strategic_areas.desk.plan_workbook.comparison import compare_plan_workbook
from strategic_areas.plan_document.lines import LineState
from strategic_areas.plan_document.preview import build_preview
from strategic_areas.plan_document.stored_plan import StoredPlanObjects
from strategic_areas.plan_document.tables import EDITED_TABLES
from strategic_areas.workbooks.reading import WorkbookCell, read_worksheets
from tests import make
from tests.deep import DEEP, drawn
from tests.strategic_areas.planbooks import Keeper
from tests.strategic_areas.test_planbook import fill

pytestmark = pytest.mark.django_db

#: What no column but one of texts understands, and a text that is refused.
WORD, PERSON = "¿qué es esto?", "Cédula 001-1234567-8"
HOW = ("formula", "word", "empty")
COLUMNS = [
    (name, each.name) for name, table in EDITED_TABLES.items() for each in table.columns
]


@pytest.fixture(scope="module")
def filled(lasting):
    plan = make.plan(code="p", status="in_preparation")
    make.agency(acronym="MIP")
    book = fill(Keeper.of(plan).book)
    found = read_worksheets(SimpleUploadedFile("p.xlsx", book.content))
    return plan, views.read_plan_workbook(found, plan)


def spoilt(book, *bad):
    """The book with these cells spoilt, and the places of those to be told."""
    lines, places = dict(book.lines), set()
    for sheet, column, how in bad:
        *others, line = lines[sheet]
        declared = next(
            each for each in EDITED_TABLES[sheet].columns if each.name == column
        )
        is_text = declared.kind in (FieldKind.TEXT, FieldKind.OTHER)
        told = {"formula": "=1+1", "word": PERSON if is_text else WORD, "empty": ""}
        is_value = how != "formula"
        cell = WorkbookCell(line.cells[column].place, told[how], is_value)
        if {"formula": True, "word": not is_text, "empty": declared.is_required}[how]:
            places.add((sheet, cell.place))
        lines[sheet] = [*others, replace(line, cells=line.cells | {column: cell})]
    return views.UploadedPlanWorkbook(book.plan, lines), places


def previewed(plan, book):
    with translation.override("es"):
        stored = StoredPlanObjects(plan.code)
        preview = build_preview(stored, compare_plan_workbook(stored, book))
        render_to_string("desk/_planbook_preview.html", {"preview": preview})
    return preview


def told(preview):
    """Pairs of a sheet and a place of a cell in which something is wrong."""
    return {
        (each.line.table.name, fault.place)
        for _title, rows in preview.tables
        for each in rows
        for fault in each.faults
    }


def test_the_book_as_it_was_filled_has_no_fault(filled):
    assert told(previewed(*filled)) == set()


@pytest.mark.parametrize(
    "bad",
    drawn(product(COLUMNS, HOW), 60, key="planbook"),
    ids=lambda bad: f"{'.'.join(bad[0])}-{bad[1]}",
)
def test_a_bad_cell_is_named_whatever_column_it_is_in(filled, bad):
    plan, book = filled
    cell, how = bad
    book, places = spoilt(book, (*cell, how))

    assert places <= told(previewed(plan, book))


CELLS = st.tuples(st.sampled_from(COLUMNS), st.sampled_from(HOW))


@settings(
    max_examples=300 if DEEP else 40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(CELLS, min_size=2, max_size=4, unique_by=lambda cell: cell[0]))
def test_of_several_bad_cells_each_is_named(filled, bad):
    plan, book = filled
    book, places = spoilt(book, *((*cell, how) for cell, how in bad))

    assert places <= told(previewed(plan, book))


@pytest.mark.parametrize(
    ("sheet", "column", "dependants"),
    [
        ("areas", "outcome_provenance", {("programmes", "area")}),
        ("programmes", "area", {("commitments", "programme")}),
        (
            "commitments",
            "lead",
            {("activities", "commitment"), ("indicators", "commitment")},
        ),
        ("indicators", "agency", {("targets", "indicator")}),
    ],
)
def test_what_leads_to_a_bad_row_names_it(filled, sheet, column, dependants):
    plan, book = filled
    number = book.lines[sheet][-1].number
    book, _places = spoilt(book, (sheet, column, "word"))

    preview = previewed(plan, book)

    message = f"Depende de la fila {number} de la hoja «{EDITED_TABLES[sheet].title}»"
    found = {
        (each.line.table.name, fault.header)
        for _title, rows in preview.tables
        for each in rows
        for fault in each.faults
        if fault.message.startswith(message)
    }
    labels = {
        (
            name,
            str(next(c.label for c in EDITED_TABLES[name].columns if c.name == column)),
        )
        for name, column in dependants
    }
    assert found == labels
    assert preview.counts[LineState.REFUSED] == 1 + len(dependants)


def test_the_page_answers_where_new_rows_lead_to_a_bad_one(client, filled):
    plan, _book = filled
    keeper = Keeper(client, make.reviewer(), plan)
    book = fill(keeper.take())
    number = book.pages["commitments"].max_row
    book.pages["commitments"].cell(
        number, book.columns("commitments")["lead"]
    ).value = "NADIE"

    page = keeper.bring(book)

    assert page.status_code == 200
    assert f"Depende de la fila {number}" in page.content.decode()
