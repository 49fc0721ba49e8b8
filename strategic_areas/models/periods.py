from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.fields import (
    DeclaredFields,
    bilingual,
    dates_in_order,
    internal,
    notes,
    public,
    spanish_required,
)
from agencies.models import Agency, FocalPoint
from strategic_areas import schedule
from strategic_areas.models.plan import Plan, PlanMixin


class ReportingPeriodQuerySet(models.QuerySet):
    def counted_rounds(self):
        """Rounds, without demonstrations, which no count includes."""
        return self.filter(mode="round", is_demonstration=False)

    def opened_by(self, day):
        """Rounds and demonstrations that have opened, even if closed; newest first."""
        opened = self.filter(mode="round", opens_on__lte=day)
        return opened.order_by("-ends_on", "-opens_on", "pk")

    def accepting(self, agencies, today=None):
        """Rounds open today, or reopened for any of ``agencies``."""
        today = today or timezone.localdate()
        reopenings = RoundReopening.objects.running(today).filter(agency__in=agencies)
        is_running = Q(closes_on__gte=today) | Q(pk__in=reopenings.values("period"))
        return self.opened_by(today).filter(is_running)

    def visible_to(self, user):
        return self.filter(plan__in=Plan.objects.visible_to(user))


class ReportingPeriod(PlanMixin):
    """
    A quarter, semester or year reported on.

    A round asks agencies for reports; a record period only holds what sources say.
    Nothing in a demonstration is counted. Scorecards of a closed round are shown to the
    agencies from ``scorecards_ready_at``, to all from ``scorecards_public_at``.
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
    is_final = models.BooleanField(
        _("final report"),
        default=False,
        help_text=_("Asked after the plan's end, so its dates may lie after the plan."),
    )
    is_scheduled = models.BooleanField(_("made from a schedule"), default=False)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    opens_on = models.DateField(_("opens on"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    closes_on = models.DateField(_("closes on"), null=True, blank=True)
    scorecards_ready_at = models.DateTimeField(
        _("scorecards shown to the agencies"), null=True, editable=False
    )
    scorecards_public_at = models.DateTimeField(
        _("scorecards made public"), null=True, editable=False
    )

    fields = DeclaredFields(
        *public("plan", in_file=False),
        *public("code"),
        *bilingual("name"),
        *public("mode", "is_demonstration", "is_final", "opens_on", in_file=False),
        *public("starts_on", "ends_on", "due_on"),
        *public("closes_on", "scorecards_public_at", in_file=False),
        *internal("is_scheduled", "scorecards_ready_at"),
    )

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
                name="reportingperiod_scorecards_are_read_by_their_agencies_first",
                condition=Q(scorecards_public_at__isnull=True)
                | Q(
                    scorecards_ready_at__isnull=False,
                    scorecards_public_at__gt=F("scorecards_ready_at"),
                ),
            ),
            models.CheckConstraint(
                name="reportingperiod_only_a_round_is_a_demonstration",
                condition=Q(is_demonstration=False) | Q(mode="round"),
            ),
            models.CheckConstraint(
                name="reportingperiod_only_a_round_is_a_final_report",
                condition=Q(is_final=False) | Q(mode="round"),
                violation_error_message=_("Only a round asks for a final report."),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def name_with_plan(self):
        return f"{self.name} · {self.plan.code}"

    @property
    def is_round(self):
        return self.mode == self.Mode.ROUND

    def is_open(self, today=None):
        today = today or timezone.localdate()
        return self.is_round and self.opens_on <= today <= self.closes_on

    def accepted_until(self, agency, today=None):
        """
        The last day on which this agency may submit what it has not submitted before,
        or None if it may not today.
        """
        today = today or timezone.localdate()
        if not self.is_round or self.opens_on > today:
            return None
        if self.closes_on >= today:
            return self.closes_on
        reopenings = self.reopenings.running(today).filter(agency=agency)
        return reopenings.aggregate(last=Max("until"))["last"]

    def accepts(self, agency, today=None):
        return self.accepted_until(agency, today) is not None

    def state(self, today):
        if not self.is_round:
            return None
        return schedule.round_state(self.opens_on, self.due_on, self.closes_on, today)

    @property
    def days_left(self):
        """Whole days until it is due; negative afterwards."""
        return (self.due_on - timezone.localdate()).days

    def clean(self):
        """
        Refuse a round that nobody could answer or that asks twice. Unchanged fields are
        not checked again.
        """
        if not (self.plan_id and self.starts_on and self.ends_on):
            return
        if not self.is_round or self.is_demonstration:
            return
        stored = ReportingPeriod.objects.filter(pk=self.pk).first()
        errors = {}
        plan = self.plan
        is_within = plan.starts_on <= self.starts_on and self.ends_on <= plan.ends_on
        if not self.is_final and not is_within:
            errors["ends_on"] = _(
                "A round lies within the plan: from %(start)s to %(end)s."
            ) % {
                "start": date_format(plan.starts_on, "SHORT_DATE_FORMAT"),
                "end": date_format(plan.ends_on, "SHORT_DATE_FORMAT"),
            }
        is_past = self.due_on is not None and self.due_on < timezone.localdate()
        if self._differs(stored, "due_on") and is_past:
            errors["due_on"] = _("This day has passed: nobody could still answer.")
        if self._differs(stored, "mode", "starts_on", "ends_on") and (
            other := self.overlapping_round()
        ):
            errors["starts_on"] = _(
                "%(round)s asks about these days already, from %(start)s to %(end)s."
            ) % {
                "round": other,
                "start": date_format(other.starts_on, "SHORT_DATE_FORMAT"),
                "end": date_format(other.ends_on, "SHORT_DATE_FORMAT"),
            }
        if errors:
            raise ValidationError(errors)

    def _differs(self, stored, *names):
        return stored is None or any(
            getattr(stored, name) != getattr(self, name) for name in names
        )

    def overlapping_round(self):
        overlapping = (
            ReportingPeriod.objects.counted_rounds()
            .filter(plan=self.plan_id)
            .filter(starts_on__lte=self.ends_on, ends_on__gte=self.starts_on)
        )
        return overlapping.exclude(pk=self.pk).first()


class RoundReopeningQuerySet(models.QuerySet):
    def running(self, today=None):
        return self.filter(until__gte=today or timezone.localdate())

    def visible_to(self, user):
        if access.is_reviewer(user) or access.is_administrator(user):
            return self
        return self.filter(agency__in=FocalPoint.objects.agencies_of(user))


class RoundReopening(models.Model):
    """
    Permission for one agency to report in a closed round until a date. It changes no
    due date.
    """

    period = models.ForeignKey(
        ReportingPeriod,
        models.PROTECT,
        related_name="reopenings",
        limit_choices_to={"mode": "round"},
        verbose_name=_("round"),
    )
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("agency")
    )
    until = models.DateField(_("until"), help_text=_("The last day."))
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("when"), auto_now_add=True)

    fields = DeclaredFields(*notes("reason"))

    objects = RoundReopeningQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        verbose_name = _("round opened again")
        verbose_name_plural = _("rounds opened again")
        constraints = [
            models.CheckConstraint(
                name="roundreopening_states_its_reason",
                condition=~Q(reason=""),
                violation_error_message=_("State the reason."),
            ),
        ]

    def __str__(self):
        return f"{self.period} · {self.agency}"

    @property
    def approval_slot(self):
        return f"roundreopening:{self.period_id}:{self.agency_id}"

    def clean(self):
        if not (self.period_id and self.until):
            return
        if self.until < timezone.localdate():
            raise ValidationError({"until": _("This day has passed.")})
        if self.until <= self.period.closes_on:
            raise ValidationError(
                {"until": _("The round accepts reports on that day anyway.")}
            )
