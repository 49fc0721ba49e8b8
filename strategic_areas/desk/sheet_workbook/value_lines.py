"""The workbook's lines of indicator values."""

import json

from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy

from agencies.fields import FieldKind
from agencies.numbers import UnclearValueError
from strategic_areas.desk.screens import take_valid_step
from strategic_areas.desk.sheet_workbook.lines import (
    CODE_COLUMN,
    KEY_COLUMN,
    STATE_LABEL,
    AnswerColumn,
    AnswerWorksheet,
    LinePreview,
)
from strategic_areas.desk.values.forms import (
    DIMENSIONS,
    FixedDaysValueForm,
    categories_of,
    format_number,
    initial_of_value,
    last_public_figure,
)
from strategic_areas.figures.submission import last_submitted_values, submit_value
from strategic_areas.models import PublishedFigure
from strategic_areas.plan_document.lines import LineState
from strategic_areas.workbooks.reading import DIGEST_COLUMN, CellChange, digest_of
from strategic_areas.workflow import guard
from strategic_areas.workflow.questions import VALUE

#: Columns of every value; those of breakdowns follow.
VALUE_COLUMNS = (
    AnswerColumn("value", gettext_lazy("Value"), 14, kind=FieldKind.DECIMAL),
    AnswerColumn(
        "figure_status",
        gettext_lazy("Provisional or confirmed"),
        16,
        kind=FieldKind.CHOICE,
        options=tuple(PublishedFigure.Status.choices),
    ),
    AnswerColumn("note", gettext_lazy("Note"), 36),
    AnswerColumn("why", gettext_lazy("Why it differs"), 36),
)
#: Form field → name in the workbook, where it is not ``value_`` and the field.
MACHINE_NAMES = {"value": "value_total", "figure_status": "value_certainty"}
#: A whole row has one digest, longer than that of a cell.
ROW_DIGEST_BYTES = 8


class ValueWorksheet(AnswerWorksheet):
    """The values that a round asks for, with the breakdowns of each indicator."""

    context = {
        "code": CODE_COLUMN,
        "title": (gettext_lazy("Indicator"), 42),
        "days": (gettext_lazy("Period"), 20),
        "state": (STATE_LABEL, 28),
    }

    def __init__(self, rows):
        self.name, self.title, self.rows = VALUE.name, str(VALUE.receipt_heading), rows
        indicators = dict.fromkeys(row.value.indicator for row in rows)
        self.categories = {each: categories_of(each) for each in indicators}
        self.columns, self._last = {column.name: column for column in VALUE_COLUMNS}, {}
        for categories in self.categories.values():
            for dimension, words in categories.items():
                for code, word in words.items():
                    label = f"{DIMENSIONS[dimension]}: {word}"
                    name = f"{dimension}.{code}"
                    self.columns[name] = AnswerColumn(
                        name, label, 16, kind=FieldKind.DECIMAL
                    )

    def machine_name(self, name):
        return MACHINE_NAMES.get(name, name if "." in name else f"value_{name}")

    def may_fill(self, row, name):
        dimension, _point, code = name.rpartition(".")
        own = self.categories[row.value.indicator].get(dimension, ())
        return row.is_open and (not dimension or code in own)

    def context_cells(self, row):
        return {
            KEY_COLUMN: row.key,
            "code": row.subject.code,
            "title": row.subject.indicator.name,
            "days": row.subject.span,
            "state": str(row.word),
        }

    @cached_property
    def _returned(self):
        return last_submitted_values(
            row.value for row in self.rows if row.state == "returned"
        )

    def answer_cells(self, row):
        if not row.is_open:
            return {}
        last = self._returned.get(row.value)
        values = {"figure_status": PublishedFigure.Status.PROVISIONAL}
        values |= initial_of_value(last) if last else {}
        return {
            name: _cell_value(column, values.get(name))
            for name, column in self.columns.items()
        }

    def digest(self, texts):
        values = {
            self.machine_name(name): self.columns[name].value_of_text(text)
            for name, text in texts.items()
            if text
        }
        return digest_of(json.dumps(values, sort_keys=True), size=ROW_DIGEST_BYTES)

    def changed(self, line):
        """Return all filled cells of a changed row, which is submitted as a whole."""
        texts = self.texts(line)
        is_unchanged = self.digest(texts) == line.text(DIGEST_COLUMN)
        return set() if is_unchanged else {name for name in texts if texts[name]}

    def preview(self, line, row, changed, *, by):
        data, cell_problems = {}, {}
        for name in changed:
            column = self.columns[name]
            try:
                value = column.form_data(line.cell(name))
            except UnclearValueError as error:
                cell_problems[name] = str(error)
            else:
                value = "on" if value is True else value
                data |= {f"{row.span_key}-{name}": value} if value else {}
        form = self._form(row, data)
        unexpected = changed - {*form.fields, *cell_problems}
        text = _("This indicator does not ask for it; leave the cell empty.")
        cell_problems |= dict.fromkeys(unexpected, text)
        if not (form.has_changed() or cell_problems):
            return LinePreview(self, line, row, LineState.UNCHANGED)
        problems = [*cell_problems.items()]
        for field, messages in form.errors.items():
            name = field if field in self.columns else ""
            problems += [(name, text) for text in messages if name not in cell_problems]
        if problems:
            return self.refused(line, row, problems)
        changes = tuple(
            CellChange(
                self.header(name),
                "",
                format_number(form.cleaned_data[name])
                if column.kind is FieldKind.DECIMAL
                else line.text(name),
                line.cell(name).place,
            )
            for name, column in self.columns.items()
            if name in changed
        )
        state = LineState.NEW if row.state == "todo" else LineState.CHANGED
        warnings = tuple(
            guard.warnings_and_blocks_of_fields(form.instance, ("note", "why"))[0]
        )
        return LinePreview(self, line, row, state, (), changes, warnings, data)

    def _form(self, row, data):
        indicator = row.value.indicator
        if indicator not in self._last:
            self._last[indicator] = last_public_figure(indicator)
        return FixedDaysValueForm(data, row=row, last=self._last[indicator])

    def save(self, row, data, *, by):
        form = self._form(row, data)
        if row.state == "submitted":
            is_same = form.is_valid() and initial_of_value(
                form.instance
            ) == initial_of_value(last_submitted_values([row.value])[row.value])
            # The line was posted twice, or another number was submitted meanwhile.
            return "submitted" if is_same else "conflicts", ""
        if take_valid_step(form, submit_value, form.instance, by=by):
            return "submitted", ""
        return "refused", next(iter(form.errors.values()))[0]


def _cell_value(column, value):
    if value in (None, ""):
        return ""
    if column.kind is FieldKind.CHOICE:
        return column.word(value)
    return float(value) if column.kind is FieldKind.DECIMAL else str(value)
