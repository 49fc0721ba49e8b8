"""Receipts: what an agency sent for review at one time."""

import json
from hashlib import sha256

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.fields import Fields, internal
from agencies.models import Agency
from strategic_areas.models.periods import ReportingPeriod


class Submission(models.Model):
    """
    The receipt of what an agency sent for a round: the content, by whom and when.

    A trigger refuses every change and deletion; only a purge may blank the content.
    ``sha256`` is the digest of the canonical content, so that a printed copy can be
    verified.
    """

    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("agency")
    )
    period = models.ForeignKey(
        ReportingPeriod,
        models.PROTECT,
        related_name="submissions",
        verbose_name=_("period"),
    )
    number = models.PositiveSmallIntegerField(_("number"))
    reference = models.CharField(_("receipt number"), max_length=80)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
    )
    content = models.JSONField(_("content"))
    sha256 = models.CharField(max_length=64)

    fields = Fields(*internal("reference", "content", "sha256"))

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [
            models.UniqueConstraint(
                name="submission_number_unique_per_period_and_agency",
                fields=["period", "agency", "number"],
            )
        ]

    def __str__(self):
        return self.reference


def digest(content):
    """The SHA-256 of a receipt's content: keys sorted, no spaces, UTF-8."""
    canonical = json.dumps(
        content, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return sha256(canonical.encode()).hexdigest()
