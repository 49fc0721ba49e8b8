"""
What one person proposes and another approves before it applies.

Staff change public records so, and agencies propose activities for the plan.
"""

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.decisions import Decision, DecisionQuerySet, status_field
from agencies.fields import Fields, dates_in_order, internal, public
from agencies.models import Agency, FocalPoint
from strategic_areas.models.activities import Activity
from strategic_areas.models.commitments import Commitment
from strategic_areas.models.plan import Plan, PlanBound


class PendingChangeQuerySet(DecisionQuerySet):
    def visible_to(self, user):
        """
        Reviewers see all, administrators those of agencies, others what they proposed.
        """
        rows = self.prefetch_related("records")
        if not user.is_active:
            return rows.none()
        if access.is_reviewer(user) or user.is_superuser:
            return rows
        seen = Q(proposed_by=user)
        if access.is_administrator(user):
            other = RecordChange.objects.exclude(content_type__app_label="agencies")
            seen |= ~Q(pk__in=other.values("change"))
        return rows.filter(seen)


class PendingChange(Decision):
    """
    A change to public records, proposed by one person and decided by another.

    Its ``records`` are all changed together, or none is. ``plan_digest`` is that of the
    plan which it approves: what it says then is approved, and nothing else.
    """

    plan_digest = models.CharField(
        max_length=64, blank=True, default="", db_default="", editable=False
    )

    fields = Fields(*internal("plan_digest"), *Decision.fields)

    objects = PendingChangeQuerySet.as_manager()

    class Meta(Decision.Meta):
        verbose_name = _("change to approve")
        verbose_name_plural = _("changes to approve")
        default_permissions = ["view"]
        permissions = [("publish_pendingchange", _("Can approve changes of others"))]

    def __str__(self):
        first, *others = self.records.all()
        if not others:
            return str(first)
        text = _("%(first)s and %(number)d more")
        return text % {"first": first, "number": len(others)}


class RecordChange(models.Model):
    """
    The part of a change that concerns one record.

    ``before`` and ``after`` hold the changed fields as JSON: links as keys, dates and
    decimals as text. A link to a record that the same change creates is ``{"new":
    place}``, and that has no ``object_id`` until then. No two undecided changes have
    the same ``slot``. A trigger refuses every edit; only a running purge blanks its
    texts.
    """

    change = models.ForeignKey(PendingChange, models.PROTECT, related_name="records")
    place = models.PositiveSmallIntegerField(default=0)
    content_type = models.ForeignKey(
        ContentType, models.PROTECT, related_name="+", verbose_name=_("kind")
    )
    object_id = models.PositiveBigIntegerField(null=True)
    slot = models.CharField(max_length=120, null=True)  # noqa: DJ001 - see the docstring
    label = models.CharField(_("what changes"), max_length=300)
    before = models.JSONField(_("stood before"), default=dict, blank=True)
    after = models.JSONField(_("stands afterwards"), default=dict)

    fields = Fields(*internal("slot", "label", "before", "after"))

    class Meta:
        ordering = ["change_id", "place"]
        verbose_name = _("change of one record")
        verbose_name_plural = _("changes of one record each")
        default_permissions = []
        indexes = [
            models.Index(
                name="recordchange_record", fields=["content_type", "object_id"]
            )
        ]
        constraints = [
            models.UniqueConstraint(
                name="recordchange_has_its_place", fields=["change", "place"]
            ),
            models.UniqueConstraint(
                name="recordchange_one_waits_per_record",
                fields=["slot"],
                violation_error_message=_("A change of this waits already."),
            ),
        ]

    def __str__(self):
        return f"{capfirst(str(self.model._meta.verbose_name))}: {self.label}"

    @property
    def model(self):
        # The manager caches content types, so a list of changes needs no extra query.
        return ContentType.objects.get_for_id(self.content_type_id).model_class()


class ActivityProposalQuerySet(DecisionQuerySet):
    def visible_to(self, user):
        rows = self.select_related("agency", "commitment", "plan")
        if access.is_reviewer(user):
            return rows
        return rows.filter(agency__in=FocalPoint.objects.agencies_of(user))


class ActivityProposal(PlanBound, Decision):
    """
    An activity that an agency proposes for the plan. Never public.

    One person accepts it by proposing an amendment, its ``change``; when another
    approves that, it is an activity. A declined proposal holds the reason.
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
    change = models.ForeignKey(
        PendingChange,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("change"),
    )
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
        *internal("change", "activity"),
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
