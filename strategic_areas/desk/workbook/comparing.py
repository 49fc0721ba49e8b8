"""What an uploaded workbook would change, row by row, before anything is saved."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext as _

from strategic_areas.desk.sheet import answers
from strategic_areas.desk.sheet.rows import ActivityRow, ValueRow
from strategic_areas.desk.workbook.columns import (
    FIELDS,
    HEADERS,
    LINKS,
    linked_names,
)
from strategic_areas.desk.workbook.posting import changed_cells, posted
from strategic_areas.desk.workbook.reading import Change, Fault, Line
from strategic_areas.workflow import guard


class Kind(StrEnum):
    """What saving the workbook does with a line."""

    REFUSED = "refused"
    CONFLICT = "conflict"
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Outcome:
    """
    What a line means for its row; ``row`` is None where the sheet has none for it.

    ``data`` is what saving posts; it is only there for what would be saved.
    """

    line: Line
    row: ActivityRow | ValueRow | None
    kind: Kind
    faults: tuple[Fault, ...] = ()
    changes: tuple[Change, ...] = ()
    warnings: tuple = ()
    data: dict | None = None


def compare(sheet, lines, provinces, *, by):
    """The outcome of every line, in the order of the workbook."""
    times = Counter(line.whole("activity") for line in lines)
    found = []
    for line in lines:
        row, changed = sheet.row(line.whole("activity")), changed_cells(line)
        if not changed:
            found.append(Outcome(line, row, Kind.UNCHANGED))
        elif faults := _misplaced(line, row, changed, times):
            found.append(Outcome(line, row, Kind.REFUSED, tuple(faults)))
        else:
            parsed = posted(line, row, provinces, changed)
            found.append(_rehearsed(line, row, parsed, by))
    return found


def _misplaced(line, row, changed, times):
    """The reasons for which a changed line does not fit any row that is open."""
    if not line.whole("activity"):
        message = _(
            "Rows cannot be added in the workbook; propose the activity on the sheet."
        )
    elif row is None:
        message = _("This activity is no longer asked about in this round.")
    elif times[row.activity.pk] > 1:
        message = _("This activity stands in more than one row.")
    elif line.text("code") != row.activity.code:
        message = _("The code does not belong to this row; cells were moved apart.")
    elif not row.is_open:
        message = _("This report was sent already; it is no longer changed here.")
        return [_fault(line, name, message) for name in FIELDS if name in changed]
    else:
        return []
    return [_fault(line, "", message)]


def _rehearsed(line, row, parsed, by):
    """The outcome of saving the row, which is done and rolled back."""
    with transaction.atomic():
        form = answers.save_answer(row, parsed.data, by=by)
        transaction.set_rollback(True)
    faults = tuple(sorted(_all_faults(line, form, parsed.faults), key=_in_order))
    if form.conflict:
        changes = _changes(form.conflict, form)
        return Outcome(line, row, Kind.CONFLICT, faults, changes)
    if faults:
        return Outcome(line, row, Kind.REFUSED, faults)
    stored = None if row.state == "todo" else row.update
    changes = _changes(stored, form)
    if form.is_already_saved or not changes:
        return Outcome(line, row, Kind.UNCHANGED)
    kind = Kind.CHANGED if stored else Kind.NEW
    warnings = tuple(guard.warnings(form.instance))
    return Outcome(line, row, kind, (), changes, warnings, parsed.data)


def _all_faults(line, form, known):
    """
    Every error of a line, with its cell where it has one.

    Where the answer itself is wrong, the form's other errors would only confuse.
    """
    for name, message in known.items():
        yield _fault(line, name, message)
    if "answer" in known:
        return
    for name, messages in form.errors.as_data().items():
        for error in messages:
            if name in known or error.code == "conflict":
                continue
            cell = name if name in FIELDS else ""
            message = " ".join(error.messages)
            # A refused text counts as missing too; one reason is enough.
            if not (cell and line.text(cell) and message == _("This is required.")):
                yield _fault(line, cell, message)


def _in_order(fault):
    return list(FIELDS).index(fault.name) if fault.name else -1


def _fault(line, name, message):
    place = line.cells[name].place if name else ""
    return Fault(place, str(HEADERS.get(name, "")), message, line.number, name)


def _changes(stored, form):
    """The fields in which what the form would store differs from what is stored."""
    before = _in_words(stored) if stored else {}
    after = _in_words(form.instance)
    for name in LINKS:
        stands = linked_names(getattr(stored, name).all()) if stored else ""
        linked = form.cleaned_data.get(name)
        before[name] = stands
        after[name] = stands if linked is None else linked_names(linked)
    return tuple(
        Change(str(HEADERS[name]), before.get(name, ""), after[name])
        for name in FIELDS
        if before.get(name, "") != after[name]
    )


def _in_words(update):
    """Name → what a field says, in words to show and to compare; links left out."""
    words = {
        name: field.in_words(field.plain(update))
        for name, field in FIELDS.items()
        if name not in LINKS
    }
    return {name: "\n".join(text.splitlines()).strip() for name, text in words.items()}
