"""An agency's public comments on its own rounds, and texts signed by an agency."""

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.fields import Fields, bilingual, internal, public, spanish_required
from agencies.models import Agency, FocalPoint
from strategic_areas.models.periods import ReportingPeriod

#: The most characters of a comment; it is shown next to figures, and is no report.
LONGEST = 1500


#: The fields of ``Signed`` words, for their declaration.
SIGNED = (*public("signed_as", "written_at"), *internal("written_by"))


class Signed(models.Model):
    """
    A public text in an agency's own words.

    ``signed_as`` is the role of the person who signs; her name is shown to staff alone.
    """

    signed_as = models.CharField(_("signed as"), max_length=10, choices=FocalPoint.Kind)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("written by"),
    )
    written_at = models.DateTimeField(_("written"), editable=False)

    class Meta:
        abstract = True


class AgencyComment(Signed):
    """
    An agency's public comment on its own reporting in one round.

    A later comment on the same round replaces it.
    """

    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("agency")
    )
    period = models.ForeignKey(
        ReportingPeriod,
        models.PROTECT,
        related_name="agency_comments",
        verbose_name=_("period"),
    )
    text = models.TextField(
        _("comment"),
        validators=[MaxLengthValidator(LONGEST)],
        help_text=_("The public reads it beside your reports. Name no person."),
    )

    fields = Fields(*public("agency", "period"), *bilingual("text"), *SIGNED)

    class Meta:
        ordering = ["-period__ends_on", "pk"]
        verbose_name = _("comment of an agency")
        verbose_name_plural = _("comments of agencies")
        default_permissions = []
        constraints = [
            *spanish_required("agencycomment", "text"),
            models.UniqueConstraint(
                name="agencycomment_one_stands_per_agency_and_period",
                fields=["agency", "period"],
                violation_error_message=_(
                    "The agency's comment on this round is there already."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.agency} · {self.period}"

    @property
    def approval_slot(self):
        """The slot that allows one undecided change per agency and round."""
        return f"agencycomment:{self.agency_id}:{self.period_id}"
