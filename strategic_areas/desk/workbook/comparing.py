"""
What an uploaded workbook would change, before anything is saved.

A line becomes the data that the sheet's forms take; saving it is tried and undone.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import transaction
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from agencies import fields, numbers
from strategic_areas.desk.sheet import answers
from strategic_areas.desk.sheet.forms import settled_pair
from strategic_areas.desk.sheet.rows import AnswerRow, ValueRow
from strategic_areas.desk.workbook.columns import (
    CELLS_OF_ANSWER,
    CHOICES,
    FIELDS,
    HEADERS,
    LINKS,
    choice_value,
    choices,
    columns_changed_since,
    linked_names,
)
from strategic_areas.desk.workbook.reading import filled
from strategic_areas.models import Answer
from strategic_areas.models.report_fields import Part
from strategic_areas.workbooks.reading import Change, Fault, Line, comparable
from strategic_areas.workflow import guard

BETWEEN_PLACES = re.compile(r"[;,\n]")


class Kind(StrEnum):
    """What saving the workbook does with a line."""

    REFUSED = "refused"
    CONFLICT = "conflict"
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Outcome:
    """What a line means for its ``row``, or None; ``data`` is what saving posts."""

    line: Line
    row: AnswerRow | ValueRow | None
    kind: Kind
    faults: tuple[Fault, ...] = ()
    changes: tuple[Change, ...] = ()
    warnings: tuple = ()
    data: dict | None = None


def compare(sheet, lines, provinces, *, by):
    """The outcome of every line."""
    times = Counter(line.whole("activity") for line in lines)
    found = []
    for line in lines:
        row = sheet.row("activity", line.whole("activity"))
        changed = changed_cells(line)
        if not changed:
            found.append(Outcome(line, row, Kind.UNCHANGED))
        elif faults := _misplaced(line, row, changed, times):
            found.append(Outcome(line, row, Kind.REFUSED, tuple(faults)))
        else:
            parsed = posted(line, row, provinces, changed)
            found.append(_rehearsed(line, row, parsed, by))
    return found


def _misplaced(line, row, changed, times):
    """Why a changed line fits no row that is open."""
    if not line.whole("activity"):
        message = _(
            "Rows cannot be added in the workbook; propose the activity on the sheet."
        )
    elif row is None:
        message = _("This activity is no longer asked about in this round.")
    elif times[row.subject.pk] > 1:
        message = _("This activity stands in more than one row.")
    elif line.text("code") != row.subject.code:
        message = _("The code does not belong to this row; cells were moved apart.")
    elif not row.is_open:
        message = _("This report was sent already; it is no longer changed here.")
        return [_fault(line, name, message) for name in FIELDS if name in changed]
    else:
        return []
    return [_fault(line, "", message)]


def _rehearsed(line, row, parsed, by):
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
    """Every error of a line; where its answer is wrong, of nothing else."""
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
    """Name → what a field says, links left out."""
    words = {
        name: field.in_words(field.plain(update))
        for name, field in FIELDS.items()
        if name not in LINKS
    }
    return {name: "\n".join(text.splitlines()).strip() for name, text in words.items()}


@dataclass(frozen=True)
class Posted:
    """The form data of a line; ``faults`` maps a column to its error message."""

    data: dict = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


def changed_cells(line):
    return columns_changed_since(filled(line), line.text("seen"))


def posted(line, row, provinces, changed):
    """The ``Posted`` of a line; ``provinces`` are pairs of id and name."""
    faults = {name: no_formula() for name in changed if not line.cells[name].is_value}
    chosen = {name: _chosen(line, name, faults) for name in CHOICES}
    answer = chosen["answer"] or _implied(changed)
    faults |= _out_of_place(answer, row, changed, faults)
    if answer == Answer.SAME_AS_BEFORE and row.own is None:
        faults["answer"] = _(
            "The institution has reported nothing before: choose “Reported”."
        )
    data = {"answer": answer, "seen_version": _seen_version(line, row)}
    if answer == Answer.NO_NEWS:
        data["no_news_reason_es"] = _as_typed(line.text("no_news_reason_es"))
    elif answer == Answer.REPORTED:
        data |= _report(line, row, chosen, changed)
        data["places"] = _places(line, provinces, faults)
    return Posted(data, faults)


def _chosen(line, name, faults):
    text = line.text(name)
    value = choice_value(name, text) if text else None
    if text and value is None and name not in faults:
        labels = get_text_list([label for _value, label in choices(name)], _("or"))
        faults[name] = _("“%(word)s” is not on the list. Choose %(words)s.") % {
            "word": text[:60],
            "words": labels,
        }
    return value


def _implied(changed):
    only_reason = changed == {"no_news_reason_es"}
    return Answer.NO_NEWS if only_reason else Answer.REPORTED


def _out_of_place(answer, row, changed, faults):
    """What stands in a cell that this answer or activity does not have."""
    found = {}
    if answer in CELLS_OF_ANSWER:
        for name in changed - CELLS_OF_ANSWER[answer]:
            found[name] = _(
                "With “%(answer)s” this cell stays as it was. Choose “%(reported)s”, "
                "or undo the change."
            ) % {
                "answer": Answer(answer).label,
                "reported": Answer.REPORTED.label,
            }
    elif "no_news_reason_es" in changed:
        found["no_news_reason_es"] = _("Only “No news” states this: leave it empty.")
    if row.subject.is_continuing and "percent" in changed:
        found["percent"] = _("Continuing work states a quantity, never a percent.")
    if not row.subject.is_continuing and "quantity" in changed:
        found["quantity"] = _(
            "Only continuing work states a quantity; state a percent."
        )
    return {name: text for name, text in found.items() if name not in faults}


def _seen_version(line, row):
    """The downloaded version, if the row still has the same revision."""
    if row.update is None or row.update.pk != line.whole("update"):
        return None
    return line.whole("version")


def _report(line, row, chosen, changed):
    values = {
        name: _value(line, name, field, chosen)
        for name, field in FIELDS.items()
        if field.filled_in
        and field.part != Part.NO_NEWS
        and field.kind != fields.Kind.LINKS
    }
    if row.subject.is_continuing:
        del values["percent"]
    else:
        del values["quantity"]
        values |= _settled(values["execution"], values["percent"], changed)
    return values


def _value(line, name, field, chosen):
    if field.kind is fields.Kind.FLAG:
        return bool(chosen[name])
    if field.kind is fields.Kind.CHOICE:
        return chosen[name] or ""
    if field.kind is fields.Kind.TEXT:
        return _as_typed(line.text(name))
    return line.cells[name].number


def _settled(execution, percent, changed):
    """
    Adjust execution and percent to whichever was changed, from the workbook alone.
    """
    try:
        number = numbers.read_whole(percent) if percent else None
    except numbers.UnreadError:
        return {}
    number, execution = settled_pair(
        number,
        execution,
        changed={"execution", "percent"} & changed,
    )
    percent = "" if number is None else str(number)
    return {"execution": str(execution), "percent": percent}


def _places(line, provinces, faults):
    by_name = {comparable(name): pk for pk, name in provinces}
    names = [name.strip() for name in BETWEEN_PLACES.split(line.text("places"))]
    names = [name for name in names if name]
    unknown = [name for name in names if comparable(name) not in by_name]
    if unknown and "places" not in faults:
        faults["places"] = _(
            "Not on the sheet of lists: %(names)s. Write each name as it stands there, "
            "separated by a semicolon."
        ) % {"names": ", ".join(name[:60] for name in unknown)}
    known = [comparable(name) for name in names if name not in unknown]
    return sorted({by_name[name] for name in known})


def no_formula():
    return _("Write the value itself: formulas and errors of calculation are not read.")


def _as_typed(text):
    """The text with a browser's line ends."""
    return text.replace("\n", "\r\n")
