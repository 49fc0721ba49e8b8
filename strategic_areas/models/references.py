"""
Records to which plans refer: targets, laws, terms and places. No place is smaller than
a province.
"""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from agencies.fields import DeclaredFields, bilingual, public, spanish_required
from agencies.models import Agency
from strategic_areas.models.plan import Plan, PlanMixin
from strategic_areas.models.records import (
    CODE_FIELDS,
    PROVENANCE_FIELDS,
    CodeMixin,
    ProvenanceMixin,
    Source,
)
from strategic_areas.public_paths import public_path


class FrameworkTargetQuerySet(models.QuerySet):
    def recommendations(self):
        return self.exclude(body="")


class FrameworkTarget(CodeMixin, ProvenanceMixin):
    """
    A target of an international framework.

    Families are SDG, GCM (Global Compact for Migration), PALERMO and ASKED, whose
    targets are recommendations and requests; these alone have a ``body``, the
    organisation that asks. If a year is in neither ``years_read`` nor ``years_told``,
    it is unknown whether that year's report asks for it: only a part was read.
    """

    class Confidence(models.TextChoices):
        """
        How surely a recommendation is known. High: read in the body's own text. Medium:
        read in part, or in several other texts. Low: in one.
        """

        HIGH = "high", _("High")
        MEDIUM = "medium", _("Medium")
        LOW = "low", _("Low")

    family = models.CharField(_("family"), max_length=20)
    kind = models.CharField(_("kind"), max_length=20)
    name = models.TextField(_("name"))
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    body = models.CharField(
        _("who asks for it"), max_length=20, blank=True, default="", db_default=""
    )
    years_read = models.JSONField(
        _("years in whose text it was read"), default=list, blank=True
    )
    years_told = models.JSONField(
        _("years of which the press or another text says it"), default=list, blank=True
    )
    by_year = models.TextField(
        _("what the text of each year adds"), blank=True, default="", db_default=""
    )
    addressed = models.ManyToManyField(
        Agency, blank=True, related_name="+", verbose_name=_("agencies it names")
    )
    confidence = models.CharField(
        _("how surely it is known"),
        max_length=10,
        choices=Confidence,
        blank=True,
        default="",
        db_default="",
    )
    answer = models.TextField(
        _("what the State answered"), blank=True, default="", db_default=""
    )

    fields = DeclaredFields(
        *CODE_FIELDS,
        *public("family", "kind"),
        *bilingual("name"),
        *public("year", "body", "years_read", "years_told"),
        *bilingual("by_year"),
        *public("addressed", "confidence"),
        *bilingual("answer"),
        *PROVENANCE_FIELDS,
    )

    objects = FrameworkTargetQuerySet.as_manager()

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

    def clean(self):
        super().clean()
        for name in ("years_read", "years_told"):
            years = getattr(self, name)
            if not isinstance(years, list) or {*map(type, years)} - {str}:
                text = _('Write a list of years, each in quotes, such as ["2017"].')
                raise ValidationError({name: text})

    @property
    def years(self):
        return sorted({*self.years_read, *self.years_told})

    @property
    def body_slug(self):
        return slugify(self.body)

    def page_in(self, plan):
        """The URL name and arguments of the page that lists it."""
        if self.body:
            return "recommendations_of", (plan.code, self.body_slug)
        return "frameworks", (plan.code,)

    def address_in(self, plan, language=None):
        name, arguments = self.page_in(plan)
        return f"{public_path(name, *arguments, language=language)}#{self.code}"


class TargetLink(PlanMixin):
    """
    A link of a framework target to an indicator that measures it, or to a commitment
    that responds to it, and ``why``. ``Commitment.frameworks`` holds its target too.
    """

    same_plan_as = ("commitment",)

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="+", verbose_name=_("plan")
    )
    target = models.ForeignKey(
        FrameworkTarget,
        models.PROTECT,
        related_name="links",
        verbose_name=_("framework target"),
    )
    commitment = models.ForeignKey(
        "strategic_areas.Commitment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("commitment"),
    )
    indicator = models.ForeignKey(
        "strategic_areas.Indicator",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("indicator"),
    )
    why = models.CharField(_("why"), max_length=200)

    fields = DeclaredFields(
        *public("plan", in_file=False),
        *public("target", "commitment", "indicator"),
        *bilingual("why"),
    )

    class Meta:
        ordering = ["plan", "target", "pk"]
        verbose_name = _("link of a framework target")
        verbose_name_plural = _("links of framework targets")
        constraints = [
            *spanish_required("targetlink", "why"),
            models.CheckConstraint(
                name="targetlink_leads_to_one_record",
                condition=Q(commitment__isnull=True) ^ Q(indicator__isnull=True),
                violation_error_message=_("Name a commitment or an indicator."),
            ),
            *(
                models.UniqueConstraint(
                    name=f"targetlink_{name}_unique_in_plan",
                    fields=["plan", "target", name],
                    violation_error_message=_("The target is linked to it already."),
                )
                for name in ("commitment", "indicator")
            ),
        ]

    def __str__(self):
        return f"{self.target} · {self.commitment or self.indicator}"

    @property
    def anchor(self):
        return self.target.code


class LegalInstrument(ProvenanceMixin):
    """A law, decree or bill on which the plan is based."""

    code = models.CharField(_("code"), max_length=40)
    kind = models.CharField(_("kind"), max_length=40)
    name = models.CharField(_("name"), max_length=300)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    date = models.DateField(_("date"), null=True, blank=True)
    summary = models.TextField(_("summary"), blank=True)

    fields = DeclaredFields(
        *public("code", "kind"),
        *bilingual("name"),
        *public("year", "date"),
        *bilingual("summary"),
        *PROVENANCE_FIELDS,
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


class Term(CodeMixin):
    """
    A term of one plan's texts; ``strategic_areas.glossary`` has those common to all.
    """

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="terms", verbose_name=_("plan")
    )
    word = models.CharField(_("term"), max_length=120)
    meaning = models.TextField(_("meaning"))

    fields = DeclaredFields(
        *public("plan", in_file=False),
        *CODE_FIELDS,
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
        return f"{public_path('glossary', language=language)}#{self.anchor}"


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
    fields = DeclaredFields(*public("code", "name"), *public("sources", in_file=False))

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

    fields = DeclaredFields(
        *public("code", "name", "region"), *public("sources", in_file=False)
    )

    class Meta(CodedPlace.Meta):
        verbose_name = _("province")
        verbose_name_plural = _("provinces")
