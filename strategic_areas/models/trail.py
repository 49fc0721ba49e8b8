"""What stands beside a reviewed record: its evidence and every step it took."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from strategic_areas.models.review import Status
from strategic_areas.models.updates import ActivityUpdate, CommitmentUpdate


class AboutReviewed(models.Model):
    """Belongs to exactly one update or one declaration."""

    activity_update = models.ForeignKey(
        ActivityUpdate,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("activity update"),
    )
    commitment_update = models.ForeignKey(
        CommitmentUpdate,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("declaration"),
    )

    class Meta:
        abstract = True

    @property
    def record(self):
        return self.activity_update or self.commitment_update


def belongs_to_one(model):
    """A constraint: one of the two, never both, never none."""
    return models.CheckConstraint(
        name=f"{model}_belongs_to_one_record",
        condition=(
            Q(activity_update__isnull=False, commitment_update__isnull=True)
            | Q(activity_update__isnull=True, commitment_update__isnull=False)
        ),
    )


class Evidence(AboutReviewed):
    """
    A link that shows what an update says.

    Internal unless a reviewer clears it for the public.
    """

    title = models.CharField(_("title"), max_length=200)
    url = models.URLField(
        _("address"),
        max_length=500,
        help_text=_("An https address. Never a list of names or a case file."),
    )
    is_public = models.BooleanField(
        _("cleared for the public"),
        default=False,
        help_text=_("Set by a reviewer who has read it and found no personal data."),
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            belongs_to_one("evidence"),
            models.CheckConstraint(
                name="evidence_address_is_a_web_address",
                condition=Q(url__startswith="https://") | Q(url__startswith="http://"),
                violation_error_message=_("The address begins with https://."),
            ),
        ]

    def __str__(self):
        return self.title


class Transition(AboutReviewed):
    """
    One step of the workflow: who, when, from, to, reason. Never changes.

    A trigger refuses every change and deletion; only the free text may be blanked.
    """

    from_status = models.CharField(_("from"), max_length=10, choices=Status, blank=True)
    to_status = models.CharField(_("to"), max_length=10, choices=Status)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("when"))
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("transition")
        verbose_name_plural = _("transitions")
        constraints = [
            belongs_to_one("transition"),
        ]

    def __str__(self):
        return f"{self.get_from_status_display()} → {self.get_to_status_display()}"
