"""Which agencies take part in a plan, and as what."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.fields import Fields, bilingual, public
from agencies.models import Agency
from strategic_areas.addresses import address
from strategic_areas.models.plan import Plan
from strategic_areas.models.records import SOURCED, Provenance, Sourced


class Participation(Sourced):
    """An agency's role and mandate in one plan; each plan states its own."""

    class Role(models.TextChoices):
        CHAIR = "chair", _("Chair")
        MEMBER = "member", _("Member")
        PARTNER = "partner", _("Partner")

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="participations", verbose_name=_("plan")
    )
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("agency")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role)
    mandate = models.TextField(_("mandate in the plan"), blank=True)
    mandate_provenance = models.CharField(
        _("where the mandate comes from"),
        max_length=20,
        choices=Provenance,
        blank=True,
    )
    member_since = models.DateField(_("member since"), null=True, blank=True)
    hosts_secretariat = models.BooleanField(
        _("hosts the secretariat"),
        default=False,
        help_text=_("Pages then say that its reports are reviewed within itself."),
    )

    fields = Fields(
        *public("plan", "agency", in_file=False),
        *public("role"),
        *bilingual("mandate"),
        *public("mandate_provenance", "member_since", "hosts_secretariat"),
        *SOURCED,
    )

    class Meta:
        ordering = ["plan", "agency__name_es"]
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        constraints = [
            models.UniqueConstraint(
                name="participation_one_per_agency_and_plan",
                fields=["plan", "agency"],
                violation_error_message=_("The agency already takes part in the plan."),
            )
        ]

    def __str__(self):
        return f"{self.agency} · {self.plan}"

    def get_absolute_url(self, language=None):
        return address("agency", self.plan.code, self.agency.slug, language=language)
