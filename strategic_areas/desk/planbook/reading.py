"""Reading an uploaded workbook of a plan: whose it is, and its rows by sheet."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from strategic_areas.desk.planbook.columns import FORMAT, ORIGIN, SEEN, SHEETS
from strategic_areas.desk.workbook import guide
from strategic_areas.desk.workbook.reading import (
    NAMES_WITHIN,
    line_of,
    marks_in,
    pages_of,
    too_much,
)
from strategic_areas.evidence import RefusedFileError
from strategic_areas.models import Plan

#: Several times a plan; checking each record takes some hundredths of a second.
MOST_RECORDS = 1_500


@dataclass(frozen=True)
class Book:
    """
    What an uploaded workbook holds.

    ``plan`` is the code of the plan that it was taken of; ``lines`` are its rows by the
    name of the sheet, those without any content left out.
    """

    plan: str
    lines: dict


def read(upload, plan):
    """
    The ``Book`` of an upload; ``RefusedFileError`` where the plan cannot take it.

    A plan in preparation takes the workbook of another plan too, to start from it.
    """
    pages = pages_of(upload)
    marks = marks_in(pages.pop(guide.MARKS, []))
    if marks.get("format") != FORMAT:
        raise RefusedFileError(
            "not_ours",
            _("This is not the workbook of a plan, or one of an older version."),
            _again(),
        )
    if marks.get("plan") != plan.code and plan.status != Plan.Status.IN_PREPARATION:
        raise RefusedFileError(
            "another_plan",
            _("This workbook is of the plan %(plan)s, not of this one.")
            % {"plan": marks.get("plan")},
            _again(),
        )
    lines = {name: list(_lines(sheet, pages)) for name, sheet in SHEETS.items()}
    if sum(map(len, lines.values())) > MOST_RECORDS:
        raise too_much()
    return Book(marks.get("plan", ""), lines)


def _lines(sheet, pages):
    rows, start, columns = _find_names(sheet, pages)
    for number, row in enumerate(rows[start:], start + 1):
        line = line_of(number, row, columns)
        is_header = line.text(SEEN) == SEEN
        if not is_header and any(line.text(each.name) for each in sheet.columns):
            yield line


def _find_names(sheet, pages):
    """The rows of a sheet, where its lines begin, and name → place of its columns."""
    names = [SEEN, ORIGIN, *(column.name for column in sheet.columns)]
    machine = {f"{sheet.name}.{name}": name for name in names}
    for rows in pages.values():
        for number, row in enumerate(rows[:NAMES_WITHIN], 1):
            found = {}
            for place, cell in enumerate(row):
                if cell.value in machine:
                    found.setdefault(machine[cell.value], place)
            if len(found) == len(names):
                return rows, number, found
    raise RefusedFileError(
        "missing_column",
        _("Of the sheet “%(sheet)s” the hidden first row or a column is missing.")
        % {"sheet": sheet.title},
        _again(),
    )


def _again():
    return _("Download the workbook of this plan and copy into it what you filled.")
