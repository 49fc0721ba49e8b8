"""Amendments: the only way to change the structure of an approved plan."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.constraints import spanish_required
from agencies.fields import Fields, bilingual, internal, public
from strategic_areas.models.activities import Activity
from strategic_areas.models.commitments import Commitment
from strategic_areas.models.plan import Plan, PlanBound


class Amendment(PlanBound):
    """
    A change to an approved plan, which one person proposes and another approves.

    It names its reason and the act that decided it. The public reads ``old_value``
    next to ``new_value``.
    """

    same_plan_as = ("commitment", "activity")

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="amendments", verbose_name=_("plan")
    )
    commitment = models.ForeignKey(
        Commitment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="amendments",
        verbose_name=_("commitment"),
    )
    activity = models.ForeignKey(
        Activity,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="amendments",
        verbose_name=_("activity"),
    )
    field = models.CharField(_("what changes"), max_length=60)
    old_value = models.TextField(_("old value"), blank=True)
    new_value = models.TextField(_("new value"), blank=True)
    reason = models.TextField(_("reason"))
    deciding_act = models.CharField(_("deciding act"), max_length=300)
    decided_on = models.DateField(_("decided on"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)

    fields = Fields(
        *public("plan", "commitment", "activity", "field"),
        *bilingual("old_value", "new_value", "reason", "deciding_act"),
        *public("decided_on"),
        *internal("proposed_by", "approved_by", "approved_at"),
    )

    class Meta:
        ordering = ["plan", "-decided_on", "pk"]
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        constraints = [
            *spanish_required("amendment", "reason"),
            models.CheckConstraint(
                name="amendment_approved_by_another_person",
                condition=Q(approved_by__isnull=True)
                | ~Q(approved_by=F("proposed_by")),
                violation_error_message=_("Nobody approves what they proposed."),
            ),
            models.CheckConstraint(
                name="amendment_approval_names_who_and_when",
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="amendment_is_about_one_record",
                condition=Q(commitment__isnull=True) | Q(activity__isnull=True),
            ),
        ]

    def __str__(self):
        return f"{self.deciding_act}: {self.field}"
