"""
The worksheets of an agency's workbook, and previews of uploaded lines.

A *line* is a row of a worksheet, a *row* one of the agency's sheet on the web. For a
preview each line is saved with the form of its row, and rolled back. Only cells
that were changed after the download count.
"""

from collections import Counter
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from agencies.fields import FieldKind
from agencies.numbers import UnclearValueError
from strategic_areas.evidence import RefusedFileError
from strategic_areas.models.report_fields import ReportField
from strategic_areas.plan_document.lines import LineState
from strategic_areas.plan_document.values import parse_value
from strategic_areas.workbooks.reading import (
    DIGEST_COLUMN,
    CellChange,
    ValueFault,
    WorkbookCell,
    WorkbookLine,
    lines_below,
)

CHOICE_KINDS, NUMBER_KINDS = (
    (FieldKind.CHOICE, FieldKind.FLAG),
    (FieldKind.WHOLE, FieldKind.DECIMAL),
)
#: Kinds of cells that the form itself parses.
FORM_KINDS = (*NUMBER_KINDS, FieldKind.LINKS)
#: Hidden column that identifies a row; ``DIGEST_COLUMN`` is the other hidden column.
KEY_COLUMN = "key"
#: Label and width.
CODE_COLUMN = (gettext_lazy("Code"), 12)
STATE_LABEL = gettext_lazy("State")
DOWNLOAD_AGAIN = gettext_lazy(
    "Download the workbook of this sheet and copy into it what you filled."
)


@dataclass(frozen=True, eq=False)
class AnswerColumn:
    """
    A column that the agency fills in, named as the form's field.

    ``options`` are pairs of value and label of a choice, ``bounds`` the smallest and
    largest number. ``field`` is the revision's field, if any.
    """

    name: str
    label: str | Promise
    width: int
    hint: str | Promise = ""
    kind: FieldKind = FieldKind.TEXT
    options: tuple = ()
    bounds: tuple = (None, None)
    field: ReportField | None = None

    @property
    def choices(self):
        if self.kind is FieldKind.FLAG:
            return [(True, _("Yes")), (False, _("No"))]
        return [(value, str(label)) for value, label in self.options]

    @property
    def offered(self):
        return [word for _value, word in self.choices]

    def word(self, value):
        return dict(self.choices).get(value, "")

    def form_data(self, cell):
        """
        Return the form data of a cell; ``UnclearValueError`` if it cannot be parsed.
        """
        if self.kind in FORM_KINDS and cell.is_value:
            return cell.number_or_text
        return parse_value(self, cell, None)

    def value_of_text(self, text):
        """What the database would store for a cell's text in either language."""
        if self.kind not in CHOICE_KINDS:
            return text
        unset = False if self.kind is FieldKind.FLAG else ""
        try:
            return str(
                parse_value(self, WorkbookCell("", text), None) if text else unset
            )
        except UnclearValueError:
            return text


@dataclass(frozen=True)
class LinePreview:
    """
    The effect of saving a line.

    ``row`` is its row on the sheet, or None; ``data`` is the form data to save.
    """

    worksheet: "AnswerWorksheet"
    line: WorkbookLine
    row: object
    state: LineState
    faults: tuple[ValueFault, ...] = ()
    changes: tuple[CellChange, ...] = ()
    warnings: tuple = ()
    data: dict | None = None

    @property
    def shows_stored_values(self):
        return self.state is not LineState.NEW


class AnswerWorksheet:
    """
    ``rows`` of the sheet as lines of a worksheet, with ``columns`` to fill in by name.

    Before these come the ``hidden`` columns and the locked ``context`` columns. A
    worksheet without a ``required`` column is refused. A workbook may lack a worksheet
    that ``is_optional``.
    Subclasses define

    - ``machine_name(name)``: the name in the hidden row, by which a column is found;
    - ``context_cells(row)`` and ``answer_cells(row)``: values of locked cells, and of
      cells to fill in; ``may_fill(row, name)``;
    - ``digest(texts)``: stored in a hidden cell; ``changed(line)``: names of the cells
      changed since;
    - ``preview(line, row, changed, by=)``: the ``LinePreview`` of a changed line;
    - ``save(row, data, by=)``: stores the line, and returns "saved", "submitted",
      "conflicts" or "refused", with a reason.
    """

    name, title, rows, columns = "", "", (), {}
    hidden, context, required = (
        (KEY_COLUMN, DIGEST_COLUMN),
        {},
        (KEY_COLUMN, DIGEST_COLUMN),
    )
    is_optional = True

    def offered(self, column):
        return column.offered

    def row(self, key):
        return next((row for row in self.rows if str(row.key) == key), None)

    def header(self, name):
        if name in self.columns:
            return str(self.columns[name].label)
        return str(self.context.get(name, [self.machine_name(name)])[0])

    def texts(self, line):
        return {name: line.text(name) for name in self.columns}

    def previews(self, worksheets, *, by):
        columns = (*self.hidden, *self.context, *self.columns)
        machine_names = {self.machine_name(name): name for name in columns}
        names, lines = lines_below(worksheets, machine_names)
        self._must_have_columns(names)
        lines = [
            line for line in lines if any(map(line.text, [KEY_COLUMN, *self.columns]))
        ]
        counts = Counter(line.text(KEY_COLUMN) for line in lines)
        return [self._preview_of(line, counts, by) for line in lines]

    def _must_have_columns(self, names):
        if not names and not self.is_optional:
            what = _("The hidden first row of the report is missing.")
            raise RefusedFileError("no_names", what, DOWNLOAD_AGAIN)
        missing = [self.header(name) for name in self.required if name not in names]
        if names and missing:
            what = _("These columns are missing: %(columns)s.") % {
                "columns": ", ".join(missing)
            }
            raise RefusedFileError("missing_column", what, DOWNLOAD_AGAIN)

    def _preview_of(self, line, counts, by):
        row, changed = self.row(line.text(KEY_COLUMN)), self.changed(line)
        if not changed:
            return LinePreview(self, line, row, LineState.UNCHANGED)
        if problems := self._row_problems(line, row, changed, counts):
            return self.refused(line, row, problems)
        return self.preview(line, row, changed, by=by)

    def _row_problems(self, line, row, changed, counts):
        if not line.text(KEY_COLUMN):
            text = _(
                "Rows cannot be added in the workbook; activities are proposed on the "
                "page of the sheet."
            )
        elif row is None:
            text = _("It is no longer asked about in this round.")
        elif counts[line.text(KEY_COLUMN)] > 1:
            text = _("This is in more than one row.")
        elif line.text("code") != row.subject.code:
            text = _("The code does not belong to this row; cells were moved apart.")
        elif not row.is_open:
            text = _("This was sent already; it is no longer changed here.")
            return [(name, text) for name in changed]
        else:
            return []
        return [("", text)]

    def refused(self, line, row, problems, changes=(), state=LineState.REFUSED):
        """
        Return the preview of a line with problems: pairs of a column (or "") and text.
        """
        order = ["", *self.columns]
        cell_problems = tuple(
            ValueFault(
                line.cell(name).place,
                self.header(name) if name else "",
                text,
                line.number,
                name,
            )
            for name, text in sorted(problems, key=lambda each: order.index(each[0]))
        )
        return LinePreview(self, line, row, state, cell_problems, changes)
