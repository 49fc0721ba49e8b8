"""What one person hides from the public at once, and another confirms or restores."""

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.decisions import Decision, DecisionQuerySet, status_field
from agencies.fields import Fields, internal, public


class TakedownQuerySet(DecisionQuerySet):
    def visible_to(self, user):
        """Reviewers see all of them, administrators those of agencies."""
        if not user.is_active:
            return self.none()
        if access.is_reviewer(user) or user.is_superuser:
            return self
        rows = self.filter(content_type__app_label="agencies")
        return rows if access.is_administrator(user) else self.none()

    def confirmed(self):
        """Those of which the public reads when and why, the latest first."""
        found = self.filter(status=Takedown.Status.APPROVED).exclude(why="")
        return found.order_by("-decided_at", "-pk")


class Takedown(Decision):
    """
    Something of a public record that one person hid, until another decides.

    ``rows`` maps each row, as model and key, to its columns ``before`` and ``after``,
    as plain values. They stand as ``after`` from the moment of the proposal; declining
    restores what stood before. ``is_moving`` is set only inside the transaction that
    hides or restores, so that triggers know what may change just then.
    """

    content_type = models.ForeignKey(
        ContentType, models.PROTECT, related_name="+", verbose_name=_("kind")
    )
    object_id = models.PositiveBigIntegerField()
    label = models.CharField(_("what is hidden"), max_length=300)
    why = models.TextField(
        _("why it is hidden"),
        help_text=_("The public reads it once it is confirmed. Name no person."),
    )
    rows = models.JSONField(default=dict)
    is_moving = models.BooleanField(default=False, editable=False)
    status = status_field(
        pending=_("Hidden, waits for another person"),
        approved=_("Hidden for good"),
        declined=_("Restored"),
    )

    fields = Fields(
        *public("content_type", "why"),
        *internal("object_id", "label", "rows", "is_moving"),
        *Decision.fields,
    )

    objects = TakedownQuerySet.as_manager()

    class Meta(Decision.Meta):
        verbose_name = _("hidden content")
        verbose_name_plural = _("hidden contents")
        default_permissions = []
        constraints = [
            *Decision.Meta.constraints,
            models.UniqueConstraint(
                name="takedown_one_waits_per_record",
                fields=["content_type", "object_id"],
                condition=Q(status="pending"),
                violation_error_message=_(
                    "Something of this is hidden already and waits for another person."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.kind}: {self.label}"

    @property
    def kind(self):
        """What kind of record it is, in the language in force."""
        return capfirst(str(self.model._meta.verbose_name))

    @property
    def model(self):
        # The manager caches content types, so a list needs no query for each.
        return ContentType.objects.get_for_id(self.content_type_id).model_class()
