"""Changes that one person proposes and another approves before they apply."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.fields import Fields, internal


class PendingChangeQuerySet(models.QuerySet):
    def waiting(self):
        """Those on which nobody has decided yet, the longest waiting first."""
        return self.filter(status=PendingChange.Status.PENDING).order_by(
            "proposed_at", "pk"
        )

    def of(self, record):
        """The changes proposed to one stored record."""
        kind = ContentType.objects.get_for_model(type(record))
        return self.filter(content_type=kind, object_id=record.pk)

    def visible_to(self, user):
        """The secretariat's reviewers read all of them, whoever proposes her own."""
        if access.is_reviewer(user) or (user.is_active and user.is_superuser):
            return self
        return self.filter(proposed_by=user) if user.is_active else self.none()


class PendingChange(models.Model):
    """
    What somebody wants changed in a record of the public, until another approves it.

    ``before`` and ``after`` hold the fields that it changes, in plain form: keys of
    links, dates and decimals as text. A record that is not there yet has no
    ``object_id`` until it is made. ``slot`` names what may wait only once.

    A trigger refuses every change to what it holds, but for the decision, once; only a
    running purge blanks what it says.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Waits for approval")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")
        TAKEN_BACK = "taken_back", _("Taken back")
        OUTDATED = "outdated", _("Overtaken by another change")

    content_type = models.ForeignKey(
        ContentType, models.PROTECT, related_name="+", verbose_name=_("kind")
    )
    object_id = models.PositiveBigIntegerField(null=True, editable=False)
    slot = models.CharField(max_length=120, editable=False)
    label = models.CharField(_("what changes"), max_length=300)
    before = models.JSONField(_("stood before"), default=dict, blank=True)
    after = models.JSONField(_("stands afterwards"), default=dict)
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
    reason = models.TextField(_("reason"), blank=True)

    fields = Fields(
        *internal("slot", "label", "before", "after", "status", "reason"),
    )

    objects = PendingChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        verbose_name = _("change to approve")
        verbose_name_plural = _("changes to approve")
        default_permissions = ["view"]
        permissions = [("publish_pendingchange", _("Can approve changes of others"))]
        constraints = [
            models.UniqueConstraint(
                name="pendingchange_one_waits_per_record",
                fields=["slot"],
                condition=Q(status="pending"),
                violation_error_message=_("A change of this waits already."),
            ),
            models.CheckConstraint(
                name="pendingchange_approved_by_another_person",
                condition=~Q(status="approved") | ~Q(decided_by=F("proposed_by")),
                violation_error_message=_("Nobody approves what they proposed."),
            ),
            models.CheckConstraint(
                name="pendingchange_decision_names_who_and_when",
                condition=(
                    Q(status="pending", decided_by__isnull=True)
                    & Q(decided_at__isnull=True)
                )
                | (
                    ~Q(status="pending")
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                ),
            ),
        ]

    def __str__(self):
        # From the content types' own cache: a list of changes asks for none.
        kind = ContentType.objects.get_for_id(self.content_type_id).model_class()
        return f"{capfirst(str(kind._meta.verbose_name))}: {self.label}"

    @property
    def is_waiting(self):
        return self.status == self.Status.PENDING
