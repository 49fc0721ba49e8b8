"""The international targets and the laws that the plan responds to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.fields import Fields, bilingual, public, spanish_required
from strategic_areas.models.codes import CODED, Coded
from strategic_areas.models.provenance import SOURCED, Sourced


class FrameworkTarget(Coded, Sourced):
    """
    A target of an international framework to which a commitment may contribute.

    ``family`` and ``kind`` are free text. Families are SDG, GCM (Global Compact for
    Migration), PALERMO and TIP; kinds are target, objective, article, indicator and
    recommendation.
    """

    family = models.CharField(_("family"), max_length=20)
    kind = models.CharField(_("kind"), max_length=20)
    name = models.TextField(_("name"))
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)

    fields = Fields(
        *CODED,
        *public("family", "kind"),
        *bilingual("name"),
        *public("year"),
        *SOURCED,
    )

    class Meta:
        ordering = ["family", "sort_code"]
        verbose_name = _("framework target")
        verbose_name_plural = _("framework targets")
        constraints = [
            *spanish_required("frameworktarget", "name"),
            models.UniqueConstraint(
                name="frameworktarget_code_unique",
                fields=["code"],
                violation_error_message=_("Another target has this code."),
            ),
        ]

    def __str__(self):
        return self.code


class LegalInstrument(Sourced):
    """A law, decree or bill on which the plan is based. ``kind`` is free text."""

    code = models.CharField(_("code"), max_length=40)
    kind = models.CharField(_("kind"), max_length=40)
    name = models.CharField(_("name"), max_length=300)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    date = models.DateField(_("date"), null=True, blank=True)
    summary = models.TextField(_("summary"), blank=True)

    fields = Fields(
        *public("code", "kind"),
        *bilingual("name"),
        *public("year", "date"),
        *bilingual("summary"),
        *SOURCED,
    )

    class Meta:
        ordering = ["year", "code"]
        verbose_name = _("legal instrument")
        verbose_name_plural = _("legal instruments")
        constraints = [
            *spanish_required("legalinstrument", "name"),
            models.UniqueConstraint(
                name="legalinstrument_code_unique",
                fields=["code"],
                violation_error_message=_("Another instrument has this code."),
            ),
        ]

    def __str__(self):
        return self.name
