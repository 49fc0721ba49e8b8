"""The base of reviewed records: revision, status, authors and publication."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.fields import internal, public
from agencies.models import Agency, FocalPoint
from strategic_areas.commitment_states import Recency
from strategic_areas.models.periods import ReportingPeriod
from strategic_areas.models.plan import Plan, PlanMixin
from strategic_areas.models.records import (
    PROVENANCE_FIELDS,
    Provenance,
    ProvenanceMixin,
    Source,
)
from strategic_areas.models.report_fields import AnswerKind, FieldValuesMixin


class WithdrawalCause(models.TextChoices):
    """
    Public reasons for a withdrawal or takedown. One person chooses a sentence and types
    nothing.
    """

    ERROR = "error", _("It stated a fact wrongly.")
    MISTAKE = "mistake", _("It was published by mistake.")
    PERSONAL = "personal", _("It held personal data.")
    AGENCY = "agency", _("The institution asked for it.")
    REPLACED = "replaced", _("Something else takes its place.")


def cause_field(verbose_name, **options):
    """The column of a cause; empty in older rows."""
    return models.CharField(
        verbose_name,
        max_length=10,
        choices=WithdrawalCause,
        blank=True,
        default="",
        db_default="",
        **options,
    )


def public_reason(cause, words):
    """The sentence of the cause, and words that two people approved."""
    sentence = str(WithdrawalCause(cause).label) if cause else ""
    return " ".join(filter(None, [sentence, words]))


class RevisionStatus(models.TextChoices):
    """The status of a revision, which only ``workflow`` changes."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted for review")
    RETURNED = "returned", _("Returned to the agency")
    PUBLISHED = "published", _("Published")
    REPLACED = "replaced", _("Replaced by a newer revision")
    WITHDRAWN = "withdrawn", _("Withdrawn")


#: Statuses of revisions still worked on; at most one per subject, period, agency.
OPEN_STATUSES = (
    RevisionStatus.DRAFT,
    RevisionStatus.SUBMITTED,
    RevisionStatus.RETURNED,
)
#: Statuses of revisions that were submitted and neither replaced nor withdrawn.
EVER_SUBMITTED = (
    RevisionStatus.SUBMITTED,
    RevisionStatus.RETURNED,
    RevisionStatus.PUBLISHED,
)
#: Statuses of revisions that are or were public: their content never changes silently.
PUBLIC_STATUSES = (
    RevisionStatus.PUBLISHED,
    RevisionStatus.REPLACED,
    RevisionStatus.WITHDRAWN,
)


#: The fields that the workflow sets on a ``Revision`` record, for its declaration.
REVISION_FIELDS = (
    *public("plan", "agency", "revision", "status", "public_id", in_file=False),
    *public("submitted_at", "is_reviewed_within_agency", in_file=False),
    *public("unchanged_since", in_file=False),
    *public("published_at", "withdrawn_at", "withdrawal_cause", in_file=False),
    *public("withdrawal_reason", "purged_at", in_file=False),
    *internal("origin", "version", "contributors", "created_at", "changed_at"),
    *internal("published_by", "withdrawn_by"),
    *public("reported_on", "printed_by"),
    *PROVENANCE_FIELDS,
)


#: The database expression of each field of ``commitment_states.Recency``.
RECENCY_COLUMNS = {
    "period_ends_on": F("period__ends_on"),
    "said_on": Coalesce("reported_on", TruncDate("submitted_at"), Value(date.min)),
    "was_entered": Case(When(origin="entered", then=1), default=0),
    "revision": F("revision"),
}


def said_on(record) -> date | None:
    """
    The date of an update, or None: the source's date, or the local day of submission.
    """
    if record.reported_on or record.submitted_at is None:
        return record.reported_on
    return day_of(record.submitted_at)


def day_of(moment) -> date:
    """The local day; ``localdate`` takes three times as long."""
    return moment.astimezone(timezone.get_default_timezone()).date()


class RevisionQuerySet(models.QuerySet):
    def published(self):
        """The only rows from which public pages may start."""
        return self.filter(status=RevisionStatus.PUBLISHED).exclude(
            plan__status=Plan.Status.IN_PREPARATION
        )

    def counted(self):
        """Published rows without demonstrations."""
        return (
            self.published()
            .filter(period__is_demonstration=False)
            .exclude(provenance=Provenance.DEMONSTRATION)
        )

    def counted_or_in_review(self):
        """Counted and submitted rows. Readers may know only that they exist."""
        return self.filter(
            Q(status__in=[RevisionStatus.PUBLISHED, RevisionStatus.SUBMITTED]),
            period__is_demonstration=False,
        ).exclude(
            Q(provenance=Provenance.DEMONSTRATION)
            | Q(plan__status=Plan.Status.IN_PREPARATION)
        )

    def own_of(self, agency):
        """
        Counted reports that the agency itself entered, except "no news". ``agency`` may
        be an expression.
        """
        rows = self.counted().filter(agency=agency, origin="entered")
        has_answers = "answer" in self.model.fields
        return rows.exclude(answer=AnswerKind.NO_NEWS) if has_answers else rows

    def before(self, period):
        """Rows of other periods that ended by the end of this one."""
        return self.filter(period__ends_on__lte=period.ends_on).exclude(period=period)

    def without_unsubmitted_transcriptions(self):
        """Without draft and returned transcriptions, which the secretariat works on."""
        unsubmitted = [RevisionStatus.DRAFT, RevisionStatus.RETURNED]
        return self.exclude(letter__isnull=False, status__in=unsubmitted)

    def newest_first(self):
        return self.order_by(
            *(RECENCY_COLUMNS[name].desc() for name in Recency._fields), "pk"
        )

    def visible_to(self, user):
        """
        The revisions that a staff user may open. Drafts and returned rows are visible
        to their agency alone; reviewers see submitted rows and their own
        transcriptions.
        """
        if user.is_active and user.is_superuser:
            return self
        visible = Q(agency__in=FocalPoint.objects.agencies_of(user))
        if access.is_reviewer(user):
            unsent = Q(status=RevisionStatus.DRAFT) | Q(
                ~self._is_unchanged_since_return(),
                status=RevisionStatus.RETURNED,
                letter__isnull=True,
            )
            visible |= ~unsent
        return self.filter(visible)

    def _is_unchanged_since_return(self):
        return Exists(
            self.model._meta.get_field("transitions").related_model.objects.filter(
                **{self.model.link_field: OuterRef("pk")},
                to_status=RevisionStatus.RETURNED,
                at__gte=OuterRef("changed_at"),
            )
        )


class Revision(FieldValuesMixin, PlanMixin, ProvenanceMixin):
    """
    One revision of an update that an agency writes and the secretariat publishes.

    ``agency`` stays when the subject moves to another agency. ``version`` counts saves,
    to detect conflicts. No one of ``contributors`` may publish it.
    ``is_reviewed_within_agency``: the reviewer belonged to the agency.
    ``unchanged_since`` is the end of the first period with the same content.
    ``printed_by`` is an official source of its numbers of victims. ``public_id`` is set
    at publication and never changes.
    """

    #: A published revision is withdrawn instead.
    is_hideable = False

    #: The field of the record reported on, and the field by which others link to this.
    subject_field = link_field = ""
    #: The field of its main text.
    main_text_field = ""

    class Origin(models.TextChoices):
        ENTERED = "entered", _("Entered in the portal")
        RECORD = "record", _("Taken from the public record")

    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("agency"),
    )
    period = models.ForeignKey(
        ReportingPeriod,
        models.PROTECT,
        related_name="%(class)ss",
        verbose_name=_("period"),
    )
    revision = models.PositiveSmallIntegerField(
        _("revision"), default=1, editable=False
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=RevisionStatus,
        default=RevisionStatus.DRAFT,
        editable=False,
        db_index=True,
    )
    public_id = models.CharField(
        _("public address"),
        max_length=12,
        blank=True,
        default="",
        db_default="",
        editable=False,
    )
    origin = models.CharField(
        max_length=10, choices=Origin, default=Origin.ENTERED, editable=False
    )
    reported_on = models.DateField(
        _("date of the source"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("For the public record: when the source was published."),
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    contributors = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("last changed"), auto_now=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True, editable=False)
    is_reviewed_within_agency = models.BooleanField(
        _("reviewed within the agency"), default=False, editable=False
    )
    unchanged_since = models.DateField(_("unchanged since"), null=True, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("published by"),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("withdrawn by"),
    )
    printed_by = models.ForeignKey(
        Source,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("numbers of people printed by"),
    )
    withdrawal_cause = cause_field(_("public reason of the withdrawal"), editable=False)
    withdrawal_reason = models.TextField(
        _("reason of the withdrawal in the secretariat's words"),
        blank=True,
        editable=False,
    )
    purged_at = models.DateTimeField(
        _("a text was withdrawn to protect people"), null=True, editable=False
    )

    class Meta:
        abstract = True

    @property
    def subject(self):
        """The activity or commitment reported on."""
        return getattr(self, self.subject_field)

    @property
    def responsible_agency(self):
        """The agency that is responsible for the subject now."""
        return getattr(self.subject, self.subject.answered_by)

    @property
    def recency(self):
        return Recency(
            self.period.ends_on,
            said_on(self) or date.min,
            self.origin == self.Origin.ENTERED,
            self.revision,
        )

    @property
    def why_withdrawn(self):
        return public_reason(self.withdrawal_cause, self.withdrawal_reason)

    @property
    def is_editable(self):
        return self.status in {RevisionStatus.DRAFT, RevisionStatus.RETURNED}

    @property
    def is_demonstration(self):
        return self.period.is_demonstration


def review_constraints(model, subject):
    """Constraints of every reviewed record; ``model`` prefixes their names."""
    published_fields = Q(published_at__isnull=False, published_by__isnull=False)
    unpublished_fields = Q(published_at__isnull=True, published_by__isnull=True)
    unexplained = Q(withdrawal_cause="", withdrawal_reason="")
    withdrawn = Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~unexplained
    not_withdrawn = (
        Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True) & unexplained
    )
    recorded = ["plan", "documented", "press", "reconstructed"]
    return [
        models.UniqueConstraint(
            name=f"{model}_revision_unique",
            fields=[subject, "period", "revision"],
            violation_error_message=_("This revision already exists."),
        ),
        models.UniqueConstraint(
            name=f"{model}_one_published_revision",
            fields=[subject, "period"],
            condition=Q(status=RevisionStatus.PUBLISHED),
            violation_error_message=_("A revision is already published."),
        ),
        models.UniqueConstraint(
            name=f"{model}_one_open_revision",
            fields=[subject, "period", "agency"],
            condition=Q(status__in=OPEN_STATUSES),
            violation_error_message=_(
                "Somebody already works on a report of this for the period."
            ),
        ),
        models.CheckConstraint(
            name=f"{model}_public_names_who_and_when",
            condition=(
                Q(status__in=PUBLIC_STATUSES) & published_fields
                | ~Q(status__in=PUBLIC_STATUSES) & unpublished_fields
            ),
            violation_error_message=_("What is public names who published it, when."),
        ),
        models.UniqueConstraint(
            name=f"{model}_public_id_unique",
            fields=["public_id"],
            condition=~Q(public_id=""),
        ),
        models.CheckConstraint(
            name=f"{model}_public_alone_has_an_address",
            condition=(
                Q(status__in=PUBLIC_STATUSES) & ~Q(public_id="")
                | ~Q(status__in=PUBLIC_STATUSES) & Q(public_id="")
            ),
            violation_error_message=_("What is public has an address of its own."),
        ),
        models.CheckConstraint(
            name=f"{model}_withdrawn_names_who_when_and_why",
            condition=(
                Q(status=RevisionStatus.WITHDRAWN) & withdrawn
                | ~Q(status=RevisionStatus.WITHDRAWN) & not_withdrawn
            ),
            violation_error_message=_("A withdrawal states its public reason."),
        ),
        models.CheckConstraint(
            name=f"{model}_provenance_follows_origin",
            condition=(
                Q(origin="record", provenance__in=recorded)
                | Q(
                    origin="entered",
                    provenance__in=["reported", "transcribed", "demonstration"],
                )
            ),
            violation_error_message=_(
                "A record of public sources is never “reported”, and a report is "
                "never “documented”."
            ),
        ),
    ]


def report_answer_constraints(model, text):
    """
    Constraints of a ``ReportAnswerMixin``. ``text`` is required unless there is no news
    or the law reserves it.
    """
    described = Q(**{f"{text}_es__isnull": False}) & ~Q(**{f"{text}_es": ""})
    explained = Q(no_news_reason_es__isnull=False) & ~Q(no_news_reason_es="")
    return [
        models.CheckConstraint(
            name=f"{model}_{text}_in_spanish",
            condition=Q(answer=AnswerKind.NO_NEWS) | Q(is_reserved=True) | described,
            violation_error_message=_("The Spanish text is required."),
        ),
        models.CheckConstraint(
            name=f"{model}_no_news_states_its_reason",
            condition=~Q(answer=AnswerKind.NO_NEWS) | explained,
            violation_error_message=_("Say why there is no news."),
        ),
        models.CheckConstraint(
            name=f"{model}_reserved_states_reason_and_legal_basis",
            condition=(
                Q(is_reserved=True)
                & ~Q(reserved_reason="")
                & ~Q(reserved_legal_basis="")
                | Q(is_reserved=False, reserved_reason="", reserved_legal_basis="")
            ),
            violation_error_message=_(
                "What is reserved states its reason and its legal basis; what is not "
                "states neither."
            ),
        ),
    ]


def transcription_constraints(model):
    """Constraints: a transcribed report has a letter, and only such is confirmed."""
    return [
        models.CheckConstraint(
            name=f"{model}_transcribed_names_its_letter",
            condition=~Q(provenance="transcribed") | Q(letter__isnull=False),
        ),
        models.CheckConstraint(
            name=f"{model}_confirmed_is_transcribed",
            condition=Q(confirmed_at__isnull=True) | Q(letter__isnull=False),
        ),
    ]
