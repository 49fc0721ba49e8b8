"""Activities that agencies propose for the plan, for the secretariat to decide on."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.decisions import Decision, DecisionQuerySet, status_field
from agencies.fields import Fields, dates_in_order, internal, public
from agencies.models import Agency, FocalPoint
from strategic_areas.models.activities import Activity
from strategic_areas.models.commitments import Commitment
from strategic_areas.models.plan import Plan, PlanBound


class ActivityProposalQuerySet(DecisionQuerySet):
    def visible_to(self, user):
        """All proposals for the secretariat; a focal point's agencies' for her."""
        rows = self.select_related("agency", "commitment", "plan")
        if access.is_reviewer(user):
            return rows
        return rows.filter(agency__in=FocalPoint.objects.agencies_of(user))


class ActivityProposal(PlanBound, Decision):
    """
    An activity that an agency proposes for the plan. Never public.

    Approval makes it an activity by an amendment of the plan. A declined proposal holds
    the reason.
    """

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
    status = status_field(pending=_("Waits for a decision"), approved=_("Accepted"))
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
        *internal("activity"),
        *Decision.fields,
    )

    objects = ActivityProposalQuerySet.as_manager()

    class Meta(Decision.Meta):
        verbose_name = _("proposed activity")
        verbose_name_plural = _("proposed activities")
        default_permissions = ["view", "add"]
        permissions = [
            ("publish_activityproposal", _("Can decide on proposed activities"))
        ]
        constraints = [
            *Decision.Meta.constraints,
            dates_in_order("activityproposal", "starts_on", "due_on"),
            models.CheckConstraint(
                name="activityproposal_approved_is_an_activity",
                condition=Q(status="applying")
                | Q(status="approved", activity__isnull=False)
                | ~Q(status__in=["applying", "approved"]) & Q(activity__isnull=True),
            ),
        ]

    def __str__(self):
        return f"{self.agency.acronym}: {self.title}"
