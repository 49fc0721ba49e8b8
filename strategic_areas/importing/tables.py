"""The tables that a plan file fills, and the keys that state their fields."""

from dataclasses import dataclass, replace
from functools import cached_property

from django.db import models as columns

from agencies.models import Agency
from strategic_areas import models
from strategic_areas.importing.values import (
    CODE,
    CURRENCY,
    SLUG,
    TEXT,
    URL,
    Date,
    Flag,
    Number,
    Part,
    Reference,
    Whole,
    one_of,
    references,
)
from strategic_areas.models.measurements import Breakdown, Measurement
from strategic_areas.models.records import STATED


@dataclass(frozen=True)
class Table:
    """
    Where records of one kind are stored, and what names one of them.

    ``identity`` are the fields that name a record, ``scope`` leads from a row to its
    plan, ``owner`` is the field that takes the plan of a new row. A shared table has
    no scope: several plans' files may speak of one row. ``filters`` leaves out rows
    that no file can name.
    """

    name: str
    model: type
    identity: tuple = ("code",)
    scope: str = "plan"
    owner: str = "plan"
    filters: tuple = ()

    @property
    def is_shared(self):
        return not self.owner and not self.scope

    def field(self, attribute):
        return self.model._meta.get_field(attribute)

    def has_field(self, attribute):
        return any(field.name == attribute for field in self.model._meta.fields)

    def is_late(self, attribute):
        """True for what needs other rows to be there first: links among records."""
        return attribute in self.late

    @cached_property
    def late(self):
        columns = [*self.model._meta.fields, *self.model._meta.many_to_many]
        return {
            each.name
            for each in columns
            if each.many_to_many or each.related_model is self.model
        }


def shared(name, model, identity="code"):
    return Table(name, model, (identity,), scope="", owner="")


def below(name, model, identity, scope, **options):
    """A table whose rows take their plan from the row above them."""
    return Table(name, model, identity, scope=scope, owner="", **options)


#: In the order in which they are filled.
TABLES = {
    table.name: table
    for table in [
        shared("plans", models.Plan),
        Table("sources", models.Source, ("key",)),
        shared("agencies", Agency, "acronym"),
        Table("participations", models.Participation, ("agency",)),
        Table("areas", models.StrategicArea),
        Table("programmes", models.Programme),
        shared("regions", models.Region),
        shared("provinces", models.Province),
        shared("legal_instruments", models.LegalInstrument),
        shared("frameworks", models.FrameworkTarget),
        shared("hotlines", models.HelpLine, "label_es"),
        Table("periods", models.ReportingPeriod),
        Table("commitments", models.Commitment),
        Table("activities", models.Activity),
        Table("later_activities", models.LaterActivity),
        Table("indicators", models.Indicator, scope="", owner="introduced_by"),
        Table("targets", models.Target, ("indicator", "starts_on", "ends_on")),
        below(
            "values",
            Measurement,
            ("indicator", "starts_on", "ends_on", "counted_by"),
            "indicator__introduced_by",
            filters=(("revises", None),),
        ),
        below(
            "breakdowns",
            Breakdown,
            ("measurement", "dimension", "category"),
            "measurement__indicator__introduced_by",
            filters=(("measurement__revises", None),),
        ),
        Table("tip_tiers", models.TipTier, ("report_year",)),
        Table("discrepancies", models.Discrepancy),
        Table("terms", models.Term),
        Table("code_lists", models.CodeList),
        below(
            "code_list_values",
            models.CodeListValue,
            ("code_list", "dimension", "code"),
            "code_list__plan",
        ),
        Table("updates", models.ActivityUpdate, ("activity", "period")),
        Table("commitment_updates", models.CommitmentUpdate, ("commitment", "period")),
    ]
}
#: The two whose rows are never changed, only followed by a new revision.
REVISED = ("updates", "commitment_updates")

TABLE_OF_MODEL = {table.model: table for table in TABLES.values()}

YEAR = Whole("a year", 1000, 9999)
#: Kinds of value that follow from the type of a model's field.
KIND_OF_COLUMN = {
    columns.BooleanField: Flag(),
    columns.CharField: TEXT,
    columns.DateField: Date(),
    columns.DecimalField: Number(),
    columns.PositiveIntegerField: Whole(),
    columns.SlugField: SLUG,
    columns.TextField: TEXT,
    columns.URLField: URL,
}
#: Kinds of value that follow from the name of a model's field.
KIND_OF_NAME = {
    "acronym": CODE,
    "budget_amount": Number(least=0),
    "budget_currency": CURRENCY,
    "code": CODE,
    "continues": Part(kinds={"plan": CODE, "code": CODE}),
    "covers_year": YEAR,
    "mandate_provenance": one_of(STATED),
    "outcome_provenance": one_of(STATED),
    "percent": Whole("a percent", 0, 100),
    "provenance": one_of(STATED),
    "quantity": Number(least=0),
    "report_year": YEAR,
    "succeeded_by": Reference(section="agencies of the portal"),
    "year": YEAR,
}


@dataclass(frozen=True)
class Key:
    """A key of a record: its kind of value, and the fields of a table that store it."""

    name: str
    kind: object
    required: bool = False
    stored_as: tuple = ()
    table: str = ""

    @cached_property
    def column(self):
        """The model's field that stores the key, or the first of several."""
        return TABLES[self.table].field(self.stored_as[0])


def kind_of(column):
    """The kind of value that a model's field takes."""
    if column.name in KIND_OF_NAME and not isinstance(column, columns.SlugField):
        return KIND_OF_NAME[column.name]
    if column.is_relation:
        section = TABLE_OF_MODEL[column.related_model].name
        many = column.many_to_many
        return references(section) if many else Reference(section=section)
    if column.choices:
        return one_of(word for word, _ in column.choices)
    return KIND_OF_COLUMN[type(column)]


def keys_of(table_name, fields=(), special=None):
    """
    The keys for these fields of a table; for all that its model declares without any.

    A text in two languages has two keys, of which the English one is never required.
    ``special`` gives the keys of some fields by the field's name.
    """
    table = TABLES[table_name]
    keys = []
    for name in fields or table.model.fields.names(in_file=True):
        if special and name in special:
            keys += special[name]
            continue
        column = table.field(name)
        required = not (column.blank or column.has_default()) and name != "provenance"
        if table.model.fields[name].bilingual:
            keys += both(name, name, kind_of(column), required)
        else:
            keys.append(Key(name, kind_of(column), required))
    return tuple(
        replace(
            key, table=key.table or table_name, stored_as=key.stored_as or (key.name,)
        )
        for key in keys
    )


def both(name, stored_as, kind=None, required=True):
    """The keys of a text in both languages."""
    kind = kind or TEXT
    return [
        Key(f"{name}_es", kind, required, (f"{stored_as}_es",)),
        Key(f"{name}_en", kind, False, (f"{stored_as}_en",)),
    ]
