"""
The sheets of a plan's workbook and their columns: what each is called and holds.

They follow from what a plan's file states of each table, in the same plain values.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _

from agencies.fields import Field, Kind
from agencies.models import Agency
from strategic_areas import cells
from strategic_areas.desk.workbook.columns import DIGEST_BYTES, cell_text, comparable
from strategic_areas.importing.tables import TABLE_OF_MODEL, TABLES, keys_of
from strategic_areas.importing.values import plain
from strategic_areas.models.provenance import STATED, Provenance

#: The hidden digest of a row, and the locked code under which the portal has it.
SEEN, ORIGIN = "seen", "origin"
#: In the order in which records are saved: what others lead to comes first.
NAMES = (
    *("areas", "programmes", "participations", "commitments", "activities"),
    *("indicators", "targets"),
)
#: The record of another plan that one continues is chosen on the record's own page.
LEFT_OUT = {"continues"}
#: What an empty cell of a new record is proposed for.
PROPOSED = {"slug_es"}
BETWEEN = re.compile(r"[;\n]")
NUMBER = re.compile(r"-?\d{1,20}([.,]\d{1,10})?", re.ASCII)
DAY = forms.DateField(input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"])


class Unread(Exception):
    """A cell whose content is no value of its column; in words for its reader."""


@dataclass(frozen=True)
class Column:
    """A column of one sheet; ``name`` is the column of the model that it holds."""

    sheet: str
    name: str
    field: Field
    is_required: bool

    @property
    def kind(self):
        return self.field.kind

    @property
    def label(self):
        return self.field.label_of(self.name)

    @property
    def header(self):
        return f"{self.label} *" if self.is_required else self.label

    @property
    def linked(self):
        """The name of the table that it leads to; "" for a column of plain values."""
        related = self.field.model_field.related_model
        return TABLE_OF_MODEL[related].name if related else ""

    @property
    def choices(self):
        """Pairs of value and word, in the language in force."""
        if self.kind is Kind.FLAG:
            return [(True, _("Yes")), (False, _("No"))]
        known = self.field.model_field.flatchoices
        return [(value, str(label)) for value, label in known]

    @property
    def offered(self):
        """The words that a plan may choose."""
        is_origin = self.field.model_field.choices == Provenance.choices
        known = STATED if is_origin else dict(self.choices)
        return [word for value, word in self.choices if value in known]


@dataclass(frozen=True)
class Sheet:
    """The records of one table of a plan."""

    name: str
    columns: tuple

    @property
    def table(self):
        return TABLES[self.name]

    @property
    def title(self):
        """What it is called, in the language in force."""
        is_part = self.name == "participations"
        model = Agency if is_part else self.table.model
        return capfirst(str(model._meta.verbose_name_plural))

    def rows(self, stored):
        """The plan's own records, in the order of their codes."""
        rows = stored.tables[self.name].row_of_pk.values()
        if self.name == "indicators":
            rows = [row for row in rows if row.introduced_by_id == stored.plan.pk]
        rows = [row for row in rows if getattr(row, "is_in_plan", True)]
        known = stored.tables[self.name].key_of_pk
        return sorted(rows, key=lambda row: getattr(row, "sort_code", known[row.pk]))

    def plain(self, stored, row):
        """Column → the stored value as a cell of it says it again."""
        return {
            column.name: as_read(stored.plain(row, column.name))
            for column in self.columns
        }


def _sheet(name):
    table = TABLES[name]
    keys = {key.stored_as[0]: key.required for key in keys_of(name)}
    keys = dict.fromkeys(table.identity, True) | keys
    columns = [
        Column(
            name,
            each,
            table.model.fields.of_column(each),
            required and each not in PROPOSED,
        )
        for each, required in keys.items()
        if each not in LEFT_OUT
    ]
    return Sheet(name, tuple(columns))


SHEETS = {name: _sheet(name) for name in NAMES}
#: Names the shape of the workbook; one of another shape is refused.
_SHAPE = " ".join(f"{c.sheet}.{c.name}" for s in SHEETS.values() for c in s.columns)
FORMAT = "plan-1-" + hashlib.blake2s(_SHAPE.encode(), digest_size=4).hexdigest()


def as_read(value):
    """A plain value as it is read back from a cell."""
    if isinstance(value, str):
        return cell_text("", cells.for_workbook(value)) or None
    return value


def digests(values):
    """A short digest of each value of a row, by which a changed one is known."""
    return [
        hashlib.blake2s(
            json.dumps(value).encode(), digest_size=DIGEST_BYTES
        ).hexdigest()
        for value in values.values()
    ]


def for_cell(column, value, stored):
    """What a cell holds for a plain value: a day, a number, or a text."""
    if value is None or value == []:
        return None
    if column.kind is Kind.DATE:
        return date.fromisoformat(value)
    if column.kind is Kind.DECIMAL:
        return Decimal(value)
    if column.kind in (Kind.CHOICE, Kind.FLAG):
        return dict(column.choices).get(value, value)
    if column.kind in (Kind.LINK, Kind.LINKS):
        keys = value if isinstance(value, list) else [value]
        return "; ".join(called(column, key, stored) for key in keys)
    return value


def called(column, key, stored):
    """What a cell calls a record: a province by its name, all else by its code."""
    if column.linked == "provinces":
        return stored.tables["provinces"].rows[key].name
    return key


def read(column, cell, find):
    """
    The plain value of a cell; ``Unread`` where it says none.

    ``find`` takes a table and a word, and returns the key of the record or None.
    """
    text = cell.text
    if not cell.is_value:
        raise Unread(
            _(
                "Write the value itself: "
                "formulas and errors of calculation are not read."
            )
        )
    if column.kind is Kind.LINKS:
        words = [word.strip() for word in BETWEEN.split(text)]
        return sorted({_linked(column, word, find) for word in words if word})
    if not text:
        return None
    return READERS.get(column.kind, _text)(column, text, find)


def _text(column, text, find):
    return text


def _day(column, text, find):
    try:
        return DAY.clean(text).isoformat()
    except ValidationError:
        raise Unread(_("Write a day such as 31/12/2030.")) from None


def _number(column, text, find):
    if not NUMBER.fullmatch(text):
        raise Unread(_("Write a number such as 12 or 12.5."))
    return plain(Decimal(text.replace(",", ".")))


def _whole(column, text, find):
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Unread(_("Write a whole number, such as 12."))
    return int(text)


def _chosen(column, text, find):
    value = _words(column).get(comparable(text))
    if value is None:
        labels = get_text_list(column.offered, _("or"))
        raise Unread(
            _("“%(word)s” is not on the list. Choose %(words)s.")
            % {"word": text[:60], "words": labels}
        )
    return value


@cache
def _words(column):
    """Every word of a list, in any language, and the value for which it stands."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for value, label in column.choices:
                found |= {comparable(label): value, comparable(str(value)): value}
    return found


def _linked(column, word, find):
    key = find(column.linked, word)
    if key is None:
        raise Unread(
            _("Nothing is called “%(word)s” among: %(list)s.")
            % {
                "word": word[:60],
                "list": TABLES[column.linked].model._meta.verbose_name_plural,
            }
        )
    return key


READERS = {
    Kind.DATE: _day,
    Kind.DECIMAL: _number,
    Kind.WHOLE: _whole,
    Kind.CHOICE: _chosen,
    Kind.FLAG: _chosen,
    Kind.LINK: _linked,
}
