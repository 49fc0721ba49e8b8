"""What agencies say of their work: updates of activities, declarations of results."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.constraints import spanish_required
from agencies.models import FocalPoint
from strategic_areas import progress
from strategic_areas.addresses import address
from strategic_areas.models.activities import Activity
from strategic_areas.models.answers import Answer, Answered, answer_constraints
from strategic_areas.models.commitments import Commitment
from strategic_areas.models.plan import Plan
from strategic_areas.models.review import (
    Reviewed,
    ReviewedQuerySet,
    review_constraints,
)
from strategic_areas.models.transcription import (
    confirmed_field,
    letter_field,
    transcription_constraints,
)


class Execution(models.TextChoices):
    """How far the work has come, as reported. Apart from punctuality, computed."""

    NOT_STARTED = "not_started", _("Not started")
    IN_PROGRESS = "in_progress", _("In progress")
    COMPLETED = "completed", _("Completed")
    SUSPENDED = "suspended", _("Suspended")
    CANCELLED = "cancelled", _("Cancelled")


class ActivityUpdateQuerySet(ReviewedQuerySet):
    agency_lookup = "activity__agency"

    def visible_to(self, user):
        return super().visible_to(user, FocalPoint.objects.agencies_of(user))


class ActivityUpdate(Answered, Reviewed):
    """
    One agency's account of one activity over one reporting period.

    Drafts belong to the agency; submitting hands the update to the secretariat, which
    returns it or publishes it. ``status`` moves only through ``workflow``, and a
    published update never changes: a correction is a new revision beside it.
    """

    same_plan_as = ("activity", "period")
    subject_field, link_field = "activity", "activity_update"

    plan = models.ForeignKey(
        Plan,
        models.PROTECT,
        related_name="activity_updates",
        verbose_name=_("plan"),
        editable=False,
    )
    activity = models.ForeignKey(
        Activity, models.PROTECT, related_name="updates", verbose_name=_("activity")
    )
    execution = models.CharField(_("execution"), max_length=15, choices=Execution)
    percent = models.PositiveSmallIntegerField(
        _("percent complete"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(100)],
        help_text=_("Since the activity began, not since the last period."),
    )
    quantity = models.DecimalField(
        _("quantity"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    narrative = models.TextField(
        _("what was done"),
        blank=True,
        help_text=_("About the work, never about a person. The public reads it."),
    )
    obstacle = models.TextField(
        _("obstacle"), blank=True, help_text=_("What holds it back.")
    )
    next_step = models.TextField(_("next step"), blank=True)
    people_reached = models.PositiveIntegerField(
        _("people reached"), null=True, blank=True
    )
    letter = letter_field("updates")
    confirmed_at = confirmed_field()

    objects = ActivityUpdateQuerySet.as_manager()

    class Meta:
        ordering = ["-period__ends_on", "activity__sort_code", "-revision"]
        verbose_name = _("activity update")
        verbose_name_plural = _("activity updates")
        permissions = [("publish_activityupdate", _("Can review and publish updates"))]
        constraints = [
            *review_constraints("activityupdate", "activity"),
            *answer_constraints("activityupdate", "narrative"),
            *transcription_constraints("activityupdate"),
            models.CheckConstraint(
                name="activityupdate_percent_from_0_to_100",
                condition=Q(percent__isnull=True) | Q(percent__gte=0, percent__lte=100),
                violation_error_message=_("The percent lies between 0 and 100."),
            ),
            models.CheckConstraint(
                name="activityupdate_completed_means_100_percent_or_none",
                condition=~Q(execution="completed")
                | Q(percent__isnull=True)
                | Q(percent=100),
                violation_error_message=_(
                    "A completed activity is at 100 %% or states no percent."
                ),
            ),
            models.CheckConstraint(
                name="activityupdate_100_percent_means_completed",
                condition=Q(percent__isnull=True)
                | ~Q(percent=100)
                | Q(execution="completed"),
                violation_error_message=_("An activity at 100 %% is completed."),
            ),
        ]

    def __str__(self):
        return f"{self.activity.code} · {self.period}"

    def get_absolute_url(self, language=None):
        return self.activity.get_absolute_url(language=language)

    @property
    def agency(self):
        return self.activity.agency

    def clean(self):
        """Rules between fields; each message stands beside its field."""
        if not (self.activity_id and self.period_id):
            return
        errors = self._untold()
        if self.activity.is_continuing and self.percent is not None:
            errors["percent"] = _(
                "A continuing activity reports its state and a quantity, never a "
                "percent."
            )
        if self.execution == Execution.COMPLETED and self.percent not in {None, 100}:
            errors["percent"] = _("Completed work is at 100 or states no percent.")
        if self.percent == 100 and self.execution != Execution.COMPLETED:
            errors["execution"] = _("Work at 100 percent is completed: choose that.")
        if not self._explains_itself() and self.is_held_back():
            reason = _(
                "An activity that is suspended, cancelled or late asks for this."
            )
            if not self.obstacle_es:
                errors["obstacle_es"] = reason
            if not self.next_step_es:
                errors["next_step_es"] = reason
        if self.activity.plan_id != self.period.plan_id:
            errors["period"] = _("The period and the activity are of two plans.")
        if errors:
            raise ValidationError(errors)

    def _explains_itself(self):
        """No news and reserved answers say in their own field what is to be said."""
        return self.is_reserved or self.answer == Answer.NO_NEWS

    def _untold(self):
        """What this kind of answer still has to say, by field."""
        required = _("This is required.")
        if self.is_reserved:
            names = ["reserved_reason", "reserved_legal_basis"]
        elif self.answer == Answer.NO_NEWS:
            names = ["no_news_reason_es"]
        else:
            names = ["narrative_es"]
        errors = {name: required for name in names if not getattr(self, name)}
        if (self.reserved_reason or self.reserved_legal_basis) and not self.is_reserved:
            errors["is_reserved"] = _("Tick this, or leave reason and basis empty.")
        return errors

    def is_held_back(self):
        """Suspended, cancelled, or late by a stated due date."""
        if self.execution in {Execution.SUSPENDED, Execution.CANCELLED}:
            return True
        if self.execution in {"", Execution.COMPLETED}:
            return False
        activity = self.activity
        deadline = progress.Deadline(
            activity.starts_on, activity.due_on, activity.due_provenance
        )
        kept = progress.punctuality(
            progress.State(self.execution),
            deadline,
            timezone.localdate(),
            self.percent,
            None,
        )
        return kept == progress.Punctuality.LATE


class CommitmentUpdateQuerySet(ReviewedQuerySet):
    agency_lookup = "commitment__lead"

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

    @property
    def agency(self):
        return self.commitment.lead
