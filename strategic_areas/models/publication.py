"""The publication version, editions, and the last import of each record."""

from secrets import token_bytes
from typing import NamedTuple

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.decisions import Decision, DecisionQuerySet
from agencies.fields import (
    DeclaredFields,
    bilingual,
    internal,
    public,
    spanish_required,
)
from strategic_areas.models.changes import marked
from strategic_areas.models.periods import ReportingPeriod
from strategic_areas.models.plan import Plan, PlanMixin
from strategic_areas.models.takedowns import Takedown


class VersionCounters(NamedTuple):
    """
    The counters of the publication version. ``overdue`` takedowns change with time, so
    caches depend on them too.
    """

    number: int = 0
    takedowns: int = 0
    overdue: int = 0


class PublicationVersion(models.Model):
    """
    One row with counters that only triggers change.

    ``number`` grows when public content changes, ``takedowns`` when content is removed.
    Read both before the content, so that a page is at least as new as its label.
    """

    number = models.PositiveBigIntegerField(default=0)
    takedowns = models.PositiveBigIntegerField(default=0, db_default=0)

    fields = DeclaredFields(*internal("number", "takedowns"))

    class Meta:
        verbose_name = _("publication version")
        verbose_name_plural = _("publication version")
        constraints = [
            models.CheckConstraint(
                name="publicationversion_single_row", condition=models.Q(id=1)
            )
        ]

    def __str__(self):
        return str(self.number)

    @classmethod
    def counters(cls) -> VersionCounters:
        """The current counters; zeros before any publication."""
        late = (
            Takedown.objects.overdue()
            .order_by()
            .values("status")
            .annotate(number=models.Count("pk"))
            .values("number")
        )
        rows = cls.objects.annotate(overdue=Coalesce(models.Subquery(late), 0))
        return VersionCounters(
            *rows.values_list(*VersionCounters._fields).first() or ()
        )

    @classmethod
    def current(cls):
        return cls.counters().number


class ImportedRecord(models.Model):
    """
    The values that a plan file last gave for one record. An import keeps values that
    were edited since.
    """

    #: These values must differ from the marker in the record. The next import then
    #: takes the record for edited and does not restore the purged text.
    forgets_words = True

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+")
    section = models.CharField(max_length=40)
    key = models.CharField(max_length=300)
    values = models.JSONField(_("values"), default=dict)

    fields = DeclaredFields(*internal("section", "key", "values"))

    class Meta:
        verbose_name = _("what the plan's file said last")
        constraints = [
            models.UniqueConstraint(
                name="importedrecord_one_per_record",
                fields=["plan", "section", "key"],
            )
        ]

    def __str__(self):
        return f"{self.section} {self.key}"


def random_bits():
    """
    The nonce in an edition's package, so that its hash does not reveal a hidden number.
    """
    return token_bytes(16)


class EditionProposalQuerySet(DecisionQuerySet):
    def visible_to(self, user):
        rows = self.select_related("plan", "corrects")
        return rows if access.is_reviewer(user) else rows.none()


class EditionProposal(PlanMixin, Decision):
    """
    A proposed edition. ``corrects`` is the edition that it corrects, ``named`` the
    changed rows as pairs of dataset and key.
    """

    blanks = {"reason": "", **marked("explanation"), "named": "[]"}
    moves_version = False

    same_plan_as = ("corrects",)

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="+", verbose_name=_("plan")
    )
    corrects = models.ForeignKey(
        "Edition",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("edition that it corrects"),
    )
    named = models.JSONField(default=list, editable=False)
    explanation = models.TextField(
        _("why it is made"),
        help_text=_("It stands on the page of the edition. Name no person."),
    )

    fields = DeclaredFields(
        *public("plan", "corrects", in_file=False),
        *bilingual("explanation", in_file=False),
        *internal("named"),
        *Decision.fields,
    )

    objects = EditionProposalQuerySet.as_manager()

    class Meta(Decision.Meta):
        verbose_name = _("proposed edition")
        verbose_name_plural = _("proposed editions")
        default_permissions = ["view", "add"]
        permissions = [("publish_editionproposal", _("Can approve editions"))]
        constraints = [
            *Decision.Meta.constraints,
            *spanish_required("editionproposal", "explanation"),
            models.UniqueConstraint(
                name="editionproposal_one_waits_in_a_plan",
                fields=["plan"],
                condition=Q(status="pending"),
                violation_error_message=_("An edition of this plan waits already."),
            ),
        ]

    def __str__(self):
        text = _("correction of %(number)s") if self.corrects else _("new edition")
        return f"{self.plan}: {text % {'number': self.corrects}}"


class Edition(PlanMixin):
    """
    The public content of a plan on one day.

    The first correction of 2026-1 is 2026-1.1. ``period`` is the round that closed on
    ``closed_on``.

    * ``corrected_rows``: dataset and key of each row that a correction corrects
    * ``withdrawn``: a note on each removal
    * ``nonce``: in the package, so that its hash confirms no guessed hidden number
    * ``is_locked``: nobody reads it: its rows are being written, or a removal failed
    """

    blanks = {**marked("explanation"), "corrected_rows": "[]", "withdrawn": "[]"}
    same_plan_as = ("period", "corrects")

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="editions", verbose_name=_("plan")
    )
    number = models.CharField(_("number"), max_length=20)
    made_on = models.DateField(_("made on"))
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    period = models.ForeignKey(
        ReportingPeriod,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="editions",
        verbose_name=_("round"),
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    is_reconstructed = models.BooleanField(_("reconstruction"), default=False)
    corrects = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("edition that it corrects"),
    )
    corrected_rows = models.JSONField(
        _("rows that it corrects"), default=list, db_column="named"
    )
    explanation = models.TextField(_("why it is made"), blank=True)
    proposal = models.OneToOneField(
        EditionProposal,
        models.PROTECT,
        null=True,
        related_name="edition",
        verbose_name=_("proposal"),
    )
    withdrawn = models.JSONField(_("what was withdrawn"), default=list)
    nonce = models.BinaryField(max_length=16, default=random_bits, db_column="random")
    is_locked = models.BooleanField(
        default=False, editable=False, db_column="is_moving"
    )

    fields = DeclaredFields(
        *public("plan", "number", "made_on", "period", "closed_on", in_file=False),
        *public("is_reconstructed", "corrects", in_file=False),
        *bilingual("explanation", in_file=False),
        *internal("corrected_rows", "withdrawn", "made_at", "proposal", "nonce"),
        *internal("is_locked"),
    )

    class Meta:
        ordering = ["plan", "-pk"]
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(
                name="edition_number_unique_in_plan", fields=["plan", "number"]
            ),
            models.UniqueConstraint(
                name="edition_one_of_a_closing",
                fields=["period", "closed_on"],
                condition=Q(corrects=None),
            ),
            models.UniqueConstraint(
                name="edition_one_of_a_reconstruction",
                fields=["plan"],
                condition=Q(is_reconstructed=True, period=None, corrects=None),
            ),
            models.CheckConstraint(
                name="edition_of_a_round_names_its_closing",
                condition=Q(period=None, closed_on=None)
                | Q(period__isnull=False, closed_on__isnull=False),
            ),
        ]

    def __str__(self):
        return self.number


class SecretariatTexts(models.Model):
    """
    The secretariat's introduction to and conclusions of the report of several rounds,
    from the edition of ``since`` to that of ``period``. The report is printed, so the
    guard reads them.
    """

    period = models.ForeignKey(
        ReportingPeriod,
        models.PROTECT,
        related_name="+",
        verbose_name=_("last round of the report"),
    )
    since = models.ForeignKey(
        ReportingPeriod,
        models.PROTECT,
        related_name="+",
        verbose_name=_("round with which it is compared"),
    )
    introduction = models.TextField(
        _("introduction"), help_text=_("It stands before the summary. Name no person.")
    )
    conclusions = models.TextField(
        _("conclusions"), help_text=_("They end the report. Name no person.")
    )

    fields = DeclaredFields(
        *public("period", "since", in_file=False),
        *bilingual("introduction", "conclusions", in_file=False),
    )

    class Meta:
        ordering = ["period", "since"]
        # The table, its constraints and slots keep the model's former name.
        db_table = "strategic_areas_reportwords"
        verbose_name = _("texts of the secretariat in a report")
        verbose_name_plural = _("texts of the secretariat")
        default_permissions = ["add", "change"]
        constraints = [
            *spanish_required("reportwords", "introduction", "conclusions"),
            models.UniqueConstraint(
                name="reportwords_once_in_a_report", fields=["period", "since"]
            ),
        ]

    def __str__(self):
        return f"{self.since} – {self.period}"

    @property
    def subject(self):
        return self.period.plan

    @property
    def approval_slot(self):
        return f"reportwords:{self.period_id}:{self.since_id}"


class EditionRows(models.Model):
    """
    The rows of one dataset in an edition: a line of canonical JSON each, compressed by
    gzip. ``declaration`` says how the dataset was declared on that day.
    """

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="datasets")
    dataset = models.CharField(max_length=40)
    declaration = models.JSONField(db_column="columns")
    content = models.BinaryField()

    fields = DeclaredFields(*internal("edition", "dataset", "declaration", "content"))

    class Meta:
        ordering = ["edition", "pk"]
        default_permissions = []
        constraints = [
            models.UniqueConstraint(
                name="editionrows_one_of_a_dataset", fields=["edition", "dataset"]
            )
        ]

    def __str__(self):
        return f"{self.edition} {self.dataset}"
