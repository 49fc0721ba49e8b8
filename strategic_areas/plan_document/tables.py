"""
Tables of the plan document; columns follow from the declared fields of each model.
"""

from dataclasses import dataclass, replace
from functools import cached_property

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agencies.fields import DeclaredField, FieldKind
from agencies.models import Agency
from strategic_areas import models, spreadsheet_cells
from strategic_areas.models.measurements import Breakdown, Measurement
from strategic_areas.models.records import FILE_PROVENANCES, Provenance
from strategic_areas.workbooks.reading import cell_text

#: The table with the plan's own row.
PLAN_TABLE = "plans"
#: Only plan files state these. In the portal the code never changes, and approval sets
#: the status.
FILE_ONLY = {(PLAN_TABLE, "code"), (PLAN_TABLE, "status")}
#: Links to records of other plans, written "plan/code".
OTHER_PLAN_LINKS = {"continues"}
#: Required columns with a default for new records.
DEFAULTED = {"provenance", "slug"}
#: Columns edited on the plan tree only.
TREE_ONLY = {"stopped", "stopped_on", "resumes_on", "why_not_sensitive"}


@dataclass(frozen=True)
class PlanColumn:
    """A column of a table; ``name`` is the model's column."""

    table: str
    name: str
    field: DeclaredField
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
    def linked_table(self):
        related = self.field.model_field.related_model
        return TABLE_OF_MODEL[related].name if related else ""

    @property
    def links_to_other_plan(self):
        return self.name in OTHER_PLAN_LINKS

    @property
    def choices(self):
        if self.kind is FieldKind.FLAG:
            return [(True, _("Yes")), (False, _("No"))]
        return [(value, str(x)) for value, x in self.field.model_field.flatchoices]

    @property
    def offered(self):
        is_provenance = self.field.model_field.choices == Provenance.choices
        known = FILE_PROVENANCES if is_provenance else dict(self.choices)
        return [word for value, word in self.choices if value in known]


@dataclass(frozen=True)
class PlanTable:
    """
    The table of one kind of record.

    ``identity`` are the identifying fields. Only rows whose ``plan_path`` leads to the
    plan are read; all rows, if it is empty. ``plan_field`` of a new row is set to the
    plan. Shared tables have rows in several plans' files. ``filters`` excludes
    revisions of values, which have the identity of the first.
    """

    name: str
    model: type
    identity: tuple = ("code",)
    plan_path: str = "plan"
    plan_field: str = "plan"
    filters: tuple = ()

    @property
    def is_shared(self):
        return not self.plan_field and not self.plan_path

    def model_field(self, attribute):
        return self.model._meta.get_field(attribute)

    def has_field(self, attribute):
        return any(field.name == attribute for field in self.model._meta.fields)

    def is_set_after_saving(self, attribute):
        """Whether a link is set once all records of the plan are saved."""
        field = self.model_field(attribute)
        is_own = field.related_model is self.model and attribute not in OTHER_PLAN_LINKS
        return field.many_to_many or is_own

    @cached_property
    def file_columns(self):
        """The columns of a plan file, with whether each is required."""
        return tuple(
            PlanColumn(
                self.name, name, field, field.is_needed and name == field.columns[0]
            )
            for field in self.model.fields.where(in_file=True)
            for name in field.columns
        )

    @cached_property
    def columns(self):
        """The columns that people edit in a workbook, a matrix or the plan tree."""
        known = {
            name: PlanColumn(self.name, name, self.model.fields.of_column(name), True)
            for name in self.identity
        }
        known |= {each.name: each for each in self.file_columns}
        return tuple(
            replace(each, is_required=False) if each.field.name in DEFAULTED else each
            for name, each in known.items()
            if (self.name, name) not in FILE_ONLY
        )

    @cached_property
    def tree_columns(self):
        """``columns``, and those that only the plan tree edits."""
        also = (each for each in self.model.fields if each.name in TREE_ONLY)
        return (
            *self.columns,
            *(PlanColumn(self.name, each.name, each, False) for each in also),
        )

    def column(self, name):
        return next(each for each in self.tree_columns if each.name == name)

    def key_in(self, values):
        return "/".join(str(values.get(part) or "") for part in self.identity)

    @property
    def title(self):
        if self.name == PLAN_TABLE:
            return capfirst(str(self.model._meta.verbose_name))
        # People know it as the plan's agencies; the table ``agencies`` is not edited.
        model = Agency if self.name == "participations" else self.model
        return capfirst(str(model._meta.verbose_name_plural))

    def editable_records(self, stored):
        if self.name == PLAN_TABLE:
            return [stored.plan]
        rows = stored.tables[self.name].row_of_pk.values()
        if self.name == "indicators":
            rows = [row for row in rows if row.introduced_by_id == stored.plan.pk]
        rows = [row for row in rows if getattr(row, "is_in_plan", True)]
        known = stored.tables[self.name].key_of_pk
        return sorted(rows, key=lambda row: getattr(row, "sort_code", known[row.pk]))

    def comparable_values(self, stored, row):
        return {
            column.name: comparable_value(stored.plain(row, column.name))
            for column in self.columns
        }


def comparable_value(value):
    """
    Return a value as a workbook's cell gives it back; an empty text is None.

    So values of forms, drafts, records and workbooks compare equal.
    """
    if isinstance(value, str):
        return cell_text("", spreadsheet_cells.workbook_text(value)) or None
    return value


def shared(name, model, identity="code"):
    return PlanTable(name, model, (identity,), plan_path="", plan_field="")


def table_of_children(name, model, identity, plan_path, **options):
    """A table whose rows get their plan from the parent row."""
    return PlanTable(
        name, model, identity, plan_path=plan_path, plan_field="", **options
    )


#: In the order of saving.
TABLES = {
    table.name: table
    for table in [
        # A file states other plans too.
        shared("plans", models.Plan),
        PlanTable("sources", models.Source, ("key",)),
        shared("agencies", Agency, "acronym"),
        PlanTable("participations", models.Participation, ("agency",)),
        PlanTable("areas", models.StrategicArea),
        PlanTable("programmes", models.Programme),
        shared("regions", models.Region),
        shared("provinces", models.Province),
        shared("legal_instruments", models.LegalInstrument),
        shared("frameworks", models.FrameworkTarget),
        shared("hotlines", models.HelpLine, "label_es"),
        PlanTable("periods", models.ReportingPeriod),
        PlanTable("commitments", models.Commitment),
        PlanTable("activities", models.Activity),
        PlanTable("later_activities", models.LaterActivity),
        # Of all plans, since a code that another plan introduced is refused.
        PlanTable(
            "indicators", models.Indicator, plan_path="", plan_field="introduced_by"
        ),
        # Its ``target`` is a row of "frameworks", none of "targets".
        PlanTable(
            "target_links", models.TargetLink, ("target", "commitment", "indicator")
        ),
        PlanTable("targets", models.Target, ("indicator", "starts_on", "ends_on")),
        table_of_children(
            "values",
            Measurement,
            ("indicator", "starts_on", "ends_on", "counted_by"),
            "indicator__introduced_by",
            filters=(("revises", None),),
        ),
        table_of_children(
            "breakdowns",
            Breakdown,
            ("measurement", "dimension", "category"),
            "measurement__indicator__introduced_by",
            filters=(("measurement__revises", None),),
        ),
        PlanTable("tip_tiers", models.TipTier, ("report_year",)),
        PlanTable("discrepancies", models.Discrepancy),
        PlanTable("terms", models.Term),
        PlanTable("code_lists", models.CodeList),
        table_of_children(
            "code_list_values",
            models.CodeListValue,
            ("code_list", "dimension", "code"),
            "code_list__plan",
        ),
        PlanTable("updates", models.ActivityUpdate, ("activity", "period")),
        PlanTable(
            "commitment_updates", models.CommitmentUpdate, ("commitment", "period")
        ),
    ]
}
#: Tables of updates: a plan file adds a revision instead of changing the row.
REVISED = ("updates", "commitment_updates")

TABLE_OF_MODEL = {table.model: table for table in TABLES.values()}


#: The tables that people edit, in the order of saving: linked tables first.
EDITED_TABLES = {
    name: TABLES[name]
    for name in (
        *("plans", "areas", "programmes", "participations", "commitments"),
        *("activities", "indicators", "targets"),
    )
}
