"""
The pages of an agency's workbook, and what an uploaded line would change.

Each line is rehearsed with the form of its row and rolled back. A cell counts only if
it was changed after the workbook was downloaded.
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
    SEEN,
    CellChange,
    CellProblem,
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
#: Hidden column that identifies a row; ``SEEN`` is the other hidden column.
KEY_COLUMN = "key"
CODE_COLUMN, STATE_LABEL = (gettext_lazy("Code"), 12), gettext_lazy("State")
DOWNLOAD_AGAIN = gettext_lazy(
    "Download the workbook of this sheet and copy into it what you filled."
)


@dataclass(frozen=True, eq=False)
class AnswerColumn:
    """
    A column that the agency fills, named as the form's field.

    ``known`` are pairs of value and word of a list, ``bounds`` the smallest and largest
    number. ``field`` is the revision's field, if any.
    """

    name: str
    label: str | Promise
    width: int
    hint: str | Promise = ""
    kind: FieldKind = FieldKind.TEXT
    known: tuple = ()
    bounds: tuple = (None, None)
    field: ReportField | None = None

    @property
    def choices(self):
        if self.kind is FieldKind.FLAG:
            return [(True, _("Yes")), (False, _("No"))]
        return [(value, str(label)) for value, label in self.known]

    @property
    def offered(self):
        return [word for _value, word in self.choices]

    def word(self, value):
        return dict(self.choices).get(value, "")

    def typed(self, cell):
        """The form data of a cell; ``UnclearValueError`` if it cannot be read."""
        if self.kind in FORM_KINDS and cell.is_value:
            return cell.number
        return parse_value(self, cell, None)

    def meant(self, text):
        """Return the stored value of a cell's text in either language."""
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
    What saving a line would do to its ``row``, or None; ``data`` is what saving posts.
    """

    page: "AnswerPage"
    line: WorkbookLine
    row: object
    state: LineState
    faults: tuple[CellProblem, ...] = ()
    changes: tuple[CellChange, ...] = ()
    warnings: tuple = ()
    data: dict | None = None

    @property
    def is_known(self):
        return self.state is not LineState.NEW


class AnswerPage:
    """
    One page of the workbook: ``rows`` of the sheet, and ``columns`` to fill by name.

    ``hidden`` and ``context`` are the columns before those. A page without a ``needed``
    column is refused, unless it ``is_optional`` and missing as a whole. Subclasses
    define

    - ``machine_name(name)``: the name in the hidden row, by which a column is found;
    - ``told(row)`` and ``held(row)``: values of locked cells and of cells to fill;
      ``may_fill(row, name)``;
    - ``seen(texts)``: the digest kept in a hidden cell; ``changed(line)``: names of the
      cells changed since;
    - ``rehearsed(line, row, changed, by=)``: the ``LinePreview`` of a changed line;
    - ``save(row, data, by=)``: stores the line, and returns "saved", "handed_in",
      "conflicts" or "refused", with a reason.
    """

    name, title, rows, columns = "", "", (), {}
    hidden, context, needed = (KEY_COLUMN, SEEN), {}, (KEY_COLUMN, SEEN)
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

    def outcomes(self, pages, *, by):
        machine = (*self.hidden, *self.context, *self.columns)
        names, lines = lines_below(pages, {self.machine_name(n): n for n in machine})
        self._must_be_whole(names)
        lines = [
            line for line in lines if any(map(line.text, [KEY_COLUMN, *self.columns]))
        ]
        times = Counter(line.text(KEY_COLUMN) for line in lines)
        return [self._outcome(line, times, by) for line in lines]

    def _must_be_whole(self, names):
        if not names and not self.is_optional:
            what = _("The hidden first row of the report is missing.")
            raise RefusedFileError("no_names", what, DOWNLOAD_AGAIN)
        missing = [self.header(name) for name in self.needed if name not in names]
        if names and missing:
            what = _("These columns are missing: %(columns)s.")
            what %= {"columns": ", ".join(missing)}
            raise RefusedFileError("missing_column", what, DOWNLOAD_AGAIN)

    def _outcome(self, line, times, by):
        row, changed = self.row(line.text(KEY_COLUMN)), self.changed(line)
        if not changed:
            return LinePreview(self, line, row, LineState.UNCHANGED)
        if faults := self._misplaced(line, row, changed, times):
            return self.refused(line, row, faults)
        return self.rehearsed(line, row, changed, by=by)

    def _misplaced(self, line, row, changed, times):
        if not line.text(KEY_COLUMN):
            text = _(
                "Rows cannot be added in the workbook; activities are proposed on the "
                "page of the sheet."
            )
        elif row is None:
            text = _("It is no longer asked about in this round.")
        elif times[line.text(KEY_COLUMN)] > 1:
            text = _("This is in more than one row.")
        elif line.text("code") != row.subject.code:
            text = _("The code does not belong to this row; cells were moved apart.")
        elif not row.is_open:
            text = _("This was sent already; it is no longer changed here.")
            return [(name, text) for name in changed]
        else:
            return []
        return [("", text)]

    def refused(self, line, row, faults, changes=(), state=LineState.REFUSED):
        """
        Return the preview of a line with ``faults``: pairs of a column (or "") and a
        text.
        """
        places = ["", *self.columns]
        told = tuple(
            CellProblem(
                line.cell(name).place,
                self.header(name) if name else "",
                text,
                line.number,
                name,
            )
            for name, text in sorted(faults, key=lambda each: places.index(each[0]))
        )
        return LinePreview(self, line, row, state, told, changes)
