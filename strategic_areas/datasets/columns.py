"""What a dataset declares of its columns, in the words of people and for machines."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agencies import fields

Word = str | Promise


class Kind(StrEnum):
    """What a cell holds: a text, a word of a list, a number, a day (YYYY-MM-DD)."""

    TEXT = "text"
    CODE = "code"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DAY = "day"
    ADDRESS = "address"

    @property
    def label(self) -> Word:
        return KINDS[self]


KINDS = {
    Kind.TEXT: _("Text"),
    Kind.CODE: _("Code"),
    Kind.INTEGER: _("Whole number"),
    Kind.NUMBER: _("Number"),
    Kind.BOOLEAN: _("Yes or no"),
    Kind.DAY: _("Day"),
    Kind.ADDRESS: _("Address"),
}


class Gap(StrEnum):
    """Why a cell is empty. Missing is never zero."""

    PROTECTED = "protected"
    NOT_REPORTED = "not_reported"
    NOT_ASKED = "not_asked"
    NOT_DUE = "not_due"
    NOT_APPLICABLE = "not_applicable"

    @property
    def label(self) -> Word:
        return GAPS[self]


GAPS = {
    Gap.PROTECTED: _("Protected: it could lead to a person, or the law withholds it"),
    Gap.NOT_REPORTED: _("Nobody has reported or stated it"),
    Gap.NOT_ASKED: _("Nobody has been asked for it"),
    Gap.NOT_DUE: _("It is not due yet"),
    Gap.NOT_APPLICABLE: _("It does not apply"),
}


@dataclass(frozen=True)
class Column:
    """
    A column: its stable English name, and its heading for people.

    ``gap`` says what an empty cell means, where it means one thing; a column of
    several reasons has the companion ``<name>_gap``. None: no cell is empty.
    ``codes`` are the words for its codes, ``refers`` is the "dataset.column" that holds
    its values.
    """

    name: str
    label: Word
    kind: Kind = Kind.TEXT
    gap: Gap | None = None
    unit: Word = ""
    codes: Mapping[str, Word] | None = None
    refers: str = ""
    about: Word = ""


@dataclass(frozen=True)
class Dataset:
    """
    A table of a plan: what a ``row`` is, how often it ``changes``, what finds a row.

    ``read`` gives the rows of a ``queries.public_rows.Reading``, each with at least a
    value for every column.
    """

    name: str
    title: Word
    row: Word
    changes: Word
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    read: Callable[[object], Iterable[Mapping]] = field(repr=False, compare=False)


#: The kind of a column that a model declares; all others are texts.
STORED = {
    fields.Kind.CHOICE: Kind.CODE,
    fields.Kind.FLAG: Kind.BOOLEAN,
    fields.Kind.WHOLE: Kind.INTEGER,
    fields.Kind.DECIMAL: Kind.NUMBER,
    fields.Kind.DATE: Kind.DAY,
}
LANGUAGES = {
    "es": pgettext_lazy("a column", "in Spanish"),
    "en": pgettext_lazy("a column", "in English"),
}


def bilingual(column: Column) -> tuple[Column, Column]:
    """A text in both languages, of which the English may be missing."""
    spanish, english = (
        replace(
            column,
            name=f"{column.name}_{language}",
            label=format_lazy("{}, {}", column.label, word),
        )
        for language, word in LANGUAGES.items()
    )
    return spanish, replace(english, gap=english.gap or Gap.NOT_REPORTED)


def stored(model: type[Model], *names: str) -> tuple[Column, ...]:
    """
    Fields of a model as it declares them, of one in two languages both columns.

    An empty cell of one that may be empty means that nobody stated it.
    """
    found = []
    for of in map(model.fields.__getitem__, names):
        column = Column(
            of.name,
            of.called or capfirst(of.model_field.verbose_name),
            STORED.get(of.kind, Kind.TEXT),
            None if of.is_needed else Gap.NOT_REPORTED,
            codes=dict(of.model_field.flatchoices) or None,
        )
        found += bilingual(column) if of.bilingual else [column]
    return tuple(found)


def with_gap(column: Column) -> tuple[Column, Column]:
    """A column with cells empty for several reasons, and the one that says which."""
    reason = Column(
        f"{column.name}_gap",
        format_lazy("{}: {}", column.label, _("why it is empty")),
        Kind.CODE,
        Gap.NOT_APPLICABLE,
        codes=GAPS,
    )
    return replace(column, gap=None), reason
