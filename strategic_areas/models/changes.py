"""Changes that one person proposes and another approves before they apply."""

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.decisions import Decision, DecisionQuerySet
from agencies.fields import Fields, internal


class PendingChangeQuerySet(DecisionQuerySet):
    def visible_to(self, user):
        """
        Reviewers see every change; other people see those that they proposed.

        Administrators also see those of agencies and their names.
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

    Its ``records`` are all changed together, or none is.
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
    The part of a change that concerns one record.

    ``before`` and ``after`` hold the changed fields as JSON: links as keys, dates and
    decimals as text. A link to a record that the same change creates is
    ``{"new": place}``. A record to be created has no ``object_id`` until then. No two
    undecided changes have the same ``slot``; the decision clears it.

    A trigger refuses every edit of this row; only a running purge blanks its texts.
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
