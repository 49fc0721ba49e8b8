"""What the cells of an uploaded workbook of a plan say, as plain values."""

import re
from decimal import Decimal
from functools import cache

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from agencies.fields import Kind
from strategic_areas.desk.workbook.columns import comparable
from strategic_areas.importing.tables import TABLES
from strategic_areas.importing.values import plain

BETWEEN = re.compile(r"[;\n]")
NUMBER = re.compile(r"-?\d{1,20}([.,]\d{1,10})?", re.ASCII)
DAY = forms.DateField(input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"])


class Unread(Exception):
    """A cell whose content is no value of its column; in words for its reader."""


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
    search = find.earlier if column.is_earlier else find
    key = search(column.linked, word)
    if key is None and column.is_earlier:
        raise Unread(
            _(
                "No other plan has the record “%(word)s”. Write the code of the plan, "
                "a slash and the code of the record, such as 2031-2034/1.1."
            )
            % {"word": word[:60]}
        )
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
