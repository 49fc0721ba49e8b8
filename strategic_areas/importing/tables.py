"""The tables that a plan file fills, in the order in which they are filled."""

from dataclasses import dataclass

from django.db import models as fields

from agencies.models import Agency
from strategic_areas import models
from strategic_areas.models.measurements import Breakdown, Measurement


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
    identity: tuple
    scope: str = "plan"
    owner: str = "plan"
    filters: tuple = ()

    @property
    def is_shared(self):
        return not self.owner and not self.scope

    def field(self, attribute):
        return self.model._meta.get_field(attribute)

    def is_late(self, attribute):
        """True for what needs other rows to be there first: links among records."""
        field = self.field(attribute)
        return field.many_to_many or field.related_model is self.model


def shared(name, model, identity="code"):
    return Table(name, model, (identity,), scope="", owner="")


def below(name, model, identity, scope, **options):
    """A table whose rows take their plan from the row above them."""
    return Table(name, model, identity, scope=scope, owner="", **options)


TABLES = {
    table.name: table
    for table in [
        shared("plans", models.Plan),
        Table("sources", models.Source, ("key",)),
        shared("agencies", Agency, "acronym"),
        Table("participations", models.Participation, ("agency",)),
        Table("areas", models.StrategicArea, ("code",)),
        Table("programmes", models.Programme, ("code",)),
        shared("regions", models.Region),
        shared("provinces", models.Province),
        shared("legal_instruments", models.LegalInstrument),
        shared("frameworks", models.FrameworkTarget),
        shared("hotlines", models.HelpLine, "label_es"),
        Table("periods", models.ReportingPeriod, ("code",)),
        Table("commitments", models.Commitment, ("code",)),
        Table("activities", models.Activity, ("code",)),
        Table("later_activities", models.LaterActivity, ("code",)),
        Table(
            "indicators",
            models.Indicator,
            ("code",),
            scope="",
            owner="introduced_by",
        ),
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
        Table("discrepancies", models.Discrepancy, ("code",)),
        Table("code_lists", models.CodeList, ("code",)),
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


def shortfall(field, value):
    """
    What a plain value must be to fit a column; "" when it fits.

    ``field`` is a model's field, ``value`` as ``kinds`` read it.
    """
    if isinstance(field, fields.DecimalField):
        whole, _, decimals = value.lstrip("-").partition(".")
        room = field.max_digits - field.decimal_places
        if len(whole.lstrip("0")) > room or len(decimals) > field.decimal_places:
            return f"at most {room} digits and {field.decimal_places} decimals"
    elif isinstance(field, fields.PositiveSmallIntegerField) and value > 32_767:
        return "a number up to 32767"
    elif isinstance(value, str) and field.max_length and len(value) > field.max_length:
        return f"at most {field.max_length} characters, not {len(value)}"
    return ""
