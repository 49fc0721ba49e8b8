"""The workbook's lines of reports, declarations and other revisions."""

import re
from functools import cache

from django.db import transaction
from django.template.defaultfilters import floatformat
from django.utils.functional import cached_property, lazy
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agencies import numbers
from agencies.fields import FieldKind
from agencies.numbers import UnclearValueError
from strategic_areas.desk.sheet.forms import save_answer
from strategic_areas.desk.sheet_workbook.lines import (
    CHOICE_KINDS,
    CODE_COLUMN,
    KEY_COLUMN,
    NUMBER_KINDS,
    STATE_LABEL,
    AnswerColumn,
    AnswerWorksheet,
    LinePreview,
)
from strategic_areas.models import AnswerKind, RevisionStatus
from strategic_areas.models.report_fields import FormSection
from strategic_areas.plan_document.lines import LineState
from strategic_areas.progress import settled_pair
from strategic_areas.workbooks.reading import (
    DIGEST_COLUMN,
    CellChange,
    comparable,
    digest_of,
)
from strategic_areas.workflow import guard
from strategic_areas.workflow.questions import REPORT

BETWEEN_NAMES = re.compile(r"[;,\n]")
_label = lazy(lambda field: field.label, str)
#: Answer → cells that may be changed with it.
CELLS_OF_ANSWER = {
    AnswerKind.SAME_AS_BEFORE: {"answer"},
    AnswerKind.NO_NEWS: {"answer", "no_news_reason_es"},
}


@cache
def columns_of(model):
    return {
        field.columns[0]: AnswerColumn(
            field.columns[0],
            _label(field),
            field.column_layout.width,
            field.column_layout.hint,
            field.kind,
            tuple(getattr(field.model_field, "flatchoices", ())),
            field.bounds,
            field,
        )
        for field in model.fields
        if getattr(field, "column_layout", None)
    }


class UpdateWorksheet(AnswerWorksheet):
    hidden = (KEY_COLUMN, "update", "version", DIGEST_COLUMN)

    def __init__(self, question, rows):
        self.question, self.rows = question, rows
        self.name, self.title = question.name, str(question.receipt_heading)
        self.is_optional = question is not REPORT
        self.columns = columns_of(question.model)
        self.required = (*self.hidden, "code", *self.columns)
        self.context = {
            "code": CODE_COLUMN,
            "title": (capfirst(str(question.subject_model._meta.verbose_name)), 42),
            "state": (STATE_LABEL, 20),
            "last": (_("Last published"), 26),
            "last_text": (_("What was published"), 44),
        }

    @cached_property
    def linked(self):
        """Column → name → id of the records to which a cell may link."""
        return {
            name: {
                str(each): each.pk
                for each in column.field.model_field.related_model.objects.all()
            }
            for name, column in self.columns.items()
            if column.kind is FieldKind.LINKS
        }

    def offered(self, column):
        linked = self.linked.get(column.name)
        return column.offered if linked is None else sorted(linked, key=comparable)

    def machine_name(self, name):
        # Only reports have names without a prefix, as in older workbooks.
        prefix = f"{self.question.name}." if self.is_optional else ""
        return prefix + (self.question.name if name == KEY_COLUMN else name)

    def may_fill(self, row, name):
        other = "percent" if _is_continuing(row) else "quantity"
        return row.is_open and name != other

    def context_cells(self, row):
        last, update = row.last, row.update
        return {
            KEY_COLUMN: row.key,
            "update": update.pk if update else 0,
            "version": update.version if update else 0,
            "code": row.subject.code,
            "title": row.subject.title,
            "state": _state_text(row),
            "last": _last_report_text(row)
            if last
            else _("Nothing was published before"),
            "last_text": getattr(last, last.main_text_field) or "" if last else "",
        }

    def answer_cells(self, row):
        # As on the sheet, the agency's own last answer prefills an empty row.
        update = row.own_last if row.is_empty else row.update
        cells = {
            name: _cell_value(
                column, update if column.field.prefilled or not row.is_empty else None
            )
            for name, column in self.columns.items()
        }
        has_reason = "no_news_reason_es" in cells
        if has_reason and update and update.answer != AnswerKind.NO_NEWS:
            cells["no_news_reason_es"] = ""
        return cells

    def digest(self, texts):
        return "-".join(
            digest_of(column.value_of_text(texts[name]))
            for name, column in self.columns.items()
        )

    def changed(self, line):
        texts = self.texts(line)
        before, now = line.text(DIGEST_COLUMN).split("-"), self.digest(texts).split("-")
        if len(before) != len(now):
            return {name for name, text in texts.items() if text}
        digests = zip(self.columns, before, now, strict=True)
        return {name for name, old, new in digests if old != new}

    def preview(self, line, row, changed, *, by):
        data, cell_problems = self._form_data(line, row, changed)
        with transaction.atomic():
            form = save_answer(row, data, by=by)
            transaction.set_rollback(True)
        problems = [
            *cell_problems.items(),
            *self._form_problems(line, form, cell_problems),
        ]
        if form.conflict:
            changes = self._changes(line, form.conflict, form)
            return self.refused(line, row, problems, changes, LineState.STALE)
        if problems:
            return self.refused(line, row, problems)
        stored = None if row.is_empty else row.update
        changes = self._changes(line, stored, form)
        if form.is_already_saved or not changes:
            return LinePreview(self, line, row, LineState.UNCHANGED)
        state = LineState.CHANGED if stored else LineState.NEW
        warnings = tuple(guard.warnings_about(form.instance))
        return LinePreview(self, line, row, state, (), changes, warnings, data)

    def _form_problems(self, line, form, known):
        errors = {} if "answer" in known else form.errors.as_data()
        for name, messages in errors.items():
            column = name if name in self.columns else ""
            for error in messages:
                text = " ".join(error.messages)
                # A refused text also counts as missing; one reason is enough.
                is_repeated = (
                    column and line.text(column) and text == _("This is required.")
                )
                if not (name in known or error.code == "conflict" or is_repeated):
                    yield column, text

    def _changes(self, line, stored, form):
        before, after = (
            _in_words(self.columns, stored),
            _in_words(self.columns, form.instance, form),
        )
        return tuple(
            CellChange(
                self.header(name), before[name], after[name], line.cell(name).place
            )
            for name in self.columns
            if before[name] != after[name]
        )

    def save(self, row, data, *, by):
        form = save_answer(row, data, by=by)
        if form.conflict:
            return "conflicts", ""
        if form.errors:
            return "refused", next(iter(form.errors.values()))[0]
        return "saved", ""

    def _form_data(self, line, row, changed):
        values, problems = {}, {}
        for name, column in self.columns.items():
            try:
                values[name] = column.form_data(line.cell(name))
            except UnclearValueError as error:
                problems[name] = str(error)
        answer = values.get("answer") or _implied_answer(changed)
        problems = self._unexpected_cells(answer, row, changed) | problems
        data = {"seen_version": _seen_version(line, row)}
        if self.question.allows_no_news:
            data["answer"] = answer
        if answer == AnswerKind.NO_NEWS:
            data["no_news_reason_es"] = _as_posted(values.get("no_news_reason_es"))
        elif answer == AnswerKind.REPORTED:
            data |= self._report_data(row, values, changed, problems)
        return data, problems

    def _unexpected_cells(self, answer, row, changed):
        found = {}
        if answer == AnswerKind.SAME_AS_BEFORE and row.own_last is None:
            found["answer"] = _(
                "The agency has reported nothing before: choose “Reported”."
            )
        if answer in CELLS_OF_ANSWER:
            for name in changed - CELLS_OF_ANSWER[answer]:
                found[name] = _(
                    "With “%(answer)s” this cell stays as it was. Choose "
                    "“%(reported)s”, or undo the change."
                ) % {
                    "answer": AnswerKind(answer).label,
                    "reported": AnswerKind.REPORTED.label,
                }
        elif "no_news_reason_es" in changed:
            found["no_news_reason_es"] = _(
                "Only “No news” states this: leave it empty."
            )
        if _is_continuing(row) and "percent" in changed:
            found["percent"] = _("Continuing work states a quantity, never a percent.")
        if not _is_continuing(row) and "quantity" in changed:
            found["quantity"] = _(
                "Only continuing work states a quantity; state a percent."
            )
        return found

    def _report_data(self, row, values, changed, problems):
        data = {}
        for name, column in self.columns.items():
            if not column.field.filled_in or column.field.part == FormSection.NO_NEWS:
                continue
            value = values.get(name) or ""
            if column.kind is FieldKind.LINKS:
                value = self._linked_ids(name, value, problems)
            elif column.kind is FieldKind.TEXT:
                value = _as_posted(value)
            data[name] = value
        if _is_continuing(row):
            data.pop("percent", None)
        elif "percent" in data:
            del data["quantity"]
            data |= _settle_percent(data["execution"], data["percent"], changed)
        return data

    def _linked_ids(self, name, text, problems):
        known = {comparable(word): pk for word, pk in self.linked[name].items()}
        words = [each.strip() for each in BETWEEN_NAMES.split(text)]
        unknown = [each for each in words if each and comparable(each) not in known]
        if unknown and name not in problems:
            problems[name] = _(
                "Not on the sheet of lists: %(names)s. Write each name as it stands "
                "there, separated by a semicolon."
            ) % {"names": ", ".join(each[:60] for each in unknown)}
        return sorted({known.get(comparable(each)) for each in words} - {None})


def _is_continuing(row):
    return getattr(row.subject, "is_continuing", False)


def _state_text(row):
    if row.state == "returned":
        reason = row.return_step.reason if row.return_step else ""
        return f"{RevisionStatus.RETURNED.label}: {reason}"
    update = row.update
    return str(
        row.question.no_answer_label if row.is_empty else update.get_status_display()
    )


def _last_report_text(row):
    last, parts = row.last, [row.last_answer_in_words]
    if getattr(last, "percent", None) is not None:
        parts.append(f"{last.percent} %")
    if getattr(last, "quantity", None) is not None:
        quantity = floatformat(last.quantity, "-2g")
        parts.append(f"{quantity} {row.subject.unit or ''}".strip())
    text = f"{' · '.join(map(str, parts))} ({last.period.name})"
    if last == row.own_last:
        return text
    return f"{text}. {last.agency.acronym}, {last.get_provenance_display()}"


def _cell_value(column, update):
    value = update and getattr(update, column.name)
    if column.kind in CHOICE_KINDS:
        return column.word(value)
    if column.kind is FieldKind.LINKS:
        return _linked_names(value.all() if update else ())
    return value if column.kind in NUMBER_KINDS else value or ""


def _linked_names(records):
    return "; ".join(sorted(str(record) for record in records))


def _in_words(columns, update, form=None):
    words = dict.fromkeys(columns, "")
    for name, column in columns.items() if update else ():
        if column.kind is not FieldKind.LINKS:
            text = column.field.in_words(column.field.plain(update))
            words[name] = "\n".join(text.splitlines()).strip()
        else:
            linked = form and form.cleaned_data.get(name)
            if linked is None and update.pk:
                linked = getattr(update, name).all()
            words[name] = _linked_names(linked or ())
    return words


def _implied_answer(changed):
    only_reason = changed == {"no_news_reason_es"}
    return AnswerKind.NO_NEWS if only_reason else AnswerKind.REPORTED


def _seen_version(line, row):
    if row.update is None or row.update.pk != line.whole("update"):
        return None
    return line.whole("version")


def _settle_percent(execution, percent, changed):
    try:
        number = numbers.parse_whole_number(percent) if percent else None
    except numbers.UnclearValueError:
        return {}
    number, execution = settled_pair(
        number,
        execution,
        changed={"execution", "percent"} & changed,
    )
    percent = "" if number is None else str(number)
    return {"execution": str(execution), "percent": percent}


def _as_posted(text):
    """The text of a cell as a browser posts that of a text box."""
    return (text or "").replace("\n", "\r\n")
