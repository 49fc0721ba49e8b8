"""Public comments of agencies, and disputes of records."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.fields import (
    DeclaredFields,
    bilingual,
    complete_outcome,
    internal,
    public,
    spanish_required,
)
from agencies.models import Agency, FocalPoint
from strategic_areas.models.activities import Activity, Commitment
from strategic_areas.models.figures import PublishedFigure
from strategic_areas.models.periods import ReportingPeriod
from strategic_areas.models.plan import Plan
from strategic_areas.models.records import Provenance
from strategic_areas.models.review import RevisionStatus
from strategic_areas.models.updates import ActivityUpdate
from strategic_areas.people_counts import contains_number

#: The most characters of a comment or of a dispute's text. Both are shown next to
#: figures, and are no reports.
LONGEST = 1500


#: The declared fields that both kinds of ``AgencyStatement`` share.
STATEMENT_FIELDS = (*public("signed_as", "written_at"), *internal("written_by"))


class AgencyStatement(models.Model):
    """
    A public text, signed as titular or alternate focal point. Only staff see the
    person's name.
    """

    signed_as = models.CharField(_("signed as"), max_length=10, choices=FocalPoint.Kind)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("written by"),
    )
    written_at = models.DateTimeField(_("written"), editable=False)

    class Meta:
        abstract = True


class AgencyComment(AgencyStatement):
    """
    An agency's public comment on its reporting in one round. A later comment replaces
    it.
    """

    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("agency")
    )
    period = models.ForeignKey(
        ReportingPeriod,
        models.PROTECT,
        related_name="agency_comments",
        verbose_name=_("period"),
    )
    text = models.TextField(
        _("comment"),
        validators=[MaxLengthValidator(LONGEST)],
        help_text=_("The public reads it beside your reports. Name no person."),
    )

    fields = DeclaredFields(
        *public("agency", "period"), *bilingual("text"), *STATEMENT_FIELDS
    )

    class Meta:
        ordering = ["-period__ends_on", "pk"]
        verbose_name = _("comment of an agency")
        verbose_name_plural = _("comments of agencies")
        default_permissions = []
        constraints = [
            *spanish_required("agencycomment", "text"),
            models.UniqueConstraint(
                name="agencycomment_one_stands_per_agency_and_period",
                fields=["agency", "period"],
                violation_error_message=_(
                    "The agency's comment on this round is there already."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.agency} · {self.period}"

    @property
    def approval_slot(self):
        return f"agencycomment:{self.agency_id}:{self.period_id}"


#: The provenances of records that somebody other than the agency attributes to it.
ATTRIBUTED = (Provenance.DOCUMENTED, Provenance.PRESS, Provenance.RECONSTRUCTED)
#: The link of a dispute to its record, by the model of the record.
LINK_BY_MODEL = {
    Commitment: "commitment",
    Activity: "activity",
    ActivityUpdate: "activity_update",
    PublishedFigure: "published_figure",
}
#: The lookup of the agency to which a record is attributed, by model. Figures are found
#: by ``_figures_of``, since two agencies may speak about each.
AGENCY_LOOKUPS = {
    Commitment: "lead",
    Activity: "agency",
    ActivityUpdate: "agency",
}


def _is_about_one():
    condition = Q()
    for name in LINK_BY_MODEL.values():
        condition |= Q(
            **{f"{each}__isnull": each != name for each in LINK_BY_MODEL.values()}
        )
    return condition


class RecordDisputeQuerySet(models.QuerySet):
    def unresolved(self):
        return self.filter(resolved_on__isnull=True)


class RecordDispute(AgencyStatement):
    """
    An agency's public statement that it rejects a record which others ascribe to it.
    The record's page shows it with the secretariat's decision.
    """

    #: It stays on the record's page; only a purge blanks its words.
    is_hideable = False

    class Outcome(models.TextChoices):
        CORRECTED = "corrected", _("The record was corrected")
        KEPT = "kept", _("The attribution stands")

    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("agency")
    )
    commitment = models.OneToOneField(
        Commitment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="dispute",
        verbose_name=_("commitment"),
    )
    activity = models.OneToOneField(
        Activity,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="dispute",
        verbose_name=_("activity"),
    )
    activity_update = models.OneToOneField(
        ActivityUpdate,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="dispute",
        verbose_name=_("activity update"),
    )
    published_figure = models.OneToOneField(
        PublishedFigure,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="dispute",
        verbose_name=_("published figure"),
    )
    text = models.TextField(
        _("why it is not acknowledged"),
        validators=[MaxLengthValidator(LONGEST)],
        help_text=_("The public reads it beside the record. Name no person."),
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    resolved_on = models.DateField(_("resolved on"), null=True, blank=True)
    resolution = models.TextField(
        _("what was decided, and why"), blank=True, help_text=_("Name no person.")
    )

    fields = DeclaredFields(
        *public("agency", "commitment", "activity", "activity_update"),
        *public("published_figure"),
        *bilingual("text"),
        *STATEMENT_FIELDS,
        *public("outcome", "resolved_on"),
        *bilingual("resolution"),
    )

    objects = RecordDisputeQuerySet.as_manager()

    class Meta:
        ordering = ["-written_at", "-pk"]
        verbose_name = _("disputed record")
        verbose_name_plural = _("disputed records")
        default_permissions = ["view", "change"]
        constraints = [
            *spanish_required("recorddispute", "text"),
            models.CheckConstraint(
                name="recorddispute_is_about_one_record",
                condition=_is_about_one(),
            ),
            complete_outcome(
                "recorddispute_is_resolved_as_a_whole", "resolved_on", "resolution"
            ),
        ]

    def __str__(self):
        return f"{self.agency} · {self.record}"

    def clean(self):
        """Refuse numbers in a statement about a protected count of people."""
        super().clean()
        figure = self.published_figure
        if figure is None or not figure.indicator.sensitive:
            return
        for name in ("text_es", "text_en", "resolution_es", "resolution_en"):
            if contains_number(getattr(self, name) or ""):
                text = _(
                    "Say it without numbers: the indicator tells how many people there "
                    "are. Another number is handed in as its value."
                )
                raise ValidationError({name: text})

    @property
    def record(self):
        return next(
            filter(None, (getattr(self, name) for name in LINK_BY_MODEL.values())), None
        )

    @property
    def approval_slot(self):
        """Allows one undecided change per disputed record."""
        return f"dispute:{self.record._meta.model_name}:{self.record.pk}"

    @property
    def is_admissible(self):
        """Whether it is stored, or about a public row ascribed to its agency."""
        if self.pk is not None:
            return True
        own = Agency.objects.filter(pk=self.agency_id)
        return attributed_to(type(self.record), own).filter(pk=self.record.pk).exists()


def attributed_to(model, agencies):
    """
    Public records of a model that others (``ATTRIBUTED``) ascribe to these agencies,
    without superseded ones.
    """
    if model is PublishedFigure:
        return _figures_of(agencies)
    if model is ActivityUpdate:
        current = Activity.objects.not_superseded()
        rows = model.objects.filter(
            status=RevisionStatus.PUBLISHED, activity__in=current
        )
    else:
        rows = model.objects.not_superseded()
    return rows.filter(
        **{f"{AGENCY_LOOKUPS[model]}__in": agencies}, provenance__in=ATTRIBUTED
    ).exclude(plan__status=Plan.Status.IN_PREPARATION)


def _figures_of(agencies):
    acronyms = Agency.objects.filter(pk__in=agencies).values("acronym")
    of_agencies = Q(indicator__agency__in=agencies) | Q(counted_by__in=acronyms)
    is_unprinted = Q(indicator__sensitive=True, printed_by=None)
    figures = PublishedFigure.objects.public().latest_revisions()
    return figures.filter(
        of_agencies, provenance__in=ATTRIBUTED, is_protected=False
    ).exclude(
        is_unprinted | Q(indicator__introduced_by__status=Plan.Status.IN_PREPARATION)
    )
