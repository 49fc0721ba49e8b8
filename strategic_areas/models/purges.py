"""Texts blanked by two people, because they could lead to somebody."""

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.fields import Fields, internal

#: Listed for each reviewed record that a purge touches, beside its texts.
STAMP = "purged_at"


class PurgeQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=Purge.State.REQUESTED)

    def visible_to(self, user):
        """Reviewers and administrators see every purge; nobody else sees any."""
        sees = access.is_reviewer(user) or access.is_administrator(user)
        return self if sees else self.none()


class Purge(models.Model):
    """
    A request to blank whatever holds certain words, which another person confirms.

    ``phrases`` and ``files`` are kept, a line each, only while it waits: a purge that
    is done or cancelled knows who, when and how many places, never which words. While
    it is ``running``, inside one transaction, the triggers of the public record let
    just its ``places`` be blanked.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("Waits for a second person")
        RUNNING = "running", _("Being carried out")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    phrases = models.TextField(_("words"), blank=True)
    files = models.TextField(_("files"), blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.REQUESTED
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("requested by"),
    )
    requested_at = models.DateTimeField(_("requested"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("confirmed or cancelled by"),
    )
    decided_at = models.DateTimeField(_("confirmed or cancelled"), null=True)

    fields = Fields(*internal("phrases", "files", "state"))

    objects = PurgeQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "-pk"]
        verbose_name = _("purge")
        verbose_name_plural = _("purges")
        constraints = [
            models.CheckConstraint(
                name="purge_by_two_people",
                condition=~Q(state__in=["running", "done"])
                | Q(decided_by__isnull=False) & ~Q(decided_by=F("requested_by")),
                violation_error_message=_("Another person confirms a purge."),
            ),
            models.CheckConstraint(
                name="purge_decision_names_who_and_when",
                condition=Q(
                    state="requested", decided_by__isnull=True, decided_at__isnull=True
                )
                | ~Q(state="requested")
                & Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="purge_forgets_its_words",
                condition=~Q(state__in=["done", "cancelled"]) | Q(phrases="", files=""),
            ),
            models.CheckConstraint(
                name="purge_asks_for_something",
                condition=~Q(state="requested") | ~Q(phrases="") | ~Q(files=""),
            ),
        ]

    def __str__(self):
        return str(_("Purge %(number)s") % {"number": self.pk})

    @property
    def counts(self):
        """How many places were blanked, by the model to which they belong."""
        blanked = self.places.exclude(field=STAMP)
        rows = blanked.order_by("model").values_list("model")
        found = rows.annotate(number=models.Count("pk"))
        return [(apps.get_model(model), number) for model, number in found]


class PurgedText(models.Model):
    """One place that a purge blanked: a field of a row, and never what it said."""

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
