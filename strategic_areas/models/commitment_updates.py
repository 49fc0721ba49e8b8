"""Declarations of results: what lead agencies report on their commitments."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.fields import Fields, public, spanish_required
from agencies.models import FocalPoint
from strategic_areas.addresses import address
from strategic_areas.models.commitments import Commitment
from strategic_areas.models.plan import Plan
from strategic_areas.models.report_constraints import (
    review_constraints,
    transcription_constraints,
)
from strategic_areas.models.report_fields import (
    TRANSCRIBED,
    Part,
    ReportField,
    confirmed_field,
    letter_field,
)
from strategic_areas.models.review import (
    REVIEWED,
    Reviewed,
    ReviewedQuerySet,
)


class Result(models.TextChoices):
    FULFILLED = "fulfilled", _("Fulfilled")
    IN_PART = "in_part", _("Fulfilled in part")
    UNFULFILLED = "unfulfilled", _("Not fulfilled")
    CARRIED_OVER = "carried_over", _("Passes to another plan")


class CommitmentUpdateQuerySet(ReviewedQuerySet):
    def visible_to(self, user):
        return super().visible_to(user, FocalPoint.objects.agencies_of(user))


class CommitmentUpdate(Reviewed):
    """
    The lead agency's declaration of what became of a commitment's expected result.

    A commitment is fulfilled when such a declaration is published, never because its
    activities ended. ``result_reached`` holds the yes or no of declarations older than
    ``result``: a yes is a result fulfilled; a no meant "not yet", and decides no state.
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
    result = models.CharField(
        _("declared result"), max_length=15, choices=Result, default="", db_default=""
    )
    result_reached = models.BooleanField(
        _("the expected result is reached"), null=True, editable=False
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
        ReportField("result", part=Part.TEXT, heading=""),
        ReportField(
            "result_reached",
            in_file=False,
            compared=False,
            corrected=False,
            repeated=False,
            says_no=True,
        ),
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
