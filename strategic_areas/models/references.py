"""
What the records of plans refer to: targets, laws, terms of the glossary, and places.

Regions and provinces have ISO 3166-2 codes; no smaller place is ever stored.
"""

from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from agencies.fields import Fields, bilingual, public, spanish_required
from strategic_areas.addresses import address
from strategic_areas.models.plan import Plan
from strategic_areas.models.records import CODED, SOURCED, Coded, Source, Sourced


class FrameworkTarget(Coded, Sourced):
    """
    A target of an international framework to which a commitment may contribute.

    Families are SDG, GCM (Global Compact for Migration), PALERMO and TIP; kinds are
    target, objective, article, indicator and recommendation.
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


class Term(Coded):
    """
    A term of the texts of one plan, which lead from its code to the glossary.

    ``strategic_areas.glossary`` holds the terms that every plan has.
    """

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="terms", verbose_name=_("plan")
    )
    word = models.CharField(_("term"), max_length=120)
    meaning = models.TextField(_("meaning"))

    fields = Fields(
        *public("plan", in_file=False),
        *CODED,
        *bilingual("word", "meaning"),
    )

    class Meta:
        ordering = ["plan", "sort_code"]
        verbose_name = _("term of the glossary")
        verbose_name_plural = _("terms of the glossary")
        constraints = [
            *spanish_required("term", "word", "meaning"),
            models.UniqueConstraint(
                name="term_code_unique_in_plan",
                fields=["plan", "code"],
                violation_error_message=_("The plan already has a term of this code."),
            ),
        ]

    def __str__(self):
        return self.word

    @property
    def anchor(self):
        return slugify(self.code)

    def get_absolute_url(self, language=None):
        return f"{address('glossary', language=language)}#{self.anchor}"


class CodedPlace(models.Model):
    """A place of ISO 3166-2."""

    is_hideable = False

    code = models.CharField(_("code"), max_length=10, unique=True)
    name = models.CharField(_("name"), max_length=100)
    sources = models.ManyToManyField(
        Source, blank=True, related_name="+", verbose_name=_("sources")
    )

    class Meta:
        abstract = True
        ordering = ["code"]

    def __str__(self):
        return self.name


class Region(CodedPlace):
    fields = Fields(*public("code", "name"), *public("sources", in_file=False))

    class Meta(CodedPlace.Meta):
        verbose_name = _("region")
        verbose_name_plural = _("regions")


class Province(CodedPlace):
    """One of the 31 provinces, or the National District."""

    region = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="provinces",
        verbose_name=_("region"),
    )

    fields = Fields(
        *public("code", "name", "region"), *public("sources", in_file=False)
    )

    class Meta(CodedPlace.Meta):
        verbose_name = _("province")
        verbose_name_plural = _("provinces")
