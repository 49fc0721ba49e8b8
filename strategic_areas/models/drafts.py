"""Drafts of changes to a plan."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.fields import DeclaredFields, internal, notes
from strategic_areas.models.activities import Activity, Commitment
from strategic_areas.models.indicators import Indicator, Target
from strategic_areas.models.plan import Participation, Plan, Programme, StrategicArea

#: The tables of which a draft has lines, by their names in a plan's file, in the order
#: in which records are saved.
DRAFT_TABLES = {
    "plans": Plan,
    "areas": StrategicArea,
    "programmes": Programme,
    "participations": Participation,
    "commitments": Commitment,
    "activities": Activity,
    "indicators": Indicator,
    "targets": Target,
}


class PlanDraft(models.Model):
    """
    Changes of a plan that one person prepares. Only that person reads them. They are
    deleted ``KEPT_FOR`` after the last change.
    """

    #: No lookup to the plan (see ``workflow.plan_approval``): a draft is no part of it.
    path_to_plan = None
    KEPT_FOR = timedelta(days=90)

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now, db_index=True)

    fields = DeclaredFields(*internal("plan", "person"))

    class Meta:
        default_permissions = []
        constraints = [
            models.UniqueConstraint(
                name="plandraft_one_per_plan_and_person", fields=["plan", "person"]
            )
        ]

    def __str__(self):
        return f"{self.plan} · {self.person}"


class DraftLine(models.Model):
    """
    A draft of one record; ``record`` is None for a new one. ``new_values`` are by
    column, ``values_before`` those that the person saw when editing began (for a new
    record, see ``save_draft_line``). ``reason`` is why a reviewer returned it.
    """

    #: A purge empties its words, as the marker would be proposed as a new text.
    forgets_words = True

    draft = models.ForeignKey(PlanDraft, models.CASCADE, related_name="lines")
    order = models.PositiveIntegerField()
    table = models.CharField(
        max_length=20, choices=[(each, each) for each in DRAFT_TABLES]
    )
    record = models.PositiveBigIntegerField(null=True)
    # The columns keep their names: during an update the former version reads them.
    new_values = models.JSONField(default=dict, db_column="said")
    values_before = models.JSONField(default=dict, db_column="seen")
    reason = models.TextField(_("reason"), blank=True, default="")

    fields = DeclaredFields(
        *internal("draft", "table", "new_values", "values_before"), *notes("reason")
    )

    class Meta:
        ordering = ["draft", "order", "pk"]
        default_permissions = []
        constraints = [
            models.UniqueConstraint(
                name="draftline_one_per_record", fields=["draft", "table", "record"]
            )
        ]

    def __str__(self):
        return f"{self.table} {self.record or '+'}"

    @property
    def model(self):
        return DRAFT_TABLES[self.table]

    @staticmethod
    def link_to(pk):
        """How lines of a draft link to the new record of this one."""
        return f"+{pk}"


class MatrixNaming(models.Model):
    """
    How the columns and cells of a plan's matrix were read, for its next version. It
    holds no text of the plan.
    """

    #: As of drafts.
    path_to_plan = None
    KEPT_FOR = timedelta(days=730)
    forgets_words = True

    plan = models.OneToOneField(Plan, models.CASCADE, related_name="+")
    naming = models.JSONField(default=dict)
    changed_at = models.DateTimeField(default=timezone.now, db_index=True)

    fields = DeclaredFields(*internal("plan", "naming"))

    class Meta:
        default_permissions = []

    def __str__(self):
        return str(self.plan)
