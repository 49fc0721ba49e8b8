"""An agency does not acknowledge what a reconstruction attributes to it."""

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.constraints import decided_as_a_whole, spanish_required
from agencies.fields import Fields, bilingual, public
from agencies.models import Agency
from strategic_areas.models.activities import Activity
from strategic_areas.models.comments import LONGEST, SIGNED, Signed
from strategic_areas.models.commitments import Commitment
from strategic_areas.models.plan import Plan
from strategic_areas.models.provenance import Provenance
from strategic_areas.models.review import Status
from strategic_areas.models.updates import ActivityUpdate

#: Where a record comes from that others than its agency attribute to it.
ATTRIBUTED = (Provenance.DOCUMENTED, Provenance.PRESS, Provenance.RECONSTRUCTED)
#: The field of a dispute, by the model of the record that it is about.
ABOUT = {
    Commitment: "commitment",
    Activity: "activity",
    ActivityUpdate: "activity_update",
}
#: How the agency is found to which a record is attributed.
NAMED = {
    Commitment: "lead",
    Activity: "agency",
    ActivityUpdate: "activity__agency",
}


def _is_about_one():
    """A condition: it names one of the three records, and no other."""
    condition = Q()
    for name in ABOUT.values():
        condition |= Q(**{f"{each}__isnull": each != name for each in ABOUT.values()})
    return condition


class AttributionDisputeQuerySet(models.QuerySet):
    def unresolved(self):
        """Those on which the secretariat has not decided yet."""
        return self.filter(resolved_on__isnull=True)


class AttributionDispute(Signed):
    """
    "The institution does not acknowledge this attribution", with its text.

    About one reconstructed commitment, activity or update, beside which the public
    reads it. The secretariat resolves it, and what it decided stands beside the record
    too.
    """

    class Outcome(models.TextChoices):
        CORRECTED = "corrected", _("The record was corrected")
        KEPT = "kept", _("The attribution stands")

    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("agency")
    )
    commitment = models.OneToOneField(
        Commitment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="dispute",
        verbose_name=_("commitment"),
    )
    activity = models.OneToOneField(
        Activity,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="dispute",
        verbose_name=_("activity"),
    )
    activity_update = models.OneToOneField(
        ActivityUpdate,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="dispute",
        verbose_name=_("activity update"),
    )
    text = models.TextField(
        _("why it is not acknowledged"),
        validators=[MaxLengthValidator(LONGEST)],
        help_text=_("The public reads it beside the record. Name no person."),
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    resolved_on = models.DateField(_("resolved on"), null=True, blank=True)
    resolution = models.TextField(
        _("what was decided, and why"), blank=True, help_text=_("Name no person.")
    )

    fields = Fields(
        *public("agency", "commitment", "activity", "activity_update"),
        *bilingual("text"),
        *SIGNED,
        *public("outcome", "resolved_on"),
        *bilingual("resolution"),
    )

    objects = AttributionDisputeQuerySet.as_manager()

    class Meta:
        ordering = ["-written_at", "-pk"]
        verbose_name = _("disputed attribution")
        verbose_name_plural = _("disputed attributions")
        default_permissions = ["view", "change"]
        constraints = [
            *spanish_required("attributiondispute", "text"),
            models.CheckConstraint(
                name="attributiondispute_is_about_one_record",
                condition=_is_about_one(),
            ),
            decided_as_a_whole(
                "attributiondispute_is_resolved_as_a_whole", "resolved_on", "resolution"
            ),
        ]

    def __str__(self):
        return f"{self.agency} · {self.record}"

    @property
    def record(self):
        """What it is about."""
        return self.commitment or self.activity or self.activity_update

    @property
    def approval_slot(self):
        """One change waits per record, whether the dispute is there or not."""
        return f"dispute:{self.record._meta.model_name}:{self.record.pk}"

    @property
    def may_stand(self):
        """A new one, beside what is public and attributed to this very agency."""
        if self.pk is not None:
            return True
        rows = attributed_to(type(self.record), [self.agency])
        return rows.filter(pk=self.record.pk).exists()


def attributed_to(model, agencies):
    """
    The public reconstructed records of a model of ``ABOUT`` attributed to agencies.

    What a later record supersedes is left out: it stands in no list any more.
    """
    if model is ActivityUpdate:
        standing = Activity.objects.standing()
        rows = model.objects.filter(status=Status.PUBLISHED, activity__in=standing)
    else:
        rows = model.objects.standing()
    return rows.filter(
        **{f"{NAMED[model]}__in": agencies}, provenance__in=ATTRIBUTED
    ).exclude(plan__status=Plan.Status.IN_PREPARATION)
