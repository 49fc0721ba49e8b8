"""Indicators and their targets."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext, gettext_lazy as _

from agencies.fields import (
    DeclaredFields,
    bilingual,
    dates_in_order,
    notes,
    protective,
    public,
    spanish_required,
    structure,
)
from agencies.models import Agency
from strategic_areas.models.activities import Commitment
from strategic_areas.models.plan import Plan, PlanMixin, Programme, StrategicArea
from strategic_areas.models.records import CODE_FIELDS, CodeMixin, Provenance, Source


class Indicator(CodeMixin):
    """
    Something measured over several plans. Its code is unique in the portal. Series with
    different ``counts`` or ``counted_by`` are never added.
    """

    path_to_plan = "introduced_by"

    class Counts(models.TextChoices):
        PERSONS = "persons", _("People")
        CASES = "cases", _("Cases")
        SENTENCES = "sentences", _("Sentences")
        EVENTS = "events", _("Events")
        MONEY = "money", _("Money")
        OTHER = "other", _("Other")

    #: What is counted one by one: in whole numbers, never below zero.
    COUNTED = (Counts.PERSONS, Counts.CASES, Counts.SENTENCES, Counts.EVENTS)

    class Direction(models.TextChoices):
        INCREASE = "increase", _("More is better")
        DECREASE = "decrease", _("Less is better")
        NONE = "none", _("Neither")

    class Aggregation(models.TextChoices):
        SUM = "sum", _("Periods may be added")
        LAST = "last", _("The last value stands")
        NONE = "none", _("Never added")

    class Goal(models.TextChoices):
        """What a plan is for, by its own words or those of ``Plan.goals_by``."""

        FEWER_VICTIMS = "fewer_victims", _("There are fewer victims")
        ACCOUNTABILITY = "accountability", _("Those who exploit are held to account")
        RESTORATION = "restoration", _("Survivors are restored")
        JUSTICE = "justice", _("The justice system protects the vulnerable")

    class Family(models.TextChoices):
        """
        People who can be counted in several ways; one number of them is disclosed.
        """

        VICTIMS = "victims", _("Victims, at whatever stage they are counted")
        ACCUSED = "accused", _("The accused")
        CONVICTED = "convicted", _("The convicted")

    class Dimension(models.TextChoices):
        """What a breakdown distinguishes."""

        SEX_AND_AGE = "sex+age", _("sex and age")
        AGE = "age", _("age")
        SEX = "sex", _("sex")
        EXPLOITATION = "exploitation", _("form of exploitation")
        NATIONALITY = "nationality", _("nationality")
        DEPARTMENT = "department", _("judicial department")
        STATUS = "status", _("possible or confirmed victims")

    class Frequency(models.TextChoices):
        """The days for which rounds ask for a value."""

        NOT_ASKED = "not_asked", _("Rounds do not ask for it")
        YEARLY = "yearly", _("For each calendar year of the plan")
        EACH_ROUND = "each_round", _("For the days of each round")

    introduced_by = models.ForeignKey(
        Plan,
        models.PROTECT,
        related_name="indicators",
        verbose_name=_("introduced by the plan"),
    )
    name = models.CharField(_("name"), max_length=300)
    unit = models.CharField(_("unit"), max_length=80)
    counts = models.CharField(_("counts"), max_length=10, choices=Counts)
    sensitive = models.BooleanField(
        _("needs protection"),
        default=True,
        help_text=_("Counts people who could be found in a small number."),
    )
    why_not_sensitive = models.TextField(
        _("why it needs no protection"),
        blank=True,
        default="",
        db_default="",
        help_text=_("Whoever lifts the protection says why. Only staff read it."),
    )
    national = models.BooleanField(
        _("national"),
        default=False,
        db_default=False,
        help_text=_("Its totals count the whole country."),
    )
    selects = models.BooleanField(
        _("counts some people only"),
        default=False,
        db_default=False,
        help_text=_(
            "By itself it counts those of one sex, age, form, nationality, place or "
            "operation."
        ),
    )
    family = models.CharField(
        _("whom it counts"),
        max_length=10,
        choices=Family,
        blank=True,
        default="",
        db_default="",
        help_text=_("Of several counts of the same people only one is told."),
    )
    is_teller = models.BooleanField(
        _("its yearly total is told"),
        default=False,
        db_default=False,
        help_text=_("Of the same people no other indicator tells what is not printed."),
    )
    dimension = models.CharField(
        _("what its breakdown tells apart"),
        max_length=20,
        choices=Dimension,
        blank=True,
        default="",
        db_default="",
        help_text=_("The one breakdown that is told of its yearly totals."),
    )
    key_figure = models.BooleanField(
        _("key figure"),
        default=False,
        db_default=False,
        help_text=_("It stands on the first page."),
    )
    goal = models.CharField(
        _("goal"),
        max_length=20,
        choices=Goal,
        blank=True,
        default="",
        db_default="",
        help_text=_("Of the goals of the plan, the one it is about."),
    )
    area = models.ForeignKey(
        StrategicArea,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="indicators",
        verbose_name=_("strategic area"),
    )
    programme = models.ForeignKey(
        Programme,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="indicators",
        verbose_name=_("programme"),
    )
    commitment = models.ForeignKey(
        Commitment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="indicators",
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
    frequency = models.CharField(
        _("how often a value is asked for"),
        max_length=10,
        choices=Frequency,
        default=Frequency.NOT_ASKED,
        db_default=Frequency.NOT_ASKED,
        help_text=_("A round asks the agency for the values that are still missing."),
    )
    counted_by = models.CharField(_("counted by"), max_length=40, blank=True)
    direction = models.CharField(
        _("direction"), max_length=10, choices=Direction, default=Direction.NONE
    )
    aggregation = models.CharField(
        _("aggregation"), max_length=10, choices=Aggregation, default=Aggregation.NONE
    )
    definition = models.TextField(_("definition"), blank=True)
    caveat = models.TextField(
        _("what cannot be said with it"),
        blank=True,
        default="",
        db_default="",
        help_text=_("It stands beside the key figure and on the indicator's page."),
    )
    means_of_verification = models.TextField(
        _("means of verification"), blank=True, default="", db_default=""
    )
    baseline_value = models.DecimalField(
        _("baseline"), max_digits=16, decimal_places=3, null=True, blank=True
    )
    baseline_starts_on = models.DateField(_("baseline from"), null=True, blank=True)
    baseline_ends_on = models.DateField(_("baseline until"), null=True, blank=True)
    sources = models.ManyToManyField(
        Source, blank=True, related_name="+", verbose_name=_("sources")
    )
    note = models.TextField(_("note"), blank=True)

    fields = DeclaredFields(
        *CODE_FIELDS,
        *public("introduced_by", in_file=False),
        *bilingual("name", "unit"),
        *protective(*public("counts", "sensitive", "national", "selects")),
        *protective(*public("family", "is_teller", "dimension")),
        *public("key_figure"),
        *notes("why_not_sensitive"),
        *public("goal", "area", "programme", "commitment", "agency"),
        *public("frequency"),
        *protective(*public("counted_by")),
        *public("direction", "aggregation"),
        *bilingual("definition", "caveat", "means_of_verification"),
        *public("baseline_value", "baseline_starts_on", "baseline_ends_on"),
        *(*public("sources"), *bilingual("note")),
    )

    class Meta:
        ordering = ["sort_code"]
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        constraints = [
            *spanish_required("indicator", "name", "unit"),
            models.UniqueConstraint(
                name="indicator_code_unique",
                fields=["code"],
                violation_error_message=_("Another indicator has this code."),
            ),
            models.CheckConstraint(
                name="indicator_of_a_family_is_sensitive",
                condition=Q(family="", is_teller=False)
                | ~Q(family="") & Q(sensitive=True),
                violation_error_message=_(
                    "What counts these people needs protection; say whom it counts "
                    "before its yearly total is told."
                ),
            ),
            dates_in_order("indicator", "baseline_starts_on", "baseline_ends_on"),
            models.CheckConstraint(
                name="indicator_baseline_has_value_and_dates",
                condition=Q(
                    baseline_value__isnull=True,
                    baseline_starts_on__isnull=True,
                    baseline_ends_on__isnull=True,
                )
                | Q(
                    baseline_value__isnull=False,
                    baseline_starts_on__isnull=False,
                    baseline_ends_on__isnull=False,
                ),
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"

    def text_with_days(self, starts_on, ends_on):
        return gettext("%(code)s, from %(start)s to %(end)s") % {
            "code": self.code,
            "start": date_format(starts_on, "SHORT_DATE_FORMAT"),
            "end": date_format(ends_on, "SHORT_DATE_FORMAT"),
        }

    def clean(self):
        """
        Allow one disclosed indicator per family, and demand a reason for lifting
        protection.
        """
        total_indicators = Indicator.objects.filter(family=self.family, is_teller=True)
        if self.is_teller and total_indicators.exclude(pk=self.pk).exists():
            text = _("Another indicator tells of these people.")
            raise ValidationError({"is_teller": text})
        if self.sensitive:
            self.why_not_sensitive = ""
        elif not self.why_not_sensitive.strip() and not self.is_stored_without_reason:
            text = _("Say why nobody could be found by its small numbers.")
            raise ValidationError({"why_not_sensitive": text})

    @cached_property
    def is_stored_without_reason(self):
        """Whether it is unprotected without a reason, as plan files may create it."""
        return Indicator.objects.filter(
            pk=self.pk, sensitive=False, why_not_sensitive=""
        ).exists()


class Target(PlanMixin):
    """The value that a plan sets for an indicator over a span of days."""

    is_hideable = False

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="targets", verbose_name=_("plan")
    )
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="targets", verbose_name=_("indicator")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    value = models.DecimalField(_("value"), max_digits=16, decimal_places=3)
    provenance = models.CharField(
        _("where this comes from"), max_length=20, choices=Provenance
    )

    fields = DeclaredFields(
        *public("plan", in_file=False),
        *structure(*public("indicator", in_file=False)),
        *structure(*public("starts_on", "ends_on", "value")),
        *public("provenance", in_file=False),
    )

    class Meta:
        ordering = ["plan", "indicator", "ends_on"]
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = [
            dates_in_order("target", "starts_on", "ends_on"),
            models.UniqueConstraint(
                name="target_one_per_indicator_plan_and_span",
                fields=["plan", "indicator", "starts_on", "ends_on"],
                violation_error_message=_("The plan already sets this target."),
            ),
        ]

    def __str__(self):
        value = format(Decimal(self.value).normalize(), "f")
        return f"{self.indicator.code}: {value}"
