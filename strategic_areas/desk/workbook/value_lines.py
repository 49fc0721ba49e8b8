"""What the workbook's sheet of values would hand in, by cell, and handing it in."""

from collections import Counter

from django.utils.translation import gettext as _

from agencies.access import RefusedError
from strategic_areas.desk.values.grid import ColumnForm
from strategic_areas.desk.values.pages import last_told
from strategic_areas.desk.workbook import value_columns as known
from strategic_areas.desk.workbook.comparing import Change, Fault, Kind, Outcome
from strategic_areas.desk.workbook.posting import no_formula
from strategic_areas.desk.workbook.reading import NAMES_WITHIN, line_of
from strategic_areas.figures.reporting import hand_in
from strategic_areas.workflow import guard


def compare_values(sheet, pages):
    """The outcome of every line of the sheet of values; none in an older workbook."""
    columns = known.columns_of(sheet.values)
    lines = list(_lines(pages, columns))
    times = Counter(line.text(known.KEY) for line in lines)
    last = {}
    for row in sheet.values:
        if row.value.indicator not in last:
            last[row.value.indicator] = last_told(row.value.indicator)
    return [_outcome(sheet, line, columns, times, last) for line in lines]


def _lines(pages, columns):
    """The rows of the sheet that holds the names of these columns."""
    wanted = {known.KEY, known.SEEN, "value_code", *columns}
    for rows in pages.values():
        for number, row in enumerate(rows[:NAMES_WITHIN], 1):
            found = {}
            for place, cell in enumerate(row):
                if cell.value in wanted:
                    found.setdefault(cell.value, place)
            if known.KEY in found and known.SEEN in found:
                for at, cells in enumerate(rows[number:], number + 1):
                    line = line_of(at, cells, found)
                    if line.text(known.KEY) not in {"", known.CONTEXT[known.KEY][0]}:
                        yield line
                return


def _outcome(sheet, line, columns, times, last):
    row = sheet.value(line.text(known.KEY))
    texts = {name: line.text(name) for name in columns if name in line.cells}
    if known.digest(columns, texts) == line.text(known.SEEN):
        return Outcome(line, row, Kind.UNCHANGED)
    if row is None:
        return _refused(line, row, _("This value is no longer asked for."))
    if times[line.text(known.KEY)] > 1:
        return _refused(line, row, _("This value stands in more than one row."))
    if not row.is_open:
        return _refused(line, row, _("This value was handed in already."))
    data = {
        f"{row.days}-{columns[name].field}": meant
        for name, text in texts.items()
        if (meant := known.meant(columns[name], text))
    }
    form = ColumnForm(data, row=row, last=_value(last[row.value.indicator]))
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
            Change(columns[name].header, "", text)
            for name, text in texts.items()
            if text
        ),
        tuple(guard.warnings_of(form.instance, ("note", "why"))),
        data,
    )


def _cell_faults(line, texts, columns, form):
    """What is wrong with a cell before its form is asked: its name and the message."""
    for name, text in texts.items():
        column = columns[name]
        if text and not line.cells[name].is_value:
            yield name, no_formula()
        elif known.meant(column, text) is None:
            yield name, _("Choose provisional or confirmed.")
        elif text and column.field not in {*form.fields, "is_checked"}:
            yield name, _("This indicator does not ask for it; leave the cell empty.")


def _value(figure):
    return figure and figure.value


def _faults(form, line, columns, known_faults):
    """Every error of the form, with its cell where it has one."""
    names = {column.field: name for name, column in columns.items()}
    for field, messages in form.errors.items():
        name = names.get(field, "")
        if name not in known_faults:
            for text in messages:
                yield _fault(line, columns, name, text)


def _fault(line, columns, name, message):
    cell = line.cells.get(name)
    heading = columns[name].header if name in columns else ""
    return Fault(line.number, name, cell.place if cell else "", message, heading)


def _refused(line, row, message):
    return Outcome(line, row, Kind.REFUSED, (Fault(line.number, "", "", message),))


def save_value(sheet, key, data, *, by):
    """Hand in the value of a row; return why it was not, or "" once it is."""
    row = sheet.value(key)
    if row is None:
        return _("It is no longer asked about in this round.")
    if row.state == "submitted":
        # The press came twice.
        return ""
    form = ColumnForm(data, row=row, last=_value(last_told(row.value.indicator)))
    if not form.is_valid():
        return next(iter(form.errors.values()))[0]
    try:
        hand_in(form.instance, by=by)
    except RefusedError as error:
        return str(error)
    return ""
