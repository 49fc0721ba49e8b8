"""Turning a line of the workbook into the data that the sheet's forms take."""

import re
from dataclasses import dataclass, field

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from agencies import numbers
from agencies.fields import Kind
from strategic_areas.desk.sheet.revisions import settled_pair
from strategic_areas.desk.workbook.columns import (
    CELLS_OF_ANSWER,
    CHOICES,
    FIELDS,
    choice_value,
    choices,
    columns_changed_since,
    comparable,
)
from strategic_areas.models import Answer
from strategic_areas.models.report_fields import Part

BETWEEN_PLACES = re.compile(r"[;,\n]")


@dataclass(frozen=True)
class Posted:
    """The form data of a line; ``faults`` maps a column to its error message."""

    data: dict = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


def changed_cells(line):
    """The names of the cells that somebody changed since the download."""
    return columns_changed_since(line.filled, line.text("seen"))


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
    """What was written in a cell that this answer, or this activity, does not have."""
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
    if row.activity.is_continuing and "percent" in changed:
        found["percent"] = _("Continuing work states a quantity, never a percent.")
    if not row.activity.is_continuing and "quantity" in changed:
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
    """The form data of the cells of a report, except its places."""
    values = {
        name: _value(line, name, field, chosen)
        for name, field in FIELDS.items()
        if field.filled_in and field.part != Part.NO_NEWS and field.kind != Kind.LINKS
    }
    if row.activity.is_continuing:
        del values["percent"]
    else:
        del values["quantity"]
        values |= _settled(values["execution"], values["percent"], changed)
    return values


def _value(line, name, field, chosen):
    if field.kind is Kind.FLAG:
        return bool(chosen[name])
    if field.kind is Kind.CHOICE:
        return chosen[name] or ""
    if field.kind is Kind.TEXT:
        return _as_typed(line.text(name))
    return line.cells[name].number


def _settled(execution, percent, changed):
    """
    Adjust execution and percent to whichever of their cells was changed.

    It is decided here, from the workbook alone, so that one file always says the same.
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
    """The text with a browser's line ends, so that both ways store the same."""
    return text.replace("\n", "\r\n")
