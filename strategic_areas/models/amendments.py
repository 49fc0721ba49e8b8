"""Amendments: the only way to change the structure of an approved plan."""

import re

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.fields import Fields, bilingual, internal, public, spanish_required
from strategic_areas.disclosure import is_printed
from strategic_areas.models.activities import Activity
from strategic_areas.models.changes import PendingChange
from strategic_areas.models.commitments import Commitment
from strategic_areas.models.plan import Plan, PlanBound
from strategic_areas.models.trail import HoldsFile


def _first_digits(words):
    found = re.match(r"\d+", words or "")
    return found and int(found[0])


class Amendment(HoldsFile):
    """
    The act by which an approved plan changes, with its reason.

    ``approved_by`` and ``approved_at`` are empty until another person approves its
    ``change``. Amendments of before acts belonged to changes have none. Its file is
    never public.
    """

    class Kind(models.TextChoices):
        ADD = "add", _("Addition")
        REWORD = "reword", _("New wording")
        REDATE = "redate", _("New dates")
        RETARGET = "retarget", _("New target")
        MOVE = "move", _("Change of agency")
        SPLIT = "split", _("Division")
        MERGE = "merge", _("Merger")
        SUSPEND = "suspend", _("Suspension")
        CANCEL = "cancel", _("Cancellation")
        EXTEND_PLAN = "extend_plan", _("Extension of the plan")
        CORRECTION = "correction", _("Correction of a clerical error")
        OFFICIAL_MATRIX = "official_matrix", _("Official matrix taken in")

    class Act(models.TextChoices):
        """What decides it; the last two are cited where no act decided anything."""

        SESSION = "session", _("Minutes of a session")
        RESOLUTION = "resolution", _("Resolution")
        LETTER = "letter", _("Official letter")
        DECREE = "decree", _("Decree")
        LAW = "law", _("Law")
        SIGNED_PAGE = "signed_page", _("Page of the signed plan")
        OFFICIAL_DOCUMENT = "official_document", _("Official document")

    #: What is cited where no act decided anything → the kind of the amendment.
    CITED = {
        Act.SIGNED_PAGE: Kind.CORRECTION,
        Act.OFFICIAL_DOCUMENT: Kind.OFFICIAL_MATRIX,
    }

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="amendments", verbose_name=_("plan")
    )
    change = models.OneToOneField(
        PendingChange,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="amendment",
        verbose_name=_("change"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, editable=False)
    act = models.CharField(_("deciding act"), max_length=20, choices=Act, blank=True)
    deciding_act = models.CharField(
        _("number of the act"),
        max_length=300,
        help_text=_("Or the page of the signed plan, or the document, that it cites."),
    )
    decided_on = models.DateField(_("decided on"))
    reason = models.TextField(_("reason"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("proposed by"),
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(
        _("approved"), null=True, blank=True, editable=False
    )

    fields = Fields(
        *public("plan", "kind", "act"),
        *bilingual("deciding_act"),
        *public("decided_on"),
        *bilingual("reason"),
        *internal("file", "original_name", "content_type", "size", "sha256"),
        *internal("change", "proposed_by", "approved_by", "approved_at"),
    )

    class Meta:
        ordering = ["plan", "-decided_on", "pk"]
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        default_permissions = []
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
                name="amendment_rests_on_an_act",
                condition=Q(change__isnull=True)
                | Q(kind="correction", act="signed_page")
                | Q(kind="official_matrix", act="official_document")
                | ~Q(kind__in=["correction", "official_matrix"])
                & Q(act__in=["session", "resolution", "letter", "decree", "law"]),
                violation_error_message=_(
                    "An amendment names the act that decided it; a correction cites "
                    "the signed page, the official matrix its document."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.plan}: {self.deciding_act}"


class PlanChange(PlanBound):
    """
    One field of one record of a plan that an approved change changed, in words.

    They are written at the approval, so that a later renaming does not change them.
    Where ``field`` is the ``model`` itself, the record was added; where it is
    ``REMOVED``, taken back. Without an ``amendment`` it was a change by two people that
    needed no act. ``old_plain`` is the old value as JSON, where that is no text.
    """

    REMOVED = "removed"

    same_plan_as = ("commitment", "activity")

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="told", verbose_name=_("plan")
    )
    amendment = models.ForeignKey(
        Amendment,
        models.PROTECT,
        null=True,
        related_name="told",
        verbose_name=_("amendment"),
    )
    change = models.ForeignKey(
        PendingChange,
        models.PROTECT,
        null=True,
        related_name="told",
        verbose_name=_("change"),
    )
    model = models.CharField(_("kind"), max_length=40)
    commitment = models.ForeignKey(
        Commitment,
        models.PROTECT,
        null=True,
        related_name="told",
        verbose_name=_("commitment"),
    )
    activity = models.ForeignKey(
        Activity,
        models.PROTECT,
        null=True,
        related_name="told",
        verbose_name=_("activity"),
    )
    name = models.CharField(_("record"), max_length=500, blank=True)
    field = models.CharField(_("what changes"), max_length=60)
    old_value = models.TextField(_("old value"), blank=True)
    new_value = models.TextField(_("new value"), blank=True)
    old_plain = models.CharField(max_length=200, blank=True, default="")
    decided_on = models.DateField(_("decided on"))

    fields = Fields(
        *public("plan", "amendment", "model", "commitment", "activity"),
        *bilingual("name"),
        *public("field"),
        *bilingual("old_value", "new_value"),
        *public("decided_on"),
        *internal("change", "old_plain"),
    )

    class Meta:
        ordering = ["plan", "-decided_on", "pk"]
        verbose_name = _("change of the plan")
        verbose_name_plural = _("changes of the plan")
        default_permissions = []
        constraints = [
            models.CheckConstraint(
                name="planchange_is_about_one_record",
                condition=Q(commitment__isnull=True) | Q(activity__isnull=True),
            ),
        ]

    def __str__(self):
        return f"{self.name}: {self.field}"

    @property
    def made_by(self):
        """What tells the changes apart of which such rows are parts."""
        return self.amendment_id, self.change_id

    @property
    def amends(self):
        """True if the plan itself changed, and not only what is known of it."""
        cited = Amendment.CITED.values()
        return self.amendment is not None and self.amendment.kind not in cited

    @property
    def protected(self):
        """The names of its values that the public does not read, as of victims."""
        activity = self.activity
        if self.field == "baseline_value":
            # It may count people: the indicator's page tells it where it may.
            return ("old_value", "new_value")
        if self.field != "quantity" or not (activity and activity.counts_victims):
            return ()
        # However its words part thousands, the digits before the sign are too few.
        return tuple(
            name
            for name in ("old_value", "new_value")
            if not is_printed(activity, _first_digits(getattr(self, f"{name}_es")))
        )

    @property
    def brings(self):
        return self.field == self.model

    @property
    def removes(self):
        return self.field == self.REMOVED
