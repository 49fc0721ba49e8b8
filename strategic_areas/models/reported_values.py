"""
Values of indicators as agencies hand them in. Raw, like those in ``measurements``.

``models`` does not re-export them; public pages may not use them.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.decisions import Decision, DecisionQuerySet, status_field
from agencies.fields import Fields, dates_in_order, internal, protective, public
from agencies.models import Agency, FocalPoint
from strategic_areas.models.figures import PublishedFigure
from strategic_areas.models.indicators import Indicator
from strategic_areas.models.letters import Letter
from strategic_areas.models.measurements import Measurement
from strategic_areas.models.records import Provenance, Source, provenance_of


class ReportedValueQuerySet(DecisionQuerySet):
    def visible_to(self, user):
        rows = self.select_related("agency", "indicator")
        if access.is_reviewer(user):
            return rows
        return rows.filter(agency__in=FocalPoint.objects.agencies_of(user))


class ReportedValue(Decision):
    """
    A value that the responsible agency hands in, until a reviewer publishes it.

    ``parts`` maps each dimension to the numbers of its categories, as text.
    ``measurement`` is the one that it became. ``letter`` or ``source`` is what the
    secretariat wrote it down from; where the source prints the very number,
    ``printed_where`` says where.
    """

    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="+", verbose_name=_("indicator")
    )
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("agency")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    value = models.DecimalField(_("value"), max_digits=16, decimal_places=3)
    certainty = models.CharField(
        _("provisional or confirmed"),
        max_length=12,
        choices=PublishedFigure.Status,
        default=PublishedFigure.Status.PROVISIONAL,
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

    fields = Fields(
        *public("indicator", "agency", "starts_on", "ends_on", "value", "certainty"),
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
        return self.indicator.over(self.starts_on, self.ends_on)

    @property
    def provenance(self):
        if self.letter_id:
            return Provenance.TRANSCRIBED
        return provenance_of([self.source.kind]) if self.source else Provenance.REPORTED
