"""
Raw values, which public pages may not use. No related name leads to them, so templates
cannot reach them.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.decisions import Decision, DecisionQuerySet, status_field
from agencies.fields import (
    DeclaredField,
    DeclaredFields,
    dates_in_order,
    internal,
    protective,
    public,
)
from agencies.models import Agency, FocalPoint
from strategic_areas.models.figures import (
    HOW_EXACT,
    PublishedFigure,
    exact_to,
    exactness,
    where_printed,
)
from strategic_areas.models.indicators import Indicator
from strategic_areas.models.letters import Letter
from strategic_areas.models.records import Provenance, Source, provenance_of


class MeasurementQuerySet(models.QuerySet):
    def visible_to(self, user):
        if access.is_reviewer(user) or (user.is_active and user.is_superuser):
            return self
        return self.none()


class Measurement(models.Model):
    """
    A value observed between two dates. Values of overlapping dates are never added.
    ``printed_by`` is a source that states this very value.
    """

    Status = PublishedFigure.Status

    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="+", verbose_name=_("indicator")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    value = models.DecimalField(_("value"), max_digits=16, decimal_places=3)
    exactness = exactness()
    starts_exact_to = exact_to(_("how exact the first day is"))
    ends_exact_to = exact_to(_("how exact the last day is"))
    status = models.CharField(_("status"), max_length=12, choices=Status)
    printed_by = models.ForeignKey(
        Source,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("printed by"),
        help_text=_("A source that has printed the number as it stands."),
    )
    printed_where = where_printed()
    counted_by = models.CharField(_("counted by"), max_length=40, blank=True)
    provenance = models.CharField(
        _("where this comes from"), max_length=20, choices=Provenance
    )
    revises = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("revises"),
    )
    sources = models.ManyToManyField(
        Source, blank=True, related_name="+", verbose_name=_("sources")
    )
    breaks = models.BooleanField(
        _("breaks the series"),
        default=False,
        db_default=False,
        help_text=_("It counts something else than the value before."),
    )
    caption = models.CharField(
        _("caption"),
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text=_("What a sentence says after the number."),
    )
    note = models.TextField(_("note"), blank=True)
    reason = models.TextField(
        _("why it was revised"),
        blank=True,
        default="",
        db_default="",
        help_text=_("Why it differs from the value that was published before."),
    )

    fields = DeclaredFields(
        *internal("starts_on", "ends_on", "value", "status", in_file=True),
        *internal(*HOW_EXACT, in_file=True),
        *protective(*internal("printed_by", in_file=True)),
        DeclaredField("printed_where", bilingual=True, public=False),
        *internal("counted_by", "breaks", in_file=True),
        *internal("provenance", "sources", in_file=True),
        DeclaredField("caption", bilingual=True, public=False),
        DeclaredField("note", bilingual=True, public=False),
        DeclaredField("reason", bilingual=True, public=False),
    )

    objects = MeasurementQuerySet.as_manager()

    class Meta:
        ordering = ["indicator", "starts_on", "ends_on"]
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")
        constraints = [
            dates_in_order("measurement", "starts_on", "ends_on"),
            models.UniqueConstraint(
                name="measurement_first_value_unique_per_span",
                fields=["indicator", "starts_on", "ends_on", "counted_by"],
                condition=Q(revises__isnull=True),
                violation_error_message=_("This span already has a value."),
            ),
            models.CheckConstraint(
                name="measurement_does_not_revise_itself",
                condition=Q(revises__isnull=True) | ~Q(revises=F("id")),
            ),
        ]

    def __str__(self):
        return self.indicator.text_with_days(self.starts_on, self.ends_on)


class Breakdown(models.Model):
    measurement = models.ForeignKey(
        Measurement, models.PROTECT, related_name="+", verbose_name=_("measurement")
    )
    dimension = models.CharField(_("dimension"), max_length=60)
    category = models.CharField(_("category"), max_length=60)
    value = models.DecimalField(_("value"), max_digits=16, decimal_places=3)
    printed_by = models.ForeignKey(
        Source,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("printed by"),
        help_text=_("An official source that has printed the number as it stands."),
    )
    printed_where = where_printed()

    fields = DeclaredFields(
        *internal("dimension", "category", "value", in_file=True),
        *protective(*internal("printed_by", in_file=True)),
        DeclaredField("printed_where", bilingual=True, public=False),
    )

    class Meta:
        ordering = ["measurement", "dimension", "category"]
        verbose_name = _("part of a measurement")
        verbose_name_plural = _("parts of a measurement")
        constraints = [
            models.UniqueConstraint(
                name="breakdown_one_per_category",
                fields=["measurement", "dimension", "category"],
            ),
        ]

    def __str__(self):
        return f"{self.dimension}: {self.category}"


class Publication(models.Model):
    """The published figure of a measurement."""

    measurement = models.OneToOneField(
        Measurement, models.PROTECT, related_name="+", verbose_name=_("measurement")
    )
    figure = models.OneToOneField(
        PublishedFigure,
        models.PROTECT,
        related_name="+",
        verbose_name=_("published figure"),
    )

    fields = DeclaredFields(*internal("measurement", "figure"))

    class Meta:
        ordering = ["measurement"]
        default_permissions = []
        verbose_name = _("publication of a measurement")
        verbose_name_plural = _("publications of measurements")

    def __str__(self):
        return str(self.measurement)


class DisclosedForm(models.Model):
    """
    A form in which a count of people was once disclosed. It outlives its indicator.

    ``form`` is the total of a family's year with its breakdown, as text; empty for a
    value that needed no protection.
    """

    is_only_appended = True

    indicator = models.ForeignKey(
        Indicator,
        models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        verbose_name=_("indicator"),
    )
    family = models.CharField(_("family"), max_length=10, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    form = models.JSONField(null=True, blank=True)
    disclosed_at = models.DateTimeField(auto_now_add=True)

    fields = DeclaredFields(
        *internal("indicator", "family", "starts_on", "ends_on", "form", "disclosed_at")
    )

    class Meta:
        ordering = ["pk"]
        default_permissions = []
        verbose_name = _("form once disclosed")
        verbose_name_plural = _("forms once disclosed")

    def __str__(self):
        return f"{self.family}: {self.starts_on}, {self.ends_on}"


class ReportedValueQuerySet(DecisionQuerySet):
    def visible_to(self, user):
        rows = self.select_related("agency", "indicator")
        if access.is_reviewer(user):
            return rows
        return rows.filter(agency__in=FocalPoint.objects.agencies_of(user))


class ReportedValue(Decision):
    """
    A value that an agency submits and a reviewer publishes.

    ``parts`` maps dimensions to the numbers of their categories. ``measurement`` is set
    at publication. The secretariat transcribes it from ``letter`` or ``source``.
    """

    moves_version = False

    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="+", verbose_name=_("indicator")
    )
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("agency")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    value = models.DecimalField(_("value"), max_digits=16, decimal_places=3)
    #: What a ``PublishedFigure`` calls ``status``.
    figure_status = models.CharField(
        _("provisional or confirmed"),
        max_length=12,
        choices=PublishedFigure.Status,
        default=PublishedFigure.Status.PROVISIONAL,
        db_column="certainty",
    )
    parts = models.JSONField(_("breakdowns"), default=dict, blank=True)
    note = models.TextField(
        _("note"), blank=True, help_text=_("The public reads it beside the value.")
    )
    why = models.TextField(
        _("why it was revised"),
        blank=True,
        help_text=_("Why it differs from the value that was published before."),
    )
    letter = models.ForeignKey(
        Letter,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("letter"),
    )
    source = models.ForeignKey(
        Source,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("source"),
    )
    printed_where = models.CharField(
        _("where in the source"),
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "Only where the source prints this very number: the page, table or part."
        ),
    )
    revises = models.ForeignKey(
        Measurement,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("revises"),
    )
    measurement = models.OneToOneField(
        Measurement,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("measurement"),
    )
    status = status_field(
        pending=_("Waits for review"),
        approved=_("Published"),
        declined=_("Returned to the agency"),
    )

    fields = DeclaredFields(
        *public(
            "indicator", "agency", "starts_on", "ends_on", "value", "figure_status"
        ),
        *internal("parts"),
        *public("note", "why"),
        *protective(*public("printed_where")),
        *internal("letter", "source", "revises", "measurement"),
        *Decision.fields,
    )

    objects = ReportedValueQuerySet.as_manager()

    class Meta(Decision.Meta):
        verbose_name = _("value handed in")
        verbose_name_plural = _("values handed in")
        default_permissions = ["view", "add"]
        permissions = [("publish_reportedvalue", _("Can review and publish values"))]
        constraints = [
            *Decision.Meta.constraints,
            dates_in_order("reportedvalue", "starts_on", "ends_on"),
            models.UniqueConstraint(
                name="reportedvalue_one_waits_per_span",
                fields=["indicator", "starts_on", "ends_on"],
                condition=Q(status="pending"),
                violation_error_message=_("A value of this span waits for review."),
            ),
            models.CheckConstraint(
                name="reportedvalue_letter_or_source",
                condition=Q(letter=None) | Q(source=None),
            ),
            models.CheckConstraint(
                name="reportedvalue_printed_in_a_source",
                condition=Q(printed_where="") | Q(source__isnull=False),
            ),
            models.CheckConstraint(
                name="reportedvalue_approved_is_a_measurement",
                condition=Q(status="applying")
                | Q(status="approved", measurement__isnull=False)
                | ~Q(status__in=["applying", "approved"]) & Q(measurement__isnull=True),
            ),
        ]

    def __str__(self):
        return self.indicator.text_with_days(self.starts_on, self.ends_on)

    @property
    def provenance(self):
        if self.letter_id:
            return Provenance.TRANSCRIBED
        return provenance_of([self.source.kind]) if self.source else Provenance.REPORTED
