"""Plan files that were loaded, as a matter of public record."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.fields import Fields, internal, public
from strategic_areas.models.plan import Plan


class PlanFileQuerySet(models.QuerySet):
    def loaded(self):
        """The files of which the public is told."""
        return self.filter(status=PlanFile.Status.LOADED)


class PlanFile(models.Model):
    """
    A plan file that created or changed records.

    ``APPLYING`` exists only inside the transaction that loads the file, so that
    triggers let it change the structure of an approved plan.
    """

    class Status(models.TextChoices):
        APPLYING = "applying", _("Being loaded")
        LOADED = "loaded", _("Loaded")

    plan = models.ForeignKey(
        Plan,
        models.PROTECT,
        null=True,
        related_name="files",
        verbose_name=_("plan"),
    )
    name = models.CharField(_("name of the file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.APPLYING
    )
    loaded_at = models.DateTimeField(_("loaded"), auto_now_add=True)
    created = models.PositiveIntegerField(_("records created"), default=0)
    changed = models.PositiveIntegerField(_("records changed"), default=0)
    kept = models.PositiveIntegerField(_("values left as they stood"), default=0)

    fields = Fields(
        *public("plan", "name", "sha256", "loaded_at", "created", "changed", "kept"),
        *internal("status"),
    )

    objects = PlanFileQuerySet.as_manager()

    class Meta:
        ordering = ["-loaded_at", "-pk"]
        verbose_name = _("loaded plan file")
        verbose_name_plural = _("loaded plan files")
        default_permissions = []
        constraints = [
            models.CheckConstraint(
                name="planfile_loaded_names_its_plan",
                condition=Q(status="applying") | Q(plan__isnull=False),
            )
        ]

    def __str__(self):
        return self.name
