"""Changes that one person proposes and another approves before they apply."""

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.decisions import Decision, DecisionQuerySet
from agencies.fields import Fields, internal


class PendingChangeQuerySet(DecisionQuerySet):
    def visible_to(self, user):
        """The secretariat's reviewers read all of them, whoever proposes her own."""
        rows = self.prefetch_related("records")
        if access.is_reviewer(user) or (user.is_active and user.is_superuser):
            return rows
        return rows.filter(proposed_by=user) if user.is_active else rows.none()


class PendingChange(Decision):
    """
    What somebody wants changed in records of the public, until another approves it.

    Its ``records`` are applied together or not at all.
    """

    fields = Fields(*Decision.fields)

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
    What a change makes of one record.

    ``before`` and ``after`` hold the fields that it changes, in plain form: keys of
    links, dates and decimals as text. A link to a record that the same change makes is
    ``{"new": place}``. A record that is not there yet has no ``object_id`` until it is
    made. ``slot`` names what may wait only once, and is given up with the decision.

    A trigger refuses every change to what it holds; only a running purge blanks what it
    says.
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
        # From the content types' own cache: a list of changes asks for none.
        return ContentType.objects.get_for_id(self.content_type_id).model_class()
