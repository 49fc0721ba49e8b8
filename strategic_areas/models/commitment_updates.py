"""Declarations of results: what lead agencies report on their commitments."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.constraints import spanish_required
from agencies.fields import Fields, public
from agencies.models import FocalPoint
from strategic_areas.addresses import address
from strategic_areas.models.commitments import Commitment
from strategic_areas.models.plan import Plan
from strategic_areas.models.report_constraints import (
    review_constraints,
    transcription_constraints,
)
from strategic_areas.models.report_fields import Part, ReportField
from strategic_areas.models.review import (
    REVIEWED,
    Reviewed,
    ReviewedQuerySet,
)
from strategic_areas.models.transcription import (
    TRANSCRIBED,
    confirmed_field,
    letter_field,
)


class CommitmentUpdateQuerySet(ReviewedQuerySet):
    def visible_to(self, user):
        return super().visible_to(user, FocalPoint.objects.agencies_of(user))


class CommitmentUpdate(Reviewed):
    """
    The lead agency's declaration that a commitment's expected result is reached.

    A commitment is completed when such a declaration is published, never because its
    activities ended.
    """

    same_plan_as = ("commitment", "period")
    subject_field, link_field = "commitment", "commitment_update"

    plan = models.ForeignKey(
        Plan,
        models.PROTECT,
        related_name="commitment_updates",
        verbose_name=_("plan"),
        editable=False,
    )
    commitment = models.ForeignKey(
        Commitment,
        models.PROTECT,
        related_name="updates",
        verbose_name=_("commitment"),
    )
    result_reached = models.BooleanField(
        _("the expected result is reached"), default=False
    )
    statement = models.TextField(
        _("statement"),
        help_text=_(
            "What was reached and how it can be verified. The public reads it."
        ),
    )
    letter = letter_field("declarations")
    confirmed_at = confirmed_field()

    fields = Fields(
        *public("commitment", "period"),
        ReportField("result_reached", part=Part.TEXT, says_no=True),
        ReportField("statement", bilingual=True, heading="", part=Part.TEXT, rows=4),
        *TRANSCRIBED,
        *REVIEWED,
    )

    objects = CommitmentUpdateQuerySet.as_manager()

    class Meta:
        ordering = ["-period__ends_on", "commitment__sort_code", "-revision"]
        verbose_name = _("declaration on a commitment")
        verbose_name_plural = _("declarations on commitments")
        permissions = [
            ("publish_commitmentupdate", _("Can review and publish declarations"))
        ]
        constraints = [
            *review_constraints("commitmentupdate", "commitment"),
            *transcription_constraints("commitmentupdate"),
            *spanish_required("commitmentupdate", "statement"),
        ]

    def __str__(self):
        return f"{self.commitment.code} · {self.period}"

    def get_absolute_url(self, language=None):
        return address(
            "commitment", self.plan.code, self.commitment.code, language=language
        )
