"""What the cells of an uploaded workbook of a plan say, and which records they name."""

import re
from collections import defaultdict
from functools import cache

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.functional import cached_property
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from agencies import numbers
from agencies.fields import Kind
from agencies.numbers import UnreadError
from strategic_areas.desk.planbook.columns import (
    NEW,
    OF_PLAN,
    ORIGIN,
    SEEN,
    SHEETS,
    digest,
)
from strategic_areas.desk.workbook.columns import comparable
from strategic_areas.importing.format import TABLES
from strategic_areas.importing.values import plain

BETWEEN = re.compile(r"[;\n]")
DAY = forms.DateField(input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"])


def read(column, cell, find):
    """
    The plain value of a cell; ``UnreadError`` where it says none.

    ``find`` takes a table and a word, and returns the key of the record or None.
    """
    text = cell.text
    if not cell.is_value:
        raise UnreadError(
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
    if column.kind in (Kind.DECIMAL, Kind.WHOLE):
        text = cell.number
    return READERS.get(column.kind, _text)(column, text, find)


def _text(column, text, find):
    return text


def _day(column, text, find):
    try:
        return DAY.clean(text).isoformat()
    except ValidationError:
        raise UnreadError(_("Write a day such as 31/12/2030.")) from None


def _number(column, text, find):
    return plain(numbers.read(text))


def _whole(column, text, find):
    return numbers.read_whole(text)


def _chosen(column, text, find):
    value = _words(column).get(comparable(text))
    if value is None:
        labels = get_text_list(column.offered, _("or"))
        raise UnreadError(
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
    search = find.earlier if column.is_earlier else find
    key = search(column.linked, word)
    if key is None and column.is_earlier:
        raise UnreadError(
            _(
                "No other plan has the record “%(word)s”. Write the code of the plan, "
                "a slash and the code of the record, such as 2031-2034/1.1."
            )
            % {"word": word[:60]}
        )
    if key is None:
        raise UnreadError(
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


def key_in(sheet, values):
    """The key of the record of a row, from the values of the row."""
    return "/".join(str(values.get(part) or "") for part in sheet.table.identity)


class Finder:
    """
    Called with the name of a table and a word, returns the key of the record or None.

    What the workbook itself calls so comes first: codes may be changed, and exchanged.
    """

    def __init__(self, stored, book, *, is_own):
        self.stored, self.book, self.is_own = stored, book, is_own
        self.folded = {}
        #: By table the keys that records give up for another code in the workbook.
        self.given_up = defaultdict(set)
        self.written, self.taken = defaultdict(dict), defaultdict(dict)
        for name, line, origin in self._coded():
            if origin:
                table = stored.tables[name]
                self.taken[name][line.text(ORIGIN)] = table.rows[origin].pk
                self.written[name][line.text("code")] = origin
                if line.text("code") != origin:
                    self.given_up[name].add(origin)
        for name, line, origin in self._coded():
            if not origin:
                code = line.text("code")
                self.written[name].setdefault(code, self.new_key(name, code))

    def _coded(self):
        for name, sheet in SHEETS.items():
            if name != OF_PLAN and sheet.table.identity == ("code",):
                for line in self.book.lines[name]:
                    yield name, line, self.origin(sheet, line)

    def new_key(self, name, key):
        """The key of a new record: not its code alone where another still has that."""
        return f"{NEW}{key}" if key in self.given_up[name] else key

    def origin(self, sheet, line):
        """The key that the portal has now for the record of a row; "" for none."""
        number = line.text(SEEN).partition("-")[0]
        if not (self.is_own and line.text(ORIGIN) and number.isdecimal()):
            return ""
        return self.own[sheet.name].get(int(number), "")

    @cached_property
    def own(self):
        """By sheet: the keys of the plan's own records, by primary key."""
        return {
            name: {
                row.pk: self.stored.tables[name].key_of_pk[row.pk]
                for row in sheet.rows(self.stored)
            }
            for name, sheet in SHEETS.items()
        }

    def is_as_taken(self, column, text, seen):
        """True for a link of which the cell says what it said when it was taken."""
        if column.linked not in SHEETS or column.is_earlier:
            return False
        words = BETWEEN.split(text) if column.kind is Kind.LINKS else [text]
        taken = self.taken[column.linked]
        keys = [taken.get(word.strip()) for word in words]
        return None not in keys and digest(sorted(keys, key=str)) == seen

    def __call__(self, table, word):
        stored = self.stored.tables[table]
        if word in self.written[table]:
            return self.written[table][word]
        if word in stored.rows:
            return stored.key_of_pk[stored.rows[word].pk]
        return self._by_name(table).get(comparable(word))

    def earlier(self, table, word):
        key = "/".join(part.strip() for part in word.split("/"))
        return key if key in self.stored.earlier(table) else None

    def _by_name(self, table):
        if table not in self.folded:
            stored = self.stored.tables[table]
            found = {}
            for pk, row in stored.row_of_pk.items():
                key = stored.key_of_pk[pk]
                found[comparable(str(key))] = key
                if table == "provinces":
                    found[comparable(row.name)] = key
            self.folded[table] = found
        return self.folded[table]
