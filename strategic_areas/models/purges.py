"""Purges: two people blank texts that could identify somebody."""

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.decisions import Decision, DecisionQuerySet, status_field
from agencies.fields import Fields, internal

#: The field that a purge sets on each reviewed record of which it blanks a text.
STAMP = "purged_at"


class PurgeQuerySet(DecisionQuerySet):
    def visible_to(self, user):
        """Reviewers and administrators see every purge; nobody else sees any."""
        sees = access.is_reviewer(user) or access.is_administrator(user)
        return self if sees else self.none()


class Purge(Decision):
    """
    A request to blank every text that holds certain words, for another to confirm.

    ``phrases`` and ``files`` hold one entry a line, and are emptied by the decision: a
    decided purge records who, when and how many places, never which words. While it is
    applied, in one transaction, the triggers of the public record allow exactly its
    ``places`` to be blanked.
    """

    phrases = models.TextField(_("words"), blank=True)
    files = models.TextField(_("files"), blank=True)
    status = status_field(
        pending=_("Waits for a second person"),
        approved=_("Done"),
        declined=_("Cancelled"),
    )

    fields = Fields(*internal("phrases", "files"), *Decision.fields)

    objects = PurgeQuerySet.as_manager()

    class Meta(Decision.Meta):
        verbose_name = _("purge")
        verbose_name_plural = _("purges")
        constraints = [
            *Decision.Meta.constraints,
            models.CheckConstraint(
                name="purge_forgets_its_words",
                condition=Q(status__in=["pending", "applying"])
                | Q(phrases="", files=""),
            ),
            models.CheckConstraint(
                name="purge_asks_for_something",
                condition=~Q(status="pending") | ~Q(phrases="") | ~Q(files=""),
            ),
        ]

    def __str__(self):
        return str(_("Purge %(number)s") % {"number": self.pk})

    @property
    def counts(self):
        """The numbers of blanked places: pairs of a model and a number."""
        blanked = self.places.exclude(field=STAMP)
        rows = blanked.order_by("model").values_list("model")
        found = rows.annotate(number=models.Count("pk"))
        return [(apps.get_model(model), number) for model, number in found]


class PurgedText(models.Model):
    """One place that a purge blanked: a field of a row, without its former text."""

    purge = models.ForeignKey(Purge, models.PROTECT, related_name="places")
    model = models.CharField(max_length=100)
    row = models.BigIntegerField()
    field = models.CharField(max_length=100)

    fields = Fields(*internal("model", "field"))

    class Meta:
        indexes = [models.Index(name="purgedtext_place", fields=["model", "row"])]
        constraints = [
            models.UniqueConstraint(
                name="purgedtext_once_per_purge",
                fields=["purge", "model", "row", "field"],
            )
        ]

    def __str__(self):
        return f"{self.model} {self.row} {self.field}"
