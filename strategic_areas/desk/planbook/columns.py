"""
The sheets of a plan's workbook and their columns, as a plan's file states each table.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agencies.fields import Field, Kind
from agencies.models import Agency
from strategic_areas import cells
from strategic_areas.desk.workbook import guide
from strategic_areas.desk.workbook.columns import DIGEST_BYTES, cell_text
from strategic_areas.importing.format import TABLE_OF_MODEL, TABLES, keys_of
from strategic_areas.models.records import STATED, Provenance

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
    told = json.dumps(value).encode()
    return hashlib.blake2s(told, digest_size=DIGEST_BYTES).hexdigest()


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
