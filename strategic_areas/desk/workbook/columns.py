"""The columns of the workbook: what each is called, asks for and holds."""

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.fields import Kind
from strategic_areas.models import ActivityUpdate, Answer
from strategic_areas.models.report_fields import ReportField
from strategic_areas.workbooks.reading import comparable, digest_of

#: Counts the shapes of the workbook; one of another shape is refused.
FORMAT = "hoja-1"


@dataclass(frozen=True)
class Column:
    """``name`` finds a column wherever it was moved; ``field`` is that of a report."""

    name: str
    header: str | Promise
    width: int
    hint: str | Promise = ""
    field: ReportField | None = None


#: Hidden columns: the row of the portal, its version, and the digest of its cells.
IDS = (
    Column("activity", "activity", 8),
    Column("update", "update", 8),
    Column("version", "version", 8),
    Column("seen", "seen", 8),
)
#: Locked columns that help to fill the others.
CONTEXT = (
    Column("code", _("Code"), 12),
    Column("title", _("Activity"), 42),
    Column("state", _("State"), 20),
    Column("last", _("Last published"), 26),
    Column("last_text", _("What was published"), 44),
)
_label = lazy(lambda field: field.label, str)
#: The columns that the agency fills, named like the fields of the form.
FILLED = tuple(
    Column(
        field.columns[0], _label(field), field.column.width, field.column.hint, field
    )
    for field in ActivityUpdate.fields
    if getattr(field, "column", None)
)
COLUMNS = (*IDS, *CONTEXT, *FILLED)
HEADERS = {column.name: column.header for column in COLUMNS}
FIELDS = {column.name: column.field for column in FILLED}


def names(*kinds):
    """The columns to be filled of these kinds of fields, or of all."""
    return tuple(
        name for name, field in FIELDS.items() if not kinds or field.kind in kinds
    )


CHOICES = names(Kind.CHOICE, Kind.FLAG)
NUMBERS = names(Kind.WHOLE, Kind.DECIMAL)
LINKS = names(Kind.LINKS)
#: Answer → the only cells that may be changed with it.
CELLS_OF_ANSWER = {
    Answer.SAME_AS_BEFORE: {"answer"},
    Answer.NO_NEWS: {"answer", "no_news_reason_es"},
}


def choices(name):
    """Pairs of value and word of a column with a list."""
    if FIELDS[name].kind is Kind.FLAG:
        return [(True, gettext("Yes")), (False, gettext("No"))]
    known = FIELDS[name].model_field.flatchoices
    return [(value, str(label)) for value, label in known]


def choice_label(name, value):
    return dict(choices(name)).get(value, "")


def choice_value(name, text):
    """The value of a label in any language, or None."""
    return _choice_values(name).get(comparable(text))


@cache
def _choice_values(name):
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for value, label in choices(name):
                found[comparable(label)] = value
                found[comparable(str(value))] = value
    return found


def cells_of(row):
    """Name → what a row's fillable cells hold when it is downloaded."""
    if row.state == "todo":
        # As on the sheet, an empty row opens with the agency's own last report.
        return {
            name: _held(field, row.own if row.own and field.prefilled else None)
            for name, field in FIELDS.items()
        }
    held = {name: _held(field, row.update) for name, field in FIELDS.items()}
    if row.update.answer != Answer.NO_NEWS:
        held["no_news_reason_es"] = ""
    return held


def _held(field, update):
    value = update and getattr(update, field.columns[0])
    if field.columns[0] in CHOICES:
        return choice_label(field.name, value)
    if field.kind is Kind.LINKS:
        return linked_names(value.all() if update else ())
    return value if field.columns[0] in NUMBERS else value or ""


def linked_names(records):
    return "; ".join(sorted(str(record) for record in records))


def digest(texts):
    """
    A short digest of each fillable cell, in whatever language, to know a changed one.
    """
    return "-".join(digest_of(_meant(name, texts[name])) for name in FIELDS)


def _meant(name, text):
    if name not in CHOICES:
        return text
    value = choice_value(name, text)
    if FIELDS[name].kind is Kind.FLAG and not text:
        value = False
    return text if value is None else str(value)


def columns_changed_since(texts, seen):
    """
    The names of the cells that were changed since ``digest`` made ``seen``.

    Without a valid ``seen``, each cell that is not empty.
    """
    before = seen.split("-")
    if len(before) != len(FIELDS):
        return {name for name in FIELDS if texts[name]}
    now = digest(texts).split("-")
    pairs = zip(FIELDS, before, now, strict=True)
    return {name for name, one, other in pairs if one != other}
