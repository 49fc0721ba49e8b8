"""Regions and provinces by ISO 3166-2 code; no smaller place is ever stored."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.fields import Fields, public
from strategic_areas.models.provenance import Source


class Region(models.Model):
    """One of the ten regions."""

    code = models.CharField(_("code"), max_length=10, unique=True)
    name = models.CharField(_("name"), max_length=100)
    sources = models.ManyToManyField(
        Source, blank=True, related_name="+", verbose_name=_("sources")
    )

    fields = Fields(*public("code", "name"), *public("sources", in_file=False))

    class Meta:
        ordering = ["code"]
        verbose_name = _("region")
        verbose_name_plural = _("regions")

    def __str__(self):
        return self.name


class Province(models.Model):
    """One of the 31 provinces, or the National District."""

    code = models.CharField(_("code"), max_length=10, unique=True)
    name = models.CharField(_("name"), max_length=100)
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="provinces",
        verbose_name=_("region"),
    )
    sources = models.ManyToManyField(
        Source, blank=True, related_name="+", verbose_name=_("sources")
    )

    fields = Fields(
        *public("code", "name", "region"), *public("sources", in_file=False)
    )

    class Meta:
        ordering = ["code"]
        verbose_name = _("province")
        verbose_name_plural = _("provinces")

    def __str__(self):
        return self.name
