"""That agencies handed in values of indicators, and when; never what they are."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.fields import Fields, dates_in_order, public
from agencies.models import Agency
from strategic_areas.models.indicators import Indicator


class ReportedSpan(models.Model):
    """
    How the value of an indicator stands that an agency handed in for certain days.

    Pages that may not know a raw value read here who has answered. It follows from the
    values handed in. ``handed_in_on`` is the day of the first one, empty where only the
    secretariat wrote one down from a source; ``status`` is that of the last.
    """

    class Status(models.TextChoices):
        SUBMITTED = "submitted", _("Waits for review")
        RETURNED = "returned", _("Returned")
        PUBLISHED = "published", _("Published")

    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="+", verbose_name=_("indicator")
    )
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("agency")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    handed_in_on = models.DateField(_("first handed in"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status)

    fields = Fields(
        *public("indicator", "agency", "starts_on", "ends_on"),
        *public("handed_in_on", "status"),
    )

    class Meta:
        ordering = ["indicator", "starts_on", "ends_on"]
        default_permissions = []
        verbose_name = _("value handed in, without its number")
        verbose_name_plural = _("values handed in, without their numbers")
        constraints = [
            dates_in_order("reportedspan", "starts_on", "ends_on"),
            models.UniqueConstraint(
                name="reportedspan_one_per_agency_and_span",
                fields=["indicator", "agency", "starts_on", "ends_on"],
            ),
        ]

    def __str__(self):
        return self.indicator.over(self.starts_on, self.ends_on)
