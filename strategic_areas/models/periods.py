"""What is reported on: rounds that ask, and record periods that only file."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.constraints import dates_in_order, spanish_required
from strategic_areas.models.plan import Plan, PlanBound


class ReportingPeriodQuerySet(models.QuerySet):
    def rounds(self):
        """The periods in which agencies were asked, demonstrations left out."""
        return self.filter(mode="round", is_demonstration=False)

    def open(self, today=None):
        """The rounds whose window is open on ``today``, demonstrations included."""
        today = today or timezone.localdate()
        return self.filter(mode="round", opens_on__lte=today, closes_on__gte=today)

    def visible_to(self, user):
        """Every member of staff reads the periods of the plans she may open."""
        return self.filter(plan__in=Plan.objects.visible_to(user))


class ReportingPeriod(PlanBound):
    """
    A quarter, semester or year reported on.

    A round has a submission window (opens, due, closes) and asks the agencies; a
    record period only files what public sources say: it has no window and nobody is
    late in it. What is entered in a demonstration round counts nowhere.
    """

    class Mode(models.TextChoices):
        RECORD = "record", _("Record period")
        ROUND = "round", _("Round")

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="periods", verbose_name=_("plan")
    )
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=100)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode, default=Mode.ROUND)
    is_demonstration = models.BooleanField(
        _("demonstration"), default=False, editable=False
    )
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    opens_on = models.DateField(_("opens on"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    closes_on = models.DateField(_("closes on"), null=True, blank=True)

    objects = ReportingPeriodQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "-ends_on", "-starts_on", "code"]
        verbose_name = _("reporting period")
        verbose_name_plural = _("reporting periods")
        constraints = [
            *spanish_required("reportingperiod", "name"),
            models.UniqueConstraint(
                name="reportingperiod_code_unique_in_plan",
                fields=["plan", "code"],
                violation_error_message=_(
                    "The plan already has a period of this code."
                ),
            ),
            dates_in_order("reportingperiod", "starts_on", "ends_on"),
            dates_in_order("reportingperiod", "opens_on", "due_on"),
            dates_in_order("reportingperiod", "due_on", "closes_on"),
            models.CheckConstraint(
                name="reportingperiod_round_has_a_window_and_a_record_none",
                condition=(
                    Q(
                        mode="round",
                        opens_on__isnull=False,
                        due_on__isnull=False,
                        closes_on__isnull=False,
                    )
                    | Q(mode="record", opens_on__isnull=True, closes_on__isnull=True)
                ),
                violation_error_message=_(
                    "A round needs the dates on which it opens, is due and closes; a "
                    "record period has no window."
                ),
            ),
            models.CheckConstraint(
                name="reportingperiod_only_a_round_is_a_demonstration",
                condition=Q(is_demonstration=False) | Q(mode="round"),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_round(self):
        return self.mode == self.Mode.ROUND

    def is_open(self, today=None):
        """True when an agency may submit on ``today`` (date in Santo Domingo)."""
        today = today or timezone.localdate()
        return self.is_round and self.opens_on <= today <= self.closes_on

    def clean(self):
        """Keep a real round within the dates of its plan."""
        if not (self.plan_id and self.starts_on and self.ends_on):
            return
        if not self.is_round or self.is_demonstration:
            return
        if self.starts_on < self.plan.starts_on or self.ends_on > self.plan.ends_on:
            raise ValidationError(
                {
                    "ends_on": _(
                        "A round lies within the plan: from %(start)s to %(end)s."
                    )
                    % {"start": self.plan.starts_on, "end": self.plan.ends_on}
                }
            )
