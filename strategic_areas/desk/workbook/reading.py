"""Reads the lines of reports in an uploaded workbook of a sheet."""

from django.utils.translation import gettext as _

from strategic_areas.desk.workbook import guide
from strategic_areas.desk.workbook.columns import FIELDS, FORMAT, HEADERS, IDS
from strategic_areas.evidence import RefusedFileError
from strategic_areas.workbooks.reading import (
    line_of,
    marks_in,
    pages_of,
    rows_of_names,
)

#: The columns that are read; the others are only for the reader.
READ = (*(column.name for column in IDS), "code", *FIELDS)


def read(upload, sheet):
    """
    The lines of the reports, and all sheets by name.

    Raises ``RefusedFileError`` where the workbook is not this sheet's.
    """
    pages = pages_of(upload)
    _must_be_of(marks_in(pages), sheet)
    rows, start, columns = _find_names(pages)
    _must_be_whole(columns)
    lines = [
        line_of(number, row, columns)
        for number, row in enumerate(rows[start:], start + 1)
    ]
    return [line for line in lines if _is_a_line(line)], pages


def _must_be_of(found, sheet):
    wanted = guide.marks_of(sheet)
    if found == wanted:
        return
    if found.get("format") != FORMAT:
        raise RefusedFileError(
            "not_ours",
            _("This is not the workbook of a sheet, or one of an older version."),
            _again(),
        )
    raise RefusedFileError(
        "another_sheet",
        _("This workbook is of %(agency)s in the round %(period)s, not of this sheet.")
        % {"agency": found.get("agency"), "period": found.get("period")},
        _again(),
    )


def _find_names(pages):
    found = rows_of_names(pages, {name: name for name in READ})
    return max(found, key=lambda each: len(each[2]), default=([], 0, {}))


def _must_be_whole(columns):
    missing = [str(HEADERS[name]) for name in READ if name not in columns]
    if len(missing) == len(READ):
        raise RefusedFileError(
            "no_names", _("The hidden first row of the report is missing."), _again()
        )
    if missing:
        what = _("These columns are missing: %(columns)s.")
        what %= {"columns": ", ".join(missing)}
        raise RefusedFileError("missing_column", what, _again())


def _is_a_line(line):
    if line.text("activity") == HEADERS["activity"]:
        return False
    return line.whole("activity") or any(filled(line).values())


def _again():
    return _("Download the workbook of this sheet and copy into it what you filled.")


def filled(line):
    """Name → what the fillable cells of a line say."""
    return {name: line.text(name) for name in FIELDS}
