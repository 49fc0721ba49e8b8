"""
The sheets of a plan's workbook and their columns, as a plan's file states each table.

And what uploaded cells say, and which records they name.
"""

import hashlib
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _

from agencies import numbers
from agencies.fields import Field, Kind
from agencies.models import Agency
from agencies.numbers import UnreadError
from strategic_areas import cells
from strategic_areas.desk.workbook import guide
from strategic_areas.importing.format import TABLE_OF_MODEL, TABLES, keys_of
from strategic_areas.importing.values import plain
from strategic_areas.models.records import STATED, Provenance
from strategic_areas.workbooks.reading import cell_text, comparable, digest_of

#: The hidden key and digest of a row, and the locked code that the portal had for it.
SEEN, ORIGIN = "seen", "origin"
#: In the order in which records are saved: what others lead to comes first.
NAMES = (
    *("plans", "areas", "programmes", "participations", "commitments", "activities"),
    *("indicators", "targets"),
)
#: The sheet with the one row of the plan itself, which is added on a page of its own.
OF_PLAN = "plans"
#: A plan keeps its code, and two people approve it on the page of its tree.
LEFT_OUT = {(OF_PLAN, "code"), (OF_PLAN, "status")}
#: It stands before the code of a new record that takes the code of another one.
NEW = "+"
#: A link to a record of another plan, which is called "plan/code".
EARLIER = {"continues"}
#: The required columns that a new record may leave empty: the portal proposes a value.
PROPOSED = {"slug_es"}


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
        """The name of the table that it leads to; "" for a plain value."""
        related = self.field.model_field.related_model
        return TABLE_OF_MODEL[related].name if related else ""

    @property
    def is_earlier(self):
        return self.name in EARLIER

    @property
    def choices(self):
        if self.kind is Kind.FLAG:
            return [(True, _("Yes")), (False, _("No"))]
        known = self.field.model_field.flatchoices
        return [(value, str(label)) for value, label in known]

    @property
    def offered(self):
        is_origin = self.field.model_field.choices == Provenance.choices
        known = STATED if is_origin else dict(self.choices)
        return [word for value, word in self.choices if value in known]


@dataclass(frozen=True)
class Sheet:
    name: str
    columns: tuple

    @property
    def table(self):
        return TABLES[self.name]

    @property
    def title(self):
        if self.name == OF_PLAN:
            return capfirst(str(self.table.model._meta.verbose_name))
        is_part = self.name == "participations"
        model = Agency if is_part else self.table.model
        return capfirst(str(model._meta.verbose_name_plural))

    def rows(self, stored):
        if self.name == OF_PLAN:
            return [stored.plan]
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
        if (name, each) not in LEFT_OUT
    ]
    return Sheet(name, tuple(columns))


SHEETS = {name: _sheet(name) for name in NAMES}
#: Names the shape of the workbook; one of another shape is refused.
_SHAPE = " ".join(f"{c.sheet}.{c.name}" for s in SHEETS.values() for c in s.columns)
FORMAT = "plan-2-" + hashlib.blake2s(_SHAPE.encode(), digest_size=4).hexdigest()


def as_read(value):
    if isinstance(value, str):
        return cell_text("", cells.for_workbook(value)) or None
    return value


def digests(sheet, values, stored):
    """A digest of each value of a row; that of a link is of the record itself."""
    return [
        digest(_linked_keys(column, values[column.name], stored))
        for column in sheet.columns
    ]


def digest(value):
    return digest_of(json.dumps(value))


def _linked_keys(column, value, stored):
    if column.linked not in SHEETS or column.is_earlier or value is None:
        return value
    rows = stored.tables[column.linked].rows
    keys = value if isinstance(value, list) else [value]
    return sorted([rows[key].pk if key in rows else key for key in keys], key=str)


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
    return key.removeprefix(NEW)


def add_instructions(page, plan):
    days = _("From %(start)s to %(end)s.") % {
        "start": date_format(plan.starts_on, "SHORT_DATE_FORMAT"),
        "end": date_format(plan.ends_on, "SHORT_DATE_FORMAT"),
    }
    guide.write_notes(
        page,
        f"{plan.code} · {plan.title}",
        [
            days,
            (_("How to fill it"), guide.numbered(_steps())),
            (_("What the columns mean"), [f"– {text}" for text in _columns()]),
            (_("What is never written here"), [f"• {text}" for text in _never()]),
        ],
    )


def _steps():
    return [
        _(
            "Each sheet has one kind of record, and each row is one. Write new ones "
            "below the last row, from the areas to the activities; a list offers what "
            "you wrote on another sheet a moment ago."
        ),
        _(
            "The sheet of the plan itself keeps its one row: title, dates, act. Its "
            "code and its state are not changed here."
        ),
        _("A column with * has to be filled. Lists open by the arrow beside the cell."),
        _(
            "Save it as .xlsx and upload it on the page of the plan. Before anything "
            "is kept you see each change and each error by its cell."
        ),
        _(
            "In preparation what you save becomes the plan. Of an approved plan it "
            "becomes one amendment, which names its act and which another person "
            "approves."
        ),
        _(
            "If somebody changed a record after you took this workbook, it is refused "
            "and names the rows; take a new one and copy your changes into it."
        ),
        _(
            "No row is ever deleted: a record whose row is missing or empty stays as "
            "it is."
        ),
    ]


def _columns():
    return [
        _(
            "The grey code of origin is the one that the portal has for the record; it "
            "is locked. It is empty in new rows. The code beside it may be changed, "
            "and records may exchange their codes in one workbook."
        ),
        _(
            "“Supersedes” holds the codes of the records of this plan that a record "
            "replaces, such as those of a reconstruction that the official matrix "
            "replaces. The replaced ones keep their address and their reports."
        ),
        _(
            "An empty “Where this comes from” of a new record says that the plan "
            "itself states it; so does an empty “Who states the due date” of its date."
        ),
        _(
            "Sources and framework targets go by the codes on the sheet of lists, "
            "provinces by their names."
        ),
    ]


def _never():
    return [
        _("Names of victims, of their families or of witnesses, nor their initials."),
        _("In this workbook one writes about planned work, never about a person."),
    ]


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
