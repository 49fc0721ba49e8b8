"""Records around the plan: later activities, help lines, ratings and code lists."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.fields import (
    DeclaredFields,
    bilingual,
    dates_in_order,
    public,
    spanish_required,
)
from agencies.models import Agency
from strategic_areas.models.activities import Commitment
from strategic_areas.models.plan import Plan, PlanMixin, Programme
from strategic_areas.models.records import (
    CODE_FIELDS,
    PROVENANCE_FIELDS,
    CodeMixin,
    ProvenanceMixin,
    Source,
)
from strategic_areas.models.references import Province


class LaterActivity(PlanMixin, CodeMixin, ProvenanceMixin):
    """Work that public sources date after the end of the plan; no count includes it."""

    same_plan_as = ("programme", "commitment")

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="later_activities", verbose_name=_("plan")
    )
    programme = models.ForeignKey(
        Programme,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="later_activities",
        verbose_name=_("programme"),
    )
    commitment = models.ForeignKey(
        Commitment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="later_activities",
        verbose_name=_("commitment"),
    )
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agency"),
    )
    title = models.CharField(_("title"), max_length=400)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    places = models.ManyToManyField(
        Province, blank=True, related_name="+", verbose_name=_("provinces")
    )

    fields = DeclaredFields(
        *public("plan", in_file=False),
        *CODE_FIELDS,
        *public("commitment", "programme"),
        *bilingual("title"),
        *public("agency", "year", "starts_on", "due_on", "places"),
        *PROVENANCE_FIELDS,
    )

    class Meta:
        ordering = ["plan", "sort_code"]
        verbose_name = _("later activity")
        verbose_name_plural = _("later activities")
        constraints = [
            *spanish_required("lateractivity", "title"),
            dates_in_order("lateractivity", "starts_on", "due_on"),
            models.UniqueConstraint(
                name="lateractivity_code_unique_in_plan", fields=["plan", "code"]
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.title}"


class HelpLine(models.Model):
    """
    A telephone line for people who need help. The first of ``numbers`` is called first.
    ``creole`` is public once ``creole_is_read``.
    """

    class Reliability(models.TextChoices):
        HIGH = "high", _("High")
        MEDIUM = "medium", _("Medium")
        LOW = "low", _("Low")

    label = models.CharField(_("name"), max_length=200)
    numbers = models.JSONField(_("numbers"), default=list)
    hours = models.CharField(_("hours"), max_length=100, blank=True)
    languages = models.CharField(
        _("languages spoken"), max_length=100, blank=True, default="", db_default=""
    )
    scope = models.TextField(_("what it is for"), blank=True)
    serves_women = models.BooleanField(_("for women"), default=False, db_default=False)
    serves_children = models.BooleanField(
        _("for girls, boys and adolescents"), default=False, db_default=False
    )
    serves_men = models.BooleanField(_("for men"), default=False, db_default=False)
    serves_foreigners = models.BooleanField(
        _("for people from abroad"), default=False, db_default=False
    )
    takes_reports = models.BooleanField(
        _("takes reports of crimes"), default=False, db_default=False
    )
    is_anonymous = models.BooleanField(
        _("takes reports without a name"), default=False, db_default=False
    )
    creole = models.CharField(
        _("when to call, in Haitian Creole"),
        max_length=300,
        blank=True,
        default="",
        db_default="",
    )
    creole_is_read = models.BooleanField(
        _("a speaker of Haitian Creole has read it"),
        default=False,
        db_default=False,
        help_text=_("The public reads the Creole text while this is set."),
    )
    reliability = models.CharField(
        _("reliability"), max_length=10, choices=Reliability, blank=True
    )
    confirm_before_publishing = models.BooleanField(
        _("confirm before publishing"),
        default=False,
        help_text=_("Hidden from the public while this is set."),
    )
    is_police = models.BooleanField(
        _("answered by the police"),
        default=False,
        help_text=_("The help page lists a line that is not the police first."),
    )
    confirmed_on = models.DateField(_("last confirmed on"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    note = models.TextField(_("note"), blank=True)
    sources = models.ManyToManyField(
        Source, blank=True, related_name="+", verbose_name=_("sources")
    )

    fields = DeclaredFields(
        *bilingual("label"),
        *public("numbers"),
        *bilingual("hours", "languages", "scope"),
        *public("serves_women", "serves_children", "serves_men", "serves_foreigners"),
        *public("takes_reports", "is_anonymous", "creole"),
        *public("creole_is_read", in_file=False),
        *public("reliability", "confirm_before_publishing", "is_police"),
        *public("confirmed_on"),
        *public("order", in_file=False),
        *public("sources"),
        *bilingual("note"),
        allowed_personal_data={"telephone"},
    )

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("help line")
        verbose_name_plural = _("help lines")
        constraints = [
            *spanish_required("helpline", "label"),
            models.UniqueConstraint(
                name="helpline_label_unique",
                fields=["label_es"],
                violation_error_message=_("Another line has this name."),
            ),
        ]

    def __str__(self):
        return self.label


class TipTier(models.Model):
    """The country's tier in one Trafficking in Persons report."""

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="tip_tiers", verbose_name=_("plan")
    )
    report_year = models.PositiveSmallIntegerField(_("year of the report"))
    covers_year = models.PositiveSmallIntegerField(
        _("year it covers"), null=True, blank=True
    )
    tier = models.CharField(_("tier code"), max_length=10)
    label = models.CharField(_("tier"), max_length=100)
    sources = models.ManyToManyField(
        Source, blank=True, related_name="+", verbose_name=_("sources")
    )
    note = models.TextField(_("note"), blank=True)

    fields = DeclaredFields(
        *public("plan", in_file=False),
        *public("report_year", "covers_year", "tier"),
        *bilingual("label"),
        *public("sources"),
        *bilingual("note"),
    )

    class Meta:
        ordering = ["plan", "report_year"]
        verbose_name = _("TIP report tier")
        verbose_name_plural = _("TIP report tiers")
        constraints = [
            *spanish_required("tiptier", "label"),
            models.UniqueConstraint(
                name="tiptier_one_per_year_in_plan", fields=["plan", "report_year"]
            ),
        ]

    def __str__(self):
        return f"{self.report_year}: {self.tier}"


class CodeList(CodeMixin, ProvenanceMixin):
    """A list for coding aggregate data, never individual cases."""

    class Kind(models.TextChoices):
        ENTITIES = "entities", _("Entities")
        VALUES = "values", _("Values")
        BREAKDOWNS = "breakdowns", _("Labels of breakdowns")

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="code_lists", verbose_name=_("plan")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    name = models.CharField(_("name"), max_length=200)
    provenance = models.CharField(_("where this comes from"), max_length=20, blank=True)

    fields = DeclaredFields(
        *public("plan", in_file=False),
        *CODE_FIELDS,
        *public("kind", in_file=False),
        *bilingual("name"),
        *PROVENANCE_FIELDS,
    )

    class Meta:
        ordering = ["plan", "kind", "sort_code"]
        verbose_name = _("code list")
        verbose_name_plural = _("code lists")
        constraints = [
            *spanish_required("codelist", "name"),
            models.UniqueConstraint(
                name="codelist_code_unique_in_plan", fields=["plan", "code"]
            ),
        ]

    def __str__(self):
        return self.name


class CodeListValue(models.Model):
    """A value of a code list. ``dimension`` is set for labels of breakdowns only."""

    path_to_plan = "code_list__plan"

    code_list = models.ForeignKey(
        CodeList, models.PROTECT, related_name="values", verbose_name=_("code list")
    )
    dimension = models.CharField(_("dimension"), max_length=60, blank=True)
    code = models.CharField(_("code"), max_length=60)
    label = models.CharField(_("label"), max_length=200)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    fields = DeclaredFields(
        *public("code_list", in_file=False),
        *public("dimension", "code"),
        *bilingual("label"),
        *public("order", in_file=False),
    )

    class Meta:
        ordering = ["code_list", "order", "pk"]
        verbose_name = _("value of a code list")
        verbose_name_plural = _("values of code lists")
        constraints = [
            *spanish_required("codelistvalue", "label"),
            models.UniqueConstraint(
                name="codelistvalue_code_unique_in_list",
                fields=["code_list", "dimension", "code"],
            ),
        ]

    def __str__(self):
        return self.label
