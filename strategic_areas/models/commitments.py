"""What agencies have undertaken under a plan: its commitments."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.fields import (
    Fields,
    bilingual,
    dates_in_order,
    public,
    spanish_required,
    structure,
)
from agencies.models import Agency, FocalPoint
from strategic_areas import discipline
from strategic_areas.addresses import address
from strategic_areas.models.plan import Plan, PlanBound, Programme
from strategic_areas.models.records import CODED, SOURCED, Coded, Sourced
from strategic_areas.models.references import FrameworkTarget


class DueProvenance(models.TextChoices):
    """
    Who states a due date; where nobody does, it is set to the end of the plan.

    Only what ``progress.STATED`` names can make anything late.
    """

    PLAN = "plan", _("Stated by the plan")
    AMENDMENT = "amendment", _("Stated by an amendment")
    AGENCY = "agency", _("Stated by the agency")
    PRESS = "press", _("Known from the press")
    PLAN_PERIOD = "plan_period", _("End of the plan, set for lack of another")


class Dated(models.Model):
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    due_provenance = models.CharField(
        _("who states the due date"), max_length=20, choices=DueProvenance, blank=True
    )

    class Meta:
        abstract = True


class Stop(models.TextChoices):
    SUSPENDED = "suspended", _("Suspended")
    CANCELLED = "cancelled", _("Cancelled")


#: The fields of a ``Planned`` record, for its declaration.
DATED = structure(*public("starts_on", "due_on", "due_provenance"))
STOPPED = structure(*public("stopped", "stopped_on", "resumes_on", in_file=False))
LINEAGE = (*structure(*public("supersedes")), *public("continues"))


class Planned(Dated):
    """
    A dated record of a plan that may supersede, or continue, an earlier record.

    While an amendment stops it, no round that opens asks for a report.
    """

    Stop = Stop

    stopped = models.CharField(
        _("stopped by an amendment"),
        max_length=10,
        choices=Stop,
        blank=True,
        default="",
        db_default="",
    )
    stopped_on = models.DateField(_("stopped from"), null=True, blank=True)
    resumes_on = models.DateField(_("resumes on"), null=True, blank=True)

    supersedes = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="superseded_by",
        verbose_name=_("supersedes"),
    )
    continues = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="continued_by",
        verbose_name=_("continues"),
        help_text=_("The record of an earlier plan that this one carries on."),
    )

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.code} {self.title}"

    @property
    def stop(self):
        """From when to when an amendment stops it; None if none does."""
        if not self.stopped:
            return None
        return discipline.Stop(self.stopped_on, self.resumes_on)

    def stopped_as_of(self, day):
        """How an amendment had stopped it by this day; "" if none had."""
        is_stopped = bool(self.stopped) and self.stop.holds(day)
        return self.stopped if is_stopped else ""


def stops_in_order(model):
    """The constraint: what is stopped says since when, and only that resumes, later."""
    return models.CheckConstraint(
        name=f"{model}_stop_says_since_when",
        condition=Q(stopped="", stopped_on__isnull=True, resumes_on__isnull=True)
        | ~Q(stopped="")
        & Q(stopped_on__isnull=False)
        & (Q(resumes_on__isnull=True) | Q(resumes_on__gt=F("stopped_on"))),
        violation_error_message=_(
            "What an amendment stops has the day from which it holds; what resumes, "
            "resumes later."
        ),
    )


class PlannedQuerySet(models.QuerySet):
    def public(self):
        return self.exclude(plan__status=Plan.Status.IN_PREPARATION)


class CommitmentQuerySet(PlannedQuerySet):
    def standing(self):
        """Commitments that no later record supersedes; counts and lists use these."""
        return self.filter(superseded_by__isnull=True)

    def visible_to(self, user):
        if access.is_reviewer(user) or access.is_administrator(user):
            return self
        agencies = FocalPoint.objects.agencies_of(user)
        working = self.model.objects.filter(activities__agency__in=agencies)
        return self.filter(Q(lead__in=agencies) | Q(pk__in=working.values("pk")))


class Commitment(PlanBound, Coded, Planned, Sourced):
    """
    What one lead agency, supported by others, has undertaken under a programme.

    One whose provenance is not the plan itself is a reconstruction, and pages call it a
    documented action.
    """

    same_plan_as = ("programme",)
    #: The field of the agency that answers for it.
    answered_by = "lead"

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="commitments", verbose_name=_("plan")
    )
    programme = models.ForeignKey(
        Programme,
        models.PROTECT,
        related_name="commitments",
        verbose_name=_("programme"),
    )
    title = models.CharField(_("title"), max_length=300)
    expected_result = models.TextField(_("expected result"), blank=True)
    lead = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("lead agency")
    )
    supporting = models.ManyToManyField(
        Agency, blank=True, related_name="+", verbose_name=_("supporting agencies")
    )
    baseline = models.TextField(_("baseline"), blank=True)
    means_of_verification = models.TextField(_("means of verification"), blank=True)
    frameworks = models.ManyToManyField(
        FrameworkTarget,
        blank=True,
        related_name="commitments",
        verbose_name=_("framework targets"),
    )

    fields = Fields(
        *public("plan", in_file=False),
        *structure(*CODED, *public("programme")),
        *structure(*bilingual("title", "expected_result")),
        *structure(*public("lead", "supporting")),
        *bilingual("baseline", "means_of_verification"),
        *DATED,
        *STOPPED,
        *public("frameworks"),
        *LINEAGE,
        *SOURCED,
    )

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "sort_code"]
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        constraints = [
            *spanish_required("commitment", "title"),
            dates_in_order("commitment", "starts_on", "due_on"),
            stops_in_order("commitment"),
            models.UniqueConstraint(
                name="commitment_code_unique_in_plan",
                fields=["plan", "code"],
                violation_error_message=_(
                    "The plan already has a commitment of this code."
                ),
            ),
        ]

    def get_absolute_url(self, language=None):
        return address("commitment", self.plan.code, self.code, language=language)
