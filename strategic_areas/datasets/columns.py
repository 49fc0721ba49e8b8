"""Declarations of datasets and their columns, for people and programs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.db.models import Model, TextChoices, URLField
from django.utils.functional import Promise
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _, override, pgettext_lazy

from agencies import fields

Word = str | Promise


class CellKind(TextChoices):
    """The type of a cell; days are "YYYY-MM-DD", codes come from a list."""

    TEXT = "text", _("Text")
    CODE = "code", _("Code")
    INTEGER = "integer", _("Whole number")
    NUMBER = "number", _("Number")
    BOOLEAN = "boolean", _("Yes or no")
    DAY = "day", _("Day")
    ADDRESS = "address", _("Address")


class GapReason(TextChoices):
    PROTECTED = (
        "protected",
        _("Protected: it could lead to a person, or the law withholds it"),
    )
    NOT_REPORTED = "not_reported", _("It has not been reported")
    NOT_ASKED = "not_asked", _("Nobody has been asked for it")
    NOT_DUE = "not_due", _("It is not due yet")
    NOT_APPLICABLE = "not_applicable", _("It does not apply")
    UNTRANSLATED = "untranslated", _("There is no translation")
    HAS_VALUE = "told", _("The cell that it is about has a value")


GAPS = dict(GapReason.choices[:5])


@dataclass(frozen=True)
class DataColumn:
    """
    A column with its stable English name and its heading.

    ``gap`` is the meaning of an empty cell, None if no cell is empty; a column with
    several reasons has a companion ``<name>_gap``. ``codes`` maps its codes to labels,
    ``refers`` is the "dataset.column" that holds its values, ``about`` is an
    explanation.
    """

    name: str
    label: Word
    kind: CellKind = CellKind.TEXT
    gap: GapReason | None = None
    unit: Word = ""
    codes: Mapping[str, Word] | None = None
    refers: str = ""
    about: Word = ""


@dataclass(frozen=True)
class Dataset:
    """
    A table of a plan.

    ``row`` says what a row is, ``changes`` how often it changes; ``key`` are the
    columns that identify a row. Editions store these names. ``read`` yields rows from a
    ``PlanReading``, with a value for every column.
    """

    name: str
    title: Word
    row: Word
    changes: Word
    columns: tuple[DataColumn, ...]
    key: tuple[str, ...]
    read: Callable[[object], Iterable[Mapping]] = field(repr=False, compare=False)

    def change_frequency_in(self, plan) -> Word:
        """How often it changes in a plan or a snapshot."""
        return CORRECTED if plan.is_reconstructed else self.changes


CORRECTED = pgettext_lazy("how often it changes", "When it is corrected or completed")
#: Cell kinds by field kind; all others are texts.
STORED = {
    fields.FieldKind.CHOICE: CellKind.CODE,
    fields.FieldKind.FLAG: CellKind.BOOLEAN,
    fields.FieldKind.WHOLE: CellKind.INTEGER,
    fields.FieldKind.DECIMAL: CellKind.NUMBER,
    fields.FieldKind.DATE: CellKind.DAY,
}
LANGUAGES = {
    "es": pgettext_lazy("a column", "in Spanish"),
    "en": pgettext_lazy("a column", "in English"),
}


def bilingual(column: DataColumn) -> tuple[DataColumn, DataColumn]:
    """The two columns of a text; the English may be empty."""
    spanish, english = (
        replace(
            column,
            name=f"{column.name}_{language}",
            label=format_lazy("{}, {}", column.label, word),
        )
        for language, word in LANGUAGES.items()
    )
    return spanish, replace(english, gap=english.gap or GapReason.UNTRANSLATED)


def stored_columns(
    model: type[Model], *names: str, gap: GapReason = GapReason.NOT_REPORTED
) -> tuple[DataColumn, ...]:
    """
    Columns of a model's public fields; ``gap`` is the meaning of empty optional ones.
    """
    columns = []
    fields_by_name = {
        declared.name: declared for declared in model.fields.where(public=True)
    }
    for declared in map(fields_by_name.__getitem__, names):
        is_address = isinstance(declared.model_field, URLField)
        column = DataColumn(
            declared.name,
            label_of(declared),
            CellKind.ADDRESS
            if is_address
            else STORED.get(declared.kind, CellKind.TEXT),
            gap if declared.model_field.blank else None,
            codes=dict(declared.model_field.flatchoices) or None,
        )
        columns += bilingual(column) if declared.bilingual else [column]
    return tuple(columns)


def label_of(declared: fields.DeclaredField) -> Word:
    heading = getattr(declared, "heading", None)
    return (
        heading or declared.staff_label or capfirst(declared.model_field.verbose_name)
    )


def with_gap(column: DataColumn) -> tuple[DataColumn, DataColumn]:
    """A column and its companion with the reason of empty cells."""
    reason = DataColumn(
        f"{column.name}_gap",
        format_lazy("{}: {}", column.label, _("why it is empty")),
        CellKind.CODE,
        GapReason.HAS_VALUE,
        codes=GAPS,
    )
    return replace(column, gap=None), reason


#: Columns shared by datasets.
ADDRESS = DataColumn("address", _("Address of its page"), CellKind.ADDRESS)
IS_DISPUTED = DataColumn(
    "is_disputed", _("Not acknowledged by the agency"), CellKind.BOOLEAN
)
#: How often a dataset changes.
CHANGES_WITH_REPORTS = pgettext_lazy(
    "how often it changes", "With each report of an agency"
)
CHANGES_WITH_AMENDMENTS = pgettext_lazy(
    "how often it changes", "When the plan is amended"
)


def in_both(word: Word) -> dict[str, str]:
    found = {}
    for language in LANGUAGES:
        with override(language):
            found[language] = str(word)
    return found


def page_address(record) -> str:
    return settings.SITE_URL + record.get_absolute_url(language="es")


def pair(record, name: str, column: str = "") -> dict[str, str]:
    """Both texts of a record, as cells of a bilingual column."""
    return {
        f"{column or name}_{language}": getattr(record, f"{name}_{language}")
        for language in LANGUAGES
    }


def gap_reason(value, is_protected, otherwise=GapReason.NOT_REPORTED):
    """The reason for an empty cell; None if there is a value."""
    if value is not None:
        return None
    return GapReason.PROTECTED if is_protected else otherwise
