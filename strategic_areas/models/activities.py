"""Commitments of a plan and their activities."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.fields import (
    DeclaredFields,
    WordsField,
    bilingual,
    dates_in_order,
    protective,
    public,
    spanish_required,
    structure,
)
from agencies.models import Agency, FocalPoint
from strategic_areas import compliance
from strategic_areas.models.plan import Plan, PlanMixin, Programme
from strategic_areas.models.records import (
    CODE_FIELDS,
    PROVENANCE_FIELDS,
    CodeMixin,
    ProvenanceMixin,
    Source,
)
from strategic_areas.models.references import FrameworkTarget, Province
from strategic_areas.public_paths import public_path
from strategic_areas.themes import Theme


class DueProvenance(models.TextChoices):
    """
    Who states a due date. ``progress.DUE_DATE_PROVENANCES`` alone can make work late.
    """

    PLAN = "plan", _("Stated by the plan")
    AMENDMENT = "amendment", _("Stated by an amendment")
    AGENCY = "agency", _("Stated by the agency")
    PRESS = "press", _("Known from the press")
    PLAN_PERIOD = "plan_period", _("End of the plan, set for lack of another")


class DatesMixin(models.Model):
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    due_provenance = models.CharField(
        _("who states the due date"), max_length=20, choices=DueProvenance, blank=True
    )

    class Meta:
        abstract = True


class StopKind(models.TextChoices):
    SUSPENDED = "suspended", _("Suspended")
    CANCELLED = "cancelled", _("Cancelled")


#: The fields of a ``PlannedWork`` record, for its declaration.
DATE_FIELDS = structure(*public("starts_on", "due_on", "due_provenance"))
STOP_FIELDS = structure(*public("stopped", "stopped_on", "resumes_on", in_file=False))
LINEAGE_FIELDS = (*structure(*public("supersedes")), *public("continues"))


class PlannedWork(DatesMixin):
    """
    A dated record that may supersede or continue another. No round asks about it while
    an amendment stops it.
    """

    StopKind = StopKind

    stopped = models.CharField(
        _("stopped by an amendment"),
        max_length=10,
        choices=StopKind,
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
        """When an amendment stops it, or None."""
        if not self.stopped:
            return None
        return compliance.StopPeriod(self.stopped_on, self.resumes_on)

    def stopped_as_of(self, day):
        """The kind of stop in force on this day, or ""."""
        return self.stopped if self.stopped and self.stop.covers(day) else ""


def stops_in_order(model):
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


class PlannedWorkQuerySet(models.QuerySet):
    def public(self):
        return self.exclude(plan__status=Plan.Status.IN_PREPARATION)


class CommitmentQuerySet(PlannedWorkQuerySet):
    def not_superseded(self):
        """Commitments that lists and counts use."""
        return self.filter(superseded_by__isnull=True)

    def visible_to(self, user):
        if access.is_reviewer(user) or access.is_administrator(user):
            return self
        agencies = FocalPoint.objects.agencies_of(user)
        working = self.model.objects.filter(activities__agency__in=agencies)
        return self.filter(Q(lead__in=agencies) | Q(pk__in=working.values("pk")))


class Commitment(PlanMixin, CodeMixin, PlannedWork, ProvenanceMixin):
    """
    What one lead agency undertakes under a programme. Without the plan's own provenance
    it is a reconstruction.
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

    fields = DeclaredFields(
        *public("plan", in_file=False),
        *structure(*CODE_FIELDS, *public("programme")),
        *structure(*bilingual("title", "expected_result")),
        *structure(*public("lead", "supporting")),
        *bilingual("baseline", "means_of_verification"),
        *DATE_FIELDS,
        *STOP_FIELDS,
        *public("frameworks"),
        *LINEAGE_FIELDS,
        *PROVENANCE_FIELDS,
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
        return public_path("commitment", self.plan.code, self.code, language=language)


def local_currency():
    return settings.COUNTRY.currency


class ActivityQuerySet(PlannedWorkQuerySet):
    def not_superseded(self):
        """
        Activities of the plan that lists and counts use; their commitment is not
        superseded either.
        """
        return self.filter(
            is_in_plan=True,
            superseded_by__isnull=True,
            commitment__superseded_by__isnull=True,
        )

    def off_plan(self):
        """Work outside the plan; it enters no count."""
        return self.filter(is_in_plan=False)

    def visible_to(self, user):
        """
        All for staff who keep the plan; those of their agencies for focal points. Work
        outside the plan is private until submitted.
        """
        own = Q(agency__in=FocalPoint.objects.agencies_of(user))
        if not (access.is_reviewer(user) or access.is_administrator(user)):
            return self.filter(own)
        submitted = Activity.objects.filter(updates__submitted_at__isnull=False)
        return self.filter(own | Q(is_in_plan=True) | Q(pk__in=submitted.values("pk")))


class Activity(PlanMixin, CodeMixin, PlannedWork, ProvenanceMixin):
    """
    A piece of work of one agency toward a commitment.

    A one-off activity reports a percentage, a continuing one a state and a quantity.
    Without ``is_in_plan`` no report is owed and nothing is counted. Until somebody sets
    ``counts_victims`` and ``reaches_victims``, ``disclosure`` assumes that both hold.
    """

    #: The prefix of codes of work outside the plan; no code of the plan begins so.
    OFF_PLAN = "F-"

    class Kind(models.TextChoices):
        ONE_OFF = "one_off", _("One-off")
        CONTINUING = "continuing", _("Continuing")

    class Budget(models.TextChoices):
        NOT_KNOWN = "not_known", _("Not known")
        NONE_ASSIGNED = "none_assigned", _("None assigned")
        AMOUNT = "amount", _("Amount")

    same_plan_as = ("commitment",)
    #: The field of the agency that answers for it.
    answered_by = "agency"

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="activities", verbose_name=_("plan")
    )
    commitment = models.ForeignKey(
        Commitment,
        models.PROTECT,
        related_name="activities",
        verbose_name=_("commitment"),
    )
    title = models.CharField(_("title"), max_length=400)
    is_in_plan = models.BooleanField(_("in the plan"), default=True, editable=False)
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("agency")
    )
    kind = models.CharField(
        _("kind"), max_length=12, choices=Kind, default=Kind.ONE_OFF
    )
    year = models.PositiveSmallIntegerField(
        _("year"), null=True, blank=True, help_text=_("The year that a source gives.")
    )
    places = models.ManyToManyField(
        Province, blank=True, related_name="+", verbose_name=_("provinces")
    )
    themes = WordsField(
        _("themes"), choices=Theme, default=list, db_default=[], blank=True
    )
    expected_product = models.TextField(_("expected product"), blank=True)
    quantity = models.DecimalField(
        _("planned quantity"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    unit = models.CharField(_("unit"), max_length=80, blank=True)
    counts_victims = models.BooleanField(
        _("its quantity counts victims or survivors"), default=True, db_default=True
    )
    reaches_victims = models.BooleanField(
        _("the people it reaches are victims or survivors"),
        default=True,
        db_default=True,
    )
    means_of_verification = models.TextField(_("means of verification"), blank=True)
    budget = models.CharField(
        _("budget"), max_length=15, choices=Budget, default=Budget.NOT_KNOWN
    )
    budget_amount = models.DecimalField(
        _("amount"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    budget_currency = models.CharField(
        _("currency"), max_length=3, default=local_currency, help_text=_("ISO 4217.")
    )
    budget_source = models.ForeignKey(
        Source,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("source of the amount"),
    )

    fields = DeclaredFields(
        *public("plan", in_file=False),
        *structure(*CODE_FIELDS, *public("commitment")),
        *structure(*bilingual("title")),
        *structure(*public("is_in_plan", in_file=False)),
        *structure(*public("agency", "kind")),
        *public("year"),
        *DATE_FIELDS,
        *STOP_FIELDS,
        *public("places", "themes"),
        *structure(*bilingual("expected_product")),
        *structure(*protective(*public("quantity"))),
        *structure(*bilingual("unit")),
        *protective(*public("counts_victims", "reaches_victims")),
        *bilingual("means_of_verification"),
        *public("budget", "budget_amount", "budget_currency", "budget_source"),
        *LINEAGE_FIELDS,
        *PROVENANCE_FIELDS,
        # The provenance "plan" makes a planned quantity of victims public.
        *protective(*public("provenance")),
    )

    objects = ActivityQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "sort_code"]
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints = [
            *spanish_required("activity", "title"),
            dates_in_order("activity", "starts_on", "due_on"),
            stops_in_order("activity"),
            models.UniqueConstraint(
                name="activity_code_unique_in_plan",
                fields=["plan", "code"],
                violation_error_message=_(
                    "The plan already has an activity of this code."
                ),
            ),
            models.CheckConstraint(
                name="activity_code_says_whether_it_is_in_the_plan",
                condition=Q(is_in_plan=True) & ~Q(code__startswith="F-")
                | Q(is_in_plan=False, code__startswith="F-"),
                violation_error_message=_(
                    "Codes that begin with F- are of work outside the plan, and only "
                    "those."
                ),
            ),
            models.CheckConstraint(
                name="activity_budget_amount_has_value_and_source",
                condition=(
                    Q(
                        budget="amount",
                        budget_amount__isnull=False,
                        budget_source__isnull=False,
                    )
                    | ~Q(budget="amount")
                    & Q(budget_amount__isnull=True, budget_source__isnull=True)
                ),
                violation_error_message=_(
                    "A budget amount needs its value and its source; without an "
                    "amount both stay empty."
                ),
            ),
        ]

    def get_absolute_url(self, language=None):
        page = self.commitment.get_absolute_url(language=language)
        return f"{page}#{self.code}"

    @property
    def is_continuing(self):
        return self.kind == self.Kind.CONTINUING

    @property
    def stops(self):
        return [each.stop for each in (self, self.commitment) if each.stop]

    def stopped_as_of(self, day):
        return super().stopped_as_of(day) or self.commitment.stopped_as_of(day)

    @cached_property
    def has_percents(self):
        return self.updates.filter(percent__isnull=False).exists()

    def clean(self):
        """Refuse a change of kind that would leave percentages on continuing work."""
        super().clean()
        if not (self.pk and self.is_continuing):
            return
        if self.has_percents:
            raise ValidationError(
                {"kind": _("Updates of this activity already state a percent.")}
            )
