"""CSV files whose formulas stand where only some programs find a cell."""

import pytest

from strategic_areas.evidence import RefusedFileError, clean
from tests.uploads import upload


def refusal(text):
    """The code of a refusal; the test fails when there is none, or it gives no help."""
    with pytest.raises(RefusedFileError) as caught:
        clean(upload("a.csv", text.encode()))
    assert caught.value.what
    assert caught.value.how
    return caught.value.code


CELLS = [
    "=1+1",
    "=cmd|'/c calc'!A0",
    "＝SUM(A1)",
    "@SUM(A1)",
    "+cmd|'/c calc'!A0",
    "-2+cmd|'/c calc'!A0",
    "=HYPERLINK(A1)",
]


@pytest.mark.parametrize("before", ["", " ", '"', "'", "\u200b"])
@pytest.mark.parametrize("separator", list(",;\t|:^~/&#"))
def test_a_formula_behind_any_separator_is_refused(separator, before):
    main = "," if separator == ";" else ";"

    for cell in CELLS:
        text = f"a{main}b{main}c\n1{main}2{separator}{before}{cell}\n"
        assert refusal(text) == "formula", cell


@pytest.mark.parametrize("cell", ["=cmd|'/c calc'!A0", "=SUM(A1)", "@SUM(A1)"])
def test_a_formula_behind_a_blank_is_refused(cell):
    assert refusal(f"a;b\nTotal {cell};1\n") == "formula"


@pytest.mark.parametrize("first", ["sep=x", "SEP=x", '"sep=x"'])
@pytest.mark.parametrize("cell", ["=1+1", "-A1", "@a"])
def test_a_formula_behind_a_declared_separator_is_refused(first, cell):
    assert refusal(f"{first}\nax{cell}xb\n") == "formula"


@pytest.mark.parametrize("end", ["\x0b", "\x0c", "\x1c", "\x1e", "\x85", "\u2028"])
def test_signs_that_may_end_a_line_are_refused(end):
    assert refusal(f"a;b{end}=1+1;2\n") == "not_its_kind"


@pytest.mark.parametrize(
    "text",
    [
        "Provincia;Talleres\nAzua: 3 (dos, -uno por lluvia-);-5\n",
        "Nota\n2 + 2 = 4\n",
        "Redes,Cuenta\nInstagram: mirexrd,https://example.org/?a=1&b=2\n",
        "Correo;Fecha\na@example.org;12/03/2026\n",
        '"Dijo: ""hola""";+1 (809) 200-7212\n',
        "Mujeres/hombres;Nota\n3/-;12:30-14:00 - salón A\n",
    ],
)
def test_plain_tables_are_taken(text):
    assert clean(upload("a.csv", text.encode())).content == text.encode()
