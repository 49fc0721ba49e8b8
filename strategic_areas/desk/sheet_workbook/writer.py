"""Writes an agency's workbook: a worksheet for each kind of answer."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agencies.fields import FieldKind
from strategic_areas.desk.sheet_workbook.lines import CHOICE_KINDS, NUMBER_KINDS
from strategic_areas.spreadsheet_cells import workbook_text
from strategic_areas.workbooks.reading import DIGEST_COLUMN, cell_text
from strategic_areas.workbooks.writing import (
    NUMBER,
    TEXT,
    WrittenColumn,
    choice_rule,
    content_of,
    new_book,
    numbered,
    write_lists,
    write_metadata,
    write_notes,
    write_rows,
)


def write_sheet_workbook(sheet, answer_worksheets, metadata):
    book = new_book()
    write_notes(
        book.active,
        f"{sheet.agency.acronym} · {sheet.period}",
        [
            _due(sheet.period),
            (_("How to fill it"), numbered(_steps())),
            (_("What is never written here"), [f"• {text}" for text in _never()]),
        ],
    )
    empty_sheets = [book.create_sheet(each.title) for each in answer_worksheets]
    entries = {
        each.machine_name(column.name): (column.label, each.offered(column))
        for kinds in (CHOICE_KINDS, [FieldKind.LINKS])
        for each in answer_worksheets
        for column in each.columns.values()
        if column.kind in kinds
    }
    lists = write_lists(book.create_sheet(_("Lists")), entries)
    write_metadata(book, metadata)
    for each, empty_sheet in zip(answer_worksheets, empty_sheets, strict=True):
        headings = list(_headings(each, lists))
        fixed = len(each.hidden) + len(["code", "title"])
        footer = sheet.agency.acronym
        write_rows(empty_sheet, headings, _rows(each), fixed=fixed, footer=footer)
    return content_of(book)


def _headings(worksheet, lists):
    for name in worksheet.hidden:
        yield WrittenColumn(worksheet.machine_name(name), name, 8, is_hidden=True)
    for name, (label, width) in worksheet.context.items():
        yield WrittenColumn(worksheet.machine_name(name), label, width)
    for column in worksheet.columns.values():
        yield WrittenColumn(
            worksheet.machine_name(column.name),
            column.label,
            column.width,
            column.hint,
            NUMBER if column.kind in NUMBER_KINDS else TEXT,
            _rule(column, lists.get(worksheet.machine_name(column.name))),
            is_editable=True,
        )


def _rule(column, list_formula):
    if column.kind in CHOICE_KINDS:
        return choice_rule(list_formula)
    least, most = column.bounds
    if column.kind not in NUMBER_KINDS or least is None:
        return {}
    kind = "whole" if column.kind is FieldKind.WHOLE else "decimal"
    if most is None:
        return {"type": kind, "operator": "greaterThanOrEqual", "formula1": str(least)}
    limits = {"operator": "between", "formula1": str(least), "formula2": str(most)}
    return {"type": kind, **limits}


def _rows(worksheet):
    for row in worksheet.rows:
        cells = worksheet.answer_cells(row)
        texts = {n: _text_in_file(n, cells.get(n)) for n in worksheet.columns}
        values = (
            worksheet.context_cells(row)
            | {DIGEST_COLUMN: worksheet.digest(texts)}
            | cells
        )
        may_be_filled = {
            worksheet.machine_name(name)
            for name in worksheet.columns
            if worksheet.may_fill(row, name)
        }
        yield {worksheet.machine_name(n): v for n, v in values.items()}, may_be_filled


def _text_in_file(name, value):
    return cell_text(name, workbook_text(value) if isinstance(value, str) else value)


def _due(period):
    day = date_format(period.due_on, "SHORT_DATE_FORMAT")
    return _("Due on %(day)s.") % {"day": day}


def _steps():
    return [
        _(
            "One row is one activity. Fill the columns with a green header; the grey "
            "cells only tell what stands."
        ),
        _(
            "An empty row opens with what the agency last reported. Change what "
            "changed: often one number is enough. A row that you do not touch says "
            "nothing."
        ),
        _(
            "Where nothing changed at all, choose “Same as the previous period”. Where "
            "there is nothing to tell, choose “No news” and say why."
        ),
        _(
            "Lists open by the arrow beside the cell. Write values only, no formulas. "
            "Do not add or remove rows, and leave the hidden columns as they are."
        ),
        _(
            "If there is a sheet of declarations, one row is one commitment that the "
            "agency leads: declare there what became of its expected result, and "
            "leave alone what is not decided."
        ),
        _(
            "If there is a sheet of values, one row is one value of an indicator: fill "
            "the total, and the parts that you know. What is not known goes into “Not "
            "stated”. Saving hands it in to the secretariat."
        ),
        _(
            "Save it as .xlsx and upload it on the page of the sheet. Before anything "
            "is saved you see each change and each error by its cell."
        ),
        _(
            "What somebody saved on the page after you downloaded this workbook is not "
            "overwritten: you will see both texts."
        ),
        _(
            "Uploading sends nothing. When all is saved, press “Check and send all” on "
            "the page of the sheet. Evidence is attached there too, and there you "
            "propose activities and add other work."
        ),
    ]


def _never():
    return [
        _("Names of victims, of their families or of witnesses, nor their initials."),
        _("Identity card, passport, file or telephone numbers; addresses; pictures."),
        _(
            "What lets somebody be recognised without a name: age together with place, "
            "nationality together with a date, the story of one case."
        ),
        _("In this workbook one writes about the work done, never about a person."),
    ]
