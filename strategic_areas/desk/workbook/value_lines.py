"""The workbook's sheet of values: its columns, and what an uploaded one hands in."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from strategic_areas.desk.values.forms import (
    DIMENSIONS,
    ColumnForm,
    categories_of,
    last_told,
    plainly,
    typed,
)
from strategic_areas.desk.workbook.comparing import Kind, Outcome, no_formula
from strategic_areas.figures.reporting import returned_values
from strategic_areas.models import PublishedFigure
from strategic_areas.workbooks.reading import (
    Change,
    Fault,
    cell_text,
    comparable,
    line_of,
    rows_of_names,
)
from strategic_areas.workflow import guard

#: The name by which the sheet is found, and by which its rows are known.
KEY, SEEN = "value_key", "value_seen"
#: Hidden or locked columns: name → header and width.
CONTEXT = {
    KEY: ("value", 8),
    SEEN: ("seen", 8),
    "value_code": (_("Code"), 12),
    "value_title": (_("Indicator"), 42),
    "value_days": (_("Period"), 20),
    "value_state": (_("State"), 28),
}
#: Columns to fill: name → field of the form, header and width.
FILLED = {
    "value_total": ("value", _("Value"), 14),
    "value_certainty": ("certainty", _("Provisional or confirmed"), 16),
    "value_note": ("note", _("Note"), 36),
    "value_why": ("why", _("Why it was revised"), 36),
    "value_checked": ("is_checked", _("I have checked the number: it is right"), 20),
}
#: Words of a cell that is ticked, in both languages.
YES = ("sí", "si", "yes", "x", "1", "true")
CERTAINTIES = PublishedFigure.Status


@dataclass(frozen=True)
class Column:
    """A column to fill; ``field`` is that of the form, ``dimension`` of a part."""

    name: str
    field: str
    header: str
    width: int
    dimension: str = ""

    @property
    def is_number(self):
        return self.field == "value" or bool(self.dimension)


def columns_of(rows):
    """The columns of every value, and one for each category."""
    found = {
        name: Column(name, field, str(header), width)
        for name, (field, header, width) in FILLED.items()
    }
    for categories in categories_by_indicator(rows).values():
        for dimension, words in categories.items():
            for code, word in words.items():
                name = f"{dimension}.{code}"
                header = f"{DIMENSIONS[dimension]}: {word}"
                found[name] = Column(name, name, header, 16, dimension)
    return found


def categories_by_indicator(rows):
    indicators = dict.fromkeys(row.value.indicator for row in rows)
    return {each: categories_of(each) for each in indicators}


def held(rows, columns):
    """By row, what its cells hold when it is downloaded."""
    last = returned_values(row.value for row in rows if row.state == "returned")
    found = {}
    for row in rows:
        told = typed(last[row.value]) if row.value in last else {}
        told.setdefault("certainty", CERTAINTIES.PROVISIONAL)
        found[row] = {
            name: _shown(column, told.get(column.field))
            for name, column in columns.items()
        }
    return found


def _shown(column, value):
    if value in (None, ""):
        return ""
    if column.field == "certainty":
        return str(CERTAINTIES(value).label)
    return float(value) if column.is_number else str(value)


def meant(column, text):
    """What a cell means in any language; None where it means nothing."""
    if column.field == "certainty":
        known = {comparable(str(each.label)): each.value for each in CERTAINTIES}
        known |= {each.value: each.value for each in CERTAINTIES}
        return known.get(comparable(text)) if text else ""
    if column.field == "is_checked":
        return "on" if comparable(text) in YES else ""
    return text


def _typed(column, cell):
    return cell.number if column.is_number else meant(column, cell.text)


def _as_read(column, text, form):
    """A cell before it is saved: a number as it was read."""
    if not column.is_number:
        return text
    return plainly(form.cleaned_data[column.field])


def digest(columns, texts):
    """A short digest of a row's cells, to know a changed one."""
    told = {name: meant(columns[name], text) or "" for name, text in texts.items()}
    filled = {name: text for name, text in sorted(told.items()) if text}
    return hashlib.blake2s(json.dumps(filled).encode(), digest_size=8).hexdigest()


def texts_of(cells):
    return {name: cell_text(name, value) for name, value in cells.items()}


def compare_values(sheet, pages):
    """The outcome of every line; none in an older workbook."""
    columns = columns_of(sheet.values)
    lines = list(_lines(pages, columns))
    times = Counter(line.text(KEY) for line in lines)
    last = {}
    for row in sheet.values:
        if row.value.indicator not in last:
            last[row.value.indicator] = last_told(row.value.indicator)
    return [_outcome(sheet, line, columns, times, last) for line in lines]


def _lines(pages, columns):
    names = {name: name for name in (KEY, SEEN, "value_code", *columns)}
    for rows, start, found in rows_of_names(pages, names):
        if KEY in found and SEEN in found:
            for number, row in enumerate(rows[start:], start + 1):
                line = line_of(number, row, found)
                if line.text(KEY) not in {"", CONTEXT[KEY][0]}:
                    yield line
            return


def _outcome(sheet, line, columns, times, last):
    row = sheet.value(line.text(KEY))
    texts = {name: line.text(name) for name in columns if name in line.cells}
    if digest(columns, texts) == line.text(SEEN):
        return Outcome(line, row, Kind.UNCHANGED)
    if row is None:
        return _refused(line, row, gettext("This value is no longer asked for."))
    if times[line.text(KEY)] > 1:
        return _refused(line, row, gettext("This value stands in more than one row."))
    if not row.is_open:
        return _refused(line, row, gettext("This value was handed in already."))
    data = {
        f"{row.days}-{columns[name].field}": said
        for name in texts
        if (said := _typed(columns[name], line.cells[name]))
    }
    form = ColumnForm(data, row=row, last=last[row.value.indicator])
    faults = dict(_cell_faults(line, texts, columns, form))
    if not (form.has_changed() or faults):
        return Outcome(line, row, Kind.UNCHANGED)
    found = [_fault(line, columns, name, text) for name, text in faults.items()]
    found += list(_faults(form, line, columns, faults))
    if found:
        return Outcome(line, row, Kind.REFUSED, tuple(found))
    return Outcome(
        line,
        row,
        Kind.NEW if row.state == "todo" else Kind.CHANGED,
        (),
        tuple(
            Change(columns[name].header, "", _as_read(columns[name], text, form))
            for name, text in texts.items()
            if text
        ),
        tuple(guard.warnings_of(form.instance, ("note", "why"))),
        data,
    )


def _cell_faults(line, texts, columns, form):
    """What is wrong with a cell before its form is asked."""
    for name, text in texts.items():
        column = columns[name]
        if text and not line.cells[name].is_value:
            yield name, no_formula()
        elif meant(column, text) is None:
            yield name, gettext("Choose provisional or confirmed.")
        elif text and column.field not in {*form.fields, "is_checked"}:
            yield (
                name,
                gettext("This indicator does not ask for it; leave the cell empty."),
            )


def _faults(form, line, columns, known_faults):
    names = {column.field: name for name, column in columns.items()}
    for field, messages in form.errors.items():
        name = names.get(field, "")
        if name not in known_faults:
            for text in messages:
                yield _fault(line, columns, name, text)


def _fault(line, columns, name, message):
    cell = line.cells.get(name)
    heading = columns[name].header if name in columns else ""
    return Fault(cell.place if cell else "", heading, message, line.number, name)


def _refused(line, row, message):
    return Outcome(line, row, Kind.REFUSED, (Fault("", "", message, line.number),))


def save_value(sheet, key, data, *, by):
    """Hand in the value of a row; return why not, or ""."""
    row = sheet.value(key)
    if row is None:
        return gettext("It is no longer asked about in this round.")
    if row.state == "submitted":
        # The press came twice.
        return ""
    form = ColumnForm(data, row=row, last=last_told(row.value.indicator))
    return "" if form.hand_in(by=by) else next(iter(form.errors.values()))[0]
