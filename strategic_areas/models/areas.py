"""The branches of a plan: strategic areas and their programmes."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.fields import Fields, bilingual, public, spanish_required, structure
from strategic_areas.addresses import address
from strategic_areas.models.plan import Plan, PlanBound
from strategic_areas.models.records import CODED, SOURCED, Coded, Provenance, Sourced


class StrategicArea(PlanBound, Coded, Sourced):
    """One area of a plan, such as prevention, with the outcome that it seeks."""

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="areas", verbose_name=_("plan")
    )
    slug = models.SlugField(_("address word"), max_length=60)
    name = models.CharField(_("name"), max_length=200)
    short = models.CharField(_("short name"), max_length=80, blank=True)
    outcome = models.TextField(_("outcome sought"), blank=True)
    outcome_provenance = models.CharField(
        _("where the outcome comes from"),
        max_length=20,
        choices=Provenance,
        blank=True,
    )

    fields = Fields(
        *public("plan", in_file=False),
        *structure(*CODED),
        *bilingual("slug"),
        *structure(*bilingual("name")),
        *bilingual("short"),
        *structure(*bilingual("outcome")),
        *public("outcome_provenance"),
        *SOURCED,
    )

    class Meta:
        ordering = ["plan", "sort_code"]
        verbose_name = _("strategic area")
        verbose_name_plural = _("strategic areas")
        constraints = [
            *spanish_required("strategicarea", "name", "slug"),
            models.UniqueConstraint(
                name="strategicarea_code_unique_in_plan",
                fields=["plan", "code"],
                violation_error_message=_("The plan already has an area of this code."),
            ),
            models.UniqueConstraint(
                name="strategicarea_spanish_address_unique_in_plan",
                fields=["plan", "slug_es"],
                violation_error_message=_("Another area has this address word."),
            ),
            models.UniqueConstraint(
                name="strategicarea_english_address_unique_in_plan",
                fields=["plan", "slug_en"],
                condition=Q(slug_en__isnull=False) & ~Q(slug_en=""),
                violation_error_message=_("Another area has this address word."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self, language=None):
        slug = self.slug
        if language:
            slug = (self.slug_en if language == "en" else "") or self.slug_es
        return address("area", self.plan.code, slug, language=language)

    @property
    def label(self):
        return self.short or self.name


class Programme(PlanBound, Coded, Sourced):
    same_plan_as = ("area",)

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="programmes", verbose_name=_("plan")
    )
    area = models.ForeignKey(
        StrategicArea,
        models.PROTECT,
        related_name="programmes",
        verbose_name=_("strategic area"),
    )
    name = models.CharField(_("name"), max_length=200)

    fields = Fields(
        *public("plan", in_file=False),
        *structure(*CODED, *public("area"), *bilingual("name")),
        *SOURCED,
    )

    class Meta:
        ordering = ["plan", "sort_code"]
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        constraints = [
            *spanish_required("programme", "name"),
            models.UniqueConstraint(
                name="programme_code_unique_in_plan",
                fields=["plan", "code"],
                violation_error_message=_(
                    "The plan already has a programme of this code."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"
