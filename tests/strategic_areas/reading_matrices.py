"""Matrices for tests: the three of ministries with what is expected, and new ones."""

import io
from functools import cache
from pathlib import Path

import openpyxl
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile

from strategic_areas.matrices import KnownInstitution, detect_layout, read_matrix

FOLDER = Path(__file__).resolve().parent / "matrices"
THREE = ("matriz-unica", "matriz-por-ejes", "matriz-cuatro-niveles")
SHIPPED = "strategic_areas/plans/plan-2017-2020.yaml"
#: What some of them were called before, and what people call them.
FORMER = {
    "MIREX": ["Cancillería"],
    "CESTUR": ["POLITUR"],
    "MISPAS": ["SESPAS"],
    "ARD": ["Marina de Guerra"],
    "MIDE": ["Ministerio de las Fuerzas Armadas"],
}


@cache
def known():
    plan = yaml.safe_load((FOLDER.parents[2] / SHIPPED).read_text())
    return tuple(
        KnownInstitution(
            each["acronym"],
            (each["name_es"], each["name_en"]),
            FORMER.get(each["acronym"], ()),
        )
        for each in plan["agencies"]
    )


def upload(content, name="matriz.xlsx"):
    return SimpleUploadedFile(name, content)


def read_as_guessed(content):
    """The reading of a matrix whose proposed naming is confirmed as it is."""
    naming = detect_layout(upload(content)).naming
    return read_matrix(upload(content), naming, institutions=known())


@cache
def one_of_three(name):
    expected = yaml.safe_load((FOLDER / f"{name}.expected.yaml").read_text())
    return read_as_guessed((FOLDER / f"{name}.xlsx").read_bytes()), expected


def name_content(name):
    return (FOLDER / f"{name}.xlsx").read_bytes()


def lost(content, reading):
    """The texts of visible sheets that are in no line, no question, not left out."""
    told = {cell for line in reading.lines for cell in line.cells}
    told |= {question.cell for question in reading.questions}
    told |= {each.cell for each in reading.left_out}
    return [
        f"{page.title}!{cell.coordinate}"
        for page in openpyxl.load_workbook(io.BytesIO(content)).worksheets
        if page.sheet_state == "visible"
        for cells in page.iter_rows()
        for cell in cells
        if cell.value is not None and f"{page.title}!{cell.coordinate}" not in told
    ]
