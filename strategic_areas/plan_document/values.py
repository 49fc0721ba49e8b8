"""Plain values: parsing from cells and writing to cells."""

import json
import re
from datetime import date
from decimal import Decimal
from functools import cache

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from agencies import numbers
from agencies.fields import FieldKind
from agencies.numbers import UnclearValueError
from strategic_areas.plan_document.stored_plan import plain_number
from strategic_areas.plan_document.tables import EDITED_TABLES, TABLES
from strategic_areas.workbooks.reading import comparable, digest_of

#: Prefix of a new record's code that another record gives up.
NEW = "+"


def value_digests(table, values, stored):
    """A digest of each value of a row; of a link, the digest of the linked record."""
    return [
        digest(_linked_keys(column, values[column.name], stored))
        for column in table.columns
    ]


def record_digests(table, record, stored):
    return "-".join(
        value_digests(table, table.comparable_values(stored, record), stored)
    )


def digest(value):
    return digest_of(json.dumps(value))


def _linked_keys(column, value, stored):
    if (
        column.linked_table not in EDITED_TABLES
        or column.links_to_other_plan
        or value is None
    ):
        return value
    rows = stored.tables[column.linked_table].row_of_key
    keys = value if isinstance(value, list) else [value]
    return sorted([rows[key].pk if key in rows else key for key in keys], key=str)


def cell_value(column, value, stored):
    if value is None or value == []:
        return None
    if column.kind is FieldKind.DATE:
        return date.fromisoformat(value)
    if column.kind is FieldKind.DECIMAL:
        return Decimal(value)
    if column.kind in (FieldKind.CHOICE, FieldKind.FLAG):
        return dict(column.choices).get(value, value)
    if column.kind is FieldKind.CHOICES:
        return "; ".join(dict(column.choices).get(each, each) for each in value)
    if column.kind in (FieldKind.LINK, FieldKind.LINKS):
        keys = value if isinstance(value, list) else [value]
        return "; ".join(record_label(column, key, stored) for key in keys)
    return value


def record_label(column, key, stored):
    if column.linked_table == "provinces":
        return stored.tables["provinces"].row_of_key[key].name
    return key.removeprefix(NEW)


SEPARATORS = re.compile(r"[;\n]")
DAY = forms.DateField(input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"])


def parse_value(column, cell, find):
    """
    The plain value of a cell; ``UnclearValueError`` if it has none.

    ``find`` maps a table and a word to the key of a record, or None.
    """
    text = cell.text
    if not cell.is_value:
        raise UnclearValueError(
            _(
                "Write the value itself: "
                "formulas and errors of calculation are not read."
            )
        )
    if column.kind in (FieldKind.LINKS, FieldKind.CHOICES):
        words = [word.strip() for word in SEPARATORS.split(text)]
        return sorted(
            {READERS[column.kind](column, word, find) for word in words if word}
        )
    if not text:
        return None
    if column.kind in (FieldKind.DECIMAL, FieldKind.WHOLE):
        text = cell.number_or_text
    return READERS.get(column.kind, _text)(column, text, find)


def _text(column, text, find):
    return text


def _day(column, text, find):
    try:
        return DAY.clean(text).isoformat()
    except ValidationError:
        raise UnclearValueError(_("Write a day such as 31/12/2030.")) from None


def _number(column, text, find):
    return plain_number(numbers.parse_number(text))


def _whole(column, text, find):
    return numbers.parse_whole_number(text)


def _choice(column, text, find):
    value = _words(column).get(comparable(text))
    if value is None:
        labels = get_text_list(column.offered, _("or"))
        raise UnclearValueError(
            _("“%(word)s” is not on the list. Choose %(words)s.")
            % {"word": text[:60], "words": labels}
        )
    return value


@cache
def _words(column):
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for value, label in column.choices:
                found |= {comparable(label): value, comparable(str(value)): value}
    return found


def _linked(column, word, find):
    search = find.of_other_plan if column.links_to_other_plan else find
    key = search(column.linked_table, word)
    if key is None and column.links_to_other_plan:
        raise UnclearValueError(
            _(
                "No other plan has the record “%(word)s”. Write the code of the plan, "
                "a slash and the code of the record, such as 2031-2034/1.1."
            )
            % {"word": word[:60]}
        )
    if key is None:
        raise UnclearValueError(
            _("Nothing is called “%(word)s” among: %(list)s.")
            % {
                "word": word[:60],
                "list": TABLES[column.linked_table].model._meta.verbose_name_plural,
            }
        )
    return key


READERS = {
    FieldKind.DATE: _day,
    FieldKind.DECIMAL: _number,
    FieldKind.WHOLE: _whole,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choice,
    FieldKind.FLAG: _choice,
    FieldKind.LINK: _linked,
    FieldKind.LINKS: _linked,
}
