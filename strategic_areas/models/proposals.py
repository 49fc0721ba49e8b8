"""Activities that an agency proposes for the plan; the secretariat decides."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.constraints import dates_in_order
from agencies.fields import Fields, internal, public
from agencies.models import Agency, FocalPoint
from strategic_areas.models.activities import Activity
from strategic_areas.models.commitments import Commitment
from strategic_areas.models.plan import Plan, PlanBound


class ActivityProposalQuerySet(models.QuerySet):
    def waiting(self):
        """Those on which nobody has decided yet, the longest waiting first."""
        return self.filter(status=ActivityProposal.Status.PENDING).order_by(
            "proposed_at", "pk"
        )

    def visible_to(self, user):
        """All for the secretariat; those of her agencies for a focal point."""
        if access.is_reviewer(user):
            return self
        return self.filter(agency__in=FocalPoint.objects.agencies_of(user))


class ActivityProposal(PlanBound):
    """
    An activity that an agency wants in the plan. Never public.

    Accepted, it has become an activity by an amendment of the plan; declined, it says
    why. Nobody decides what they proposed.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Waits for a decision")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")

    same_plan_as = ("commitment",)

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="+", verbose_name=_("plan")
    )
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("agency")
    )
    commitment = models.ForeignKey(
        Commitment, models.PROTECT, related_name="+", verbose_name=_("commitment")
    )
    title = models.CharField(_("title"), max_length=400)
    why = models.TextField(
        _("why the plan needs it"),
        help_text=_("Accepted, the public reads it as the reason of the change."),
    )
    kind = models.CharField(
        _("kind"),
        max_length=12,
        choices=Activity.Kind,
        default=Activity.Kind.ONE_OFF,
    )
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.PENDING
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    proposed_at = models.DateTimeField(_("proposed"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision_reason = models.TextField(_("reason of the decision"), blank=True)
    activity = models.OneToOneField(
        Activity,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("activity"),
    )

    fields = Fields(
        *public("plan", "agency", "commitment", "title", "why", "kind"),
        *public("starts_on", "due_on"),
        *internal("status", "proposed_by", "proposed_at", "decided_by", "decided_at"),
        *internal("decision_reason", "activity"),
    )

    objects = ActivityProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        verbose_name = _("proposed activity")
        verbose_name_plural = _("proposed activities")
        default_permissions = ["view", "add"]
        permissions = [
            ("publish_activityproposal", _("Can decide on proposed activities"))
        ]
        constraints = [
            dates_in_order("activityproposal", "starts_on", "due_on"),
            models.CheckConstraint(
                name="activityproposal_decided_by_another_person",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                violation_error_message=_("Nobody decides what they proposed."),
            ),
            models.CheckConstraint(
                name="activityproposal_decision_names_who_and_when",
                condition=(
                    Q(status="pending")
                    & Q(decided_by__isnull=True, decided_at__isnull=True)
                )
                | (
                    ~Q(status="pending")
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="activityproposal_accepted_is_an_activity",
                condition=Q(status="accepted", activity__isnull=False)
                | ~Q(status="accepted") & Q(activity__isnull=True),
            ),
        ]

    def __str__(self):
        return f"{self.agency.acronym}: {self.title}"

    @property
    def is_waiting(self):
        return self.status == self.Status.PENDING
