from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.fields import (
    DeclaredFields,
    bilingual,
    complete_outcome,
    dates_in_order,
    public,
    spanish_required,
)
from strategic_areas.models.indicators import Indicator
from strategic_areas.models.plan import Plan
from strategic_areas.models.records import CODE_FIELDS, CodeMixin, Source
from strategic_areas.public_paths import stable_slug


class Correction(models.Model):
    """
    A reader's request for a correction, not the correction itself. The secretariat
    enters it. It never names the reader.
    """

    class Outcome(models.TextChoices):
        CORRECTED = "corrected", _("Corrected")
        PARTLY = "partly", _("Corrected in part")
        KEPT = "kept", _("Left as it was")

    asked_on = models.DateField(_("asked on"))
    about = models.CharField(
        _("page that it is about"),
        max_length=200,
        help_text=_("Its title, as a reader would look for it."),
    )
    asked = models.TextField(
        _("what was asked"),
        help_text=_("In your own words. Never who asked, nor any other person."),
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    decision = models.TextField(
        _("what was decided, and why"), blank=True, help_text=_("Name no person.")
    )

    fields = DeclaredFields(
        *public("asked_on"),
        *bilingual("about", "asked"),
        *public("outcome", "decided_on"),
        *bilingual("decision"),
    )

    class Meta:
        ordering = ["-asked_on", "-pk"]
        verbose_name = _("correction asked for")
        verbose_name_plural = _("corrections asked for")
        constraints = [
            *spanish_required("correction", "about", "asked"),
            dates_in_order("correction", "asked_on", "decided_on"),
            complete_outcome(
                "correction_is_decided_as_a_whole", "decided_on", "decision"
            ),
        ]

    def __str__(self):
        return self.about

    @property
    def anchor(self):
        return anchor_of(self.pk)

    @property
    def days_taken(self):
        """Whole days from request to decision, or None."""
        return (self.decided_on - self.asked_on).days if self.decided_on else None


def anchor_of(pk: int) -> str:
    """The permanent anchor of a request on its page."""
    return f"solicitud-{stable_slug(f'correction/{pk}')}"


class Discrepancy(CodeMixin):
    """A contradiction between public sources."""

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="discrepancies", verbose_name=_("plan")
    )
    topic = models.CharField(_("topic"), max_length=300)
    detail = models.TextField(_("detail"))
    indicators = models.ManyToManyField(
        Indicator,
        blank=True,
        related_name="discrepancies",
        verbose_name=_("indicators"),
    )
    sources = models.ManyToManyField(
        Source, blank=True, related_name="+", verbose_name=_("sources")
    )

    fields = DeclaredFields(
        *public("plan", in_file=False),
        *CODE_FIELDS,
        *bilingual("topic", "detail"),
        *public("indicators", "sources"),
    )

    class Meta:
        ordering = ["plan", "sort_code"]
        verbose_name = _("discrepancy between sources")
        verbose_name_plural = _("discrepancies between sources")
        constraints = [
            *spanish_required("discrepancy", "topic", "detail"),
            models.UniqueConstraint(
                name="discrepancy_code_unique_in_plan", fields=["plan", "code"]
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.topic}"
