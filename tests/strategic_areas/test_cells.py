"""Text in cells: never a formula, and back again as it was."""

import io

import pytest
from hypothesis import given, strategies as st
from openpyxl import Workbook, load_workbook

from strategic_areas import spreadsheet_cells
from strategic_areas.workbooks.writing import content_of

STARTS = ["=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠"]
#: Texts that often begin with what matters, apostrophes and blanks before it.
TEXTS = st.one_of(
    st.text(),
    st.builds(
        "{}{}{}".format,
        st.text(alphabet="' \n", max_size=3),
        st.sampled_from(STARTS),
        st.text(),
    ),
)


def through_a_workbook(text):
    book = Workbook()
    book.active["A1"].value = text
    book.active["A1"].data_type = "s"
    return load_workbook(io.BytesIO(content_of(book))).active["A1"]


@given(TEXTS)
def test_no_escaped_text_begins_like_a_formula(text):
    assert not spreadsheet_cells.FORMULA.match(spreadsheet_cells.escape_formula(text))


@given(TEXTS)
def test_every_text_comes_back_as_it_was(text):
    assert (
        spreadsheet_cells.unescape_formula(spreadsheet_cells.escape_formula(text))
        == text
    )


@pytest.mark.parametrize("start", STARTS)
def test_each_sign_that_starts_a_formula_is_escaped(start):
    assert spreadsheet_cells.escape_formula(f"{start}1") == f"'{start}1"


@pytest.mark.parametrize("text", ["Se hizo.", "'entre comillas'", "", "5 - 3 = 2"])
def test_plain_text_is_left_alone(text):
    assert spreadsheet_cells.escape_formula(text) == text


@given(TEXTS)
def test_a_cell_read_back_from_a_workbook_is_text_and_no_formula(text):
    cell = through_a_workbook(spreadsheet_cells.workbook_text(text))

    assert cell.data_type != "f"
    assert not spreadsheet_cells.FORMULA.match(cell.value or "")


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C"])))
def test_a_printable_text_survives_a_workbook(text):
    cell = through_a_workbook(spreadsheet_cells.workbook_text(text))

    assert spreadsheet_cells.unescape_formula(cell.value or "") == text
