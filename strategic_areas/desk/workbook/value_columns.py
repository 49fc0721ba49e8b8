"""The columns of the workbook's sheet of values: one row is one value that is asked."""

import hashlib
import json
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from strategic_areas.desk.values.forms import categories_of, typed
from strategic_areas.desk.workbook.columns import cell_text, comparable
from strategic_areas.figures.reporting import returned_values
from strategic_areas.labels import DIMENSIONS
from strategic_areas.models import PublishedFigure

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
    """The columns to fill: those of every value, and one for each category."""
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
    """The categories of each indicator, by dimension, with their words."""
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
    """What a cell means, whatever its language; None where it means nothing."""
    if column.field == "certainty":
        known = {comparable(str(each.label)): each.value for each in CERTAINTIES}
        known |= {each.value: each.value for each in CERTAINTIES}
        return known.get(comparable(text)) if text else ""
    if column.field == "is_checked":
        return "on" if comparable(text) in YES else ""
    return text


def digest(columns, texts):
    """A short digest of a row's cells, by which a changed one is known."""
    told = {name: meant(columns[name], text) or "" for name, text in texts.items()}
    filled = {name: text for name, text in sorted(told.items()) if text}
    return hashlib.blake2s(json.dumps(filled).encode(), digest_size=8).hexdigest()


def texts_of(cells):
    return {name: cell_text(name, value) for name, value in cells.items()}
