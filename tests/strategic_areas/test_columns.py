import pytest

from strategic_areas.views.parameters import MANY_ROWS, select_columns
from tests.columns_seen import idle_columns

HEADINGS = {"lead": "Lead", "due": "Due"}


def rows(*dues):
    return [{"lead": f"A{number}", "due": due} for number, due in enumerate(dues)]


@pytest.mark.parametrize(
    ("value", "said"), [("31/12/2028", "31/12/2028"), (0, "0"), ("", ""), (None, "")]
)
def test_a_column_with_one_value_is_left_out_and_said_once(value, said):
    found = select_columns(HEADINGS, rows(*[value] * MANY_ROWS))

    assert (found.shown, found.common) == (("lead",), (("Due", said),))


@pytest.mark.parametrize("dues", [("", "", "", "", "x"), (1, 1, 1, 1), ()])
def test_a_column_stays_that_tells_rows_apart_or_of_which_there_are_few(dues):
    found = select_columns(HEADINGS, rows(*dues))

    assert (found.shown, found.common) == (("lead", "due"), ())


def test_a_column_in_which_nothing_stands_is_left_out_of_any_table():
    assert select_columns(HEADINGS, rows("")).common == (("Due", ""),)


def test_a_page_s_idle_columns_are_found():
    row = "<tr><th>T</th><td> <b>x</b></td><td>{}</td></tr>"
    table = "<table><tr><td>a</td></tr><tbody>{}</tbody></table>"
    body = "".join(row.format(number) for number in range(MANY_ROWS))
    few = "".join(row.format(1) for _ in range(MANY_ROWS - 1))

    assert idle_columns(table.format(body) + table.format(few)) == [(0, "x")]
