"""Contradictions between public sources."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.fields import Fields, bilingual, public, spanish_required
from strategic_areas.models.codes import CODED, Coded
from strategic_areas.models.indicators import Indicator
from strategic_areas.models.plan import Plan
from strategic_areas.models.provenance import Source


class Discrepancy(Coded):
    """A known contradiction between public sources, published and not hidden."""

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

    fields = Fields(
        *public("plan", in_file=False),
        *CODED,
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
