"""
Raw observed values. ``models`` does not re-export them; public pages may not use them.

No related name leads to them, so that no template can reach one from an indicator.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.constraints import dates_in_order
from agencies.fields import Field, Fields, internal
from strategic_areas.models.indicators import Indicator
from strategic_areas.models.provenance import Provenance, Source


class MeasurementQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All values for the secretariat; an agency that counts sees its own."""
        if access.is_reviewer(user) or (user.is_active and user.is_superuser):
            return self
        return self.none()


class Measurement(models.Model):
    """
    A value observed between two dates, which are independent of reporting periods.

    Values of overlapping dates are never added. ``published_total`` marks a total that
    the source itself has published; its breakdown may still be unpublished.
    """

    class Status(models.TextChoices):
        PROVISIONAL = "provisional", _("Provisional")
        CONFIRMED = "confirmed", _("Confirmed")

    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="+", verbose_name=_("indicator")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    value = models.DecimalField(_("value"), max_digits=16, decimal_places=3)
    status = models.CharField(_("status"), max_length=12, choices=Status)
    published_total = models.BooleanField(_("total already public"), default=False)
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
    note = models.TextField(_("note"), blank=True)

    fields = Fields(
        *internal("starts_on", "ends_on", "value", "status", in_file=True),
        *internal("published_total", "counted_by", in_file=True),
        *internal("provenance", "sources", in_file=True),
        Field("note", bilingual=True, public=False),
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
        return f"{self.indicator.code}: {self.starts_on} / {self.ends_on}"


class Breakdown(models.Model):
    """One part of a measurement, by one dimension and category."""

    measurement = models.ForeignKey(
        Measurement, models.PROTECT, related_name="+", verbose_name=_("measurement")
    )
    dimension = models.CharField(_("dimension"), max_length=60)
    category = models.CharField(_("category"), max_length=60)
    value = models.DecimalField(_("value"), max_digits=16, decimal_places=3)

    fields = Fields(*internal("dimension", "category", "value", in_file=True))

    class Meta:
        ordering = ["measurement", "dimension", "category"]
        verbose_name = _("part of a measurement")
        verbose_name_plural = _("parts of a measurement")
        constraints = [
            models.UniqueConstraint(
                name="breakdown_one_per_category",
                fields=["measurement", "dimension", "category"],
            )
        ]

    def __str__(self):
        return f"{self.dimension}: {self.category}"
