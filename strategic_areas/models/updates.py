from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.fields import DeclaredFields, public, spanish_required
from strategic_areas import progress
from strategic_areas.models.activities import Activity, Commitment
from strategic_areas.models.plan import Plan
from strategic_areas.models.report_fields import (
    ANSWER_FIELD,
    REPORT_ANSWER_FIELDS,
    TRANSCRIPTION_FIELDS,
    ColumnLayout,
    FormSection,
    ReportAnswerMixin,
    ReportField,
    confirmed_field,
    letter_field,
)
from strategic_areas.models.review import (
    REVISION_FIELDS,
    Revision,
    RevisionQuerySet,
    report_answer_constraints,
    review_constraints,
    transcription_constraints,
)
from strategic_areas.public_paths import public_path


class ExecutionState(models.TextChoices):
    """The progress that an agency reports. Punctuality is computed from it."""

    NOT_STARTED = "not_started", _("Not started")
    IN_PROGRESS = "in_progress", _("In progress")
    COMPLETED = "completed", _("Completed")
    SUSPENDED = "suspended", _("Suspended")
    CANCELLED = "cancelled", _("Cancelled")


class ActivityUpdate(ReportAnswerMixin, Revision):
    """
    What one agency reports, or public sources state (see ``origin``), about one
    activity in one period. What is published never changes: a correction is a new
    revision.
    """

    same_plan_as = ("activity", "period")
    subject_field, link_field = "activity", "activity_update"
    main_text_field = "narrative"

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
    execution = models.CharField(_("execution"), max_length=15, choices=ExecutionState)
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

    fields = DeclaredFields(
        *public("activity", "period"),
        ANSWER_FIELD,
        ReportField(
            "execution",
            part=FormSection.FIGURES,
            survives_no_news=True,
            prefilled=True,
            column_layout=ColumnLayout(
                18,
                _(
                    "Choose from the list. If you give a percent, you can leave this "
                    "empty: it is derived from the percent."
                ),
            ),
        ),
        ReportField(
            "percent",
            heading="",
            part=FormSection.FIGURES,
            survives_no_news=True,
            prefilled=True,
            column_layout=ColumnLayout(
                13,
                _(
                    "A whole number from 0 to 100, since the activity began. "
                    "Continuing work states a quantity instead."
                ),
            ),
        ),
        ReportField(
            "quantity",
            part=FormSection.FIGURES,
            column_layout=ColumnLayout(
                13, _("A number, 0 or more. Only for continuing work.")
            ),
        ),
        ReportField(
            "narrative",
            bilingual=True,
            heading="",
            part=FormSection.TEXT,
            rows=5,
            prefilled=True,
            column_layout=ColumnLayout(
                60,
                _(
                    "About the work, never about a person. The public reads it. A new "
                    "line: Alt + Enter."
                ),
            ),
        ),
        ReportField(
            "obstacle",
            bilingual=True,
            heading=_("What holds it back"),
            part=FormSection.OBSTACLE,
            prefilled=True,
            column_layout=ColumnLayout(
                40,
                _(
                    "What holds it back. Required when it is suspended, cancelled or "
                    "late."
                ),
            ),
        ),
        ReportField(
            "next_step",
            bilingual=True,
            part=FormSection.OBSTACLE,
            prefilled=True,
            column_layout=ColumnLayout(
                40, _("Required when it is suspended, cancelled or late.")
            ),
        ),
        ReportField(
            "people_reached",
            part=FormSection.REACH,
            column_layout=ColumnLayout(13, _("A whole number, 0 or more.")),
        ),
        *REPORT_ANSWER_FIELDS,
        *TRANSCRIPTION_FIELDS,
        *REVISION_FIELDS,
    )

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["-period__ends_on", "activity__sort_code", "-revision"]
        verbose_name = _("activity update")
        verbose_name_plural = _("activity updates")
        permissions = [("publish_activityupdate", _("Can review and publish updates"))]
        constraints = [
            *review_constraints("activityupdate", "activity"),
            *report_answer_constraints("activityupdate", "narrative"),
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

    def clean(self):
        if not (self.activity_id and self.period_id):
            return
        errors = self.errors_of_empty_fields("narrative_es")
        if self.activity.is_continuing and self.percent is not None:
            errors["percent"] = _(
                "A continuing activity reports its state and a quantity, never a "
                "percent."
            )
        if self.execution == ExecutionState.COMPLETED and self.percent not in {
            None,
            100,
        }:
            errors["percent"] = _("Completed work is at 100 or states no percent.")
        if self.percent == 100 and self.execution != ExecutionState.COMPLETED:
            errors["execution"] = _("Work at 100 percent is completed: choose that.")
        if not self.needs_no_details and self.needs_obstacle():
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

    def needs_obstacle(self):
        """Whether it is suspended, cancelled, or late by a stated due date."""
        if self.execution in {ExecutionState.SUSPENDED, ExecutionState.CANCELLED}:
            return True
        if self.execution in {"", ExecutionState.COMPLETED}:
            return False
        activity = self.activity
        deadline = progress.Deadline(
            activity.starts_on, activity.due_on, activity.due_provenance
        )
        punctuality = progress.punctuality(
            progress.ActivityState(self.execution),
            deadline,
            timezone.localdate(),
            self.percent,
            None,
        )
        return punctuality == progress.Punctuality.LATE


class DeclaredResult(models.TextChoices):
    FULFILLED = "fulfilled", _("Fulfilled")
    IN_PART = "in_part", _("Fulfilled in part")
    UNFULFILLED = "unfulfilled", _("Not fulfilled")
    CARRIED_OVER = "carried_over", _("Passes to another plan")


class CommitmentUpdate(Revision):
    """
    The lead's declaration of a commitment's result.

    Only a published declaration fulfils a commitment. The state follows from ``result``
    alone; ``result_reached`` is the yes or no ("not yet") of older declarations.
    """

    same_plan_as = ("commitment", "period")
    subject_field, link_field = "commitment", "commitment_update"
    main_text_field = "statement"

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
        _("declared result"),
        max_length=15,
        choices=DeclaredResult,
        default="",
        db_default="",
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

    fields = DeclaredFields(
        *public("commitment", "period"),
        ReportField(
            "result",
            part=FormSection.TEXT,
            heading="",
            column_layout=ColumnLayout(
                24,
                _("Choose from the list. Leave it alone while it is not decided."),
            ),
        ),
        ReportField(
            "result_reached",
            in_file=False,
            compared=False,
            corrected=False,
            repeated=False,
            says_no=True,
        ),
        ReportField(
            "statement",
            bilingual=True,
            heading="",
            part=FormSection.TEXT,
            rows=4,
            column_layout=ColumnLayout(60, statement.help_text),
        ),
        *TRANSCRIPTION_FIELDS,
        *REVISION_FIELDS,
    )

    objects = RevisionQuerySet.as_manager()

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
        return public_path(
            "commitment", self.plan.code, self.commitment.code, language=language
        )


#: What agencies and sources state about activities and commitments, with revisions.
UPDATE_MODELS = (ActivityUpdate, CommitmentUpdate)
