"""Changes and activities that one person proposes and another approves."""

import re

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.decisions import Decision, DecisionQuerySet, status_field
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
from strategic_areas.disclosure import MARKER, is_printed
from strategic_areas.models.activities import Activity, Commitment
from strategic_areas.models.evidence import FileMixin
from strategic_areas.models.plan import Plan, PlanMixin


def marked(*texts):
    """Map each column of these bilingual texts to the marker."""
    columns = [f"{text}{language}" for text in texts for language in ("", "_es", "_en")]
    return dict.fromkeys(columns, MARKER)


class PendingChangeQuerySet(DecisionQuerySet):
    def visible_to(self, user):
        """
        All for reviewers, those of agencies for administrators, their own for others.
        """
        rows = self.prefetch_related("records")
        if not user.is_active:
            return rows.none()
        if access.is_reviewer(user) or user.is_superuser:
            return rows
        visible = Q(proposed_by=user)
        if access.is_administrator(user):
            other = RecordChange.objects.exclude(content_type__app_label="agencies")
            visible |= ~Q(pk__in=other.values("change"))
        return rows.filter(visible)


class PendingChange(Decision):
    """
    A proposed change of public records. All ``records`` change together.
    ``plan_digest`` is the digest of a plan that it approves.
    """

    plan_digest = models.CharField(
        max_length=64, blank=True, default="", db_default="", editable=False
    )

    fields = DeclaredFields(*internal("plan_digest"), *Decision.fields)

    objects = PendingChangeQuerySet.as_manager()

    class Meta(Decision.Meta):
        verbose_name = _("change to approve")
        verbose_name_plural = _("changes to approve")
        default_permissions = ["view"]
        permissions = [("publish_pendingchange", _("Can approve changes of others"))]

    def __str__(self):
        first, *others = self.records.all()
        if not others:
            return str(first)
        text = _("%(first)s and %(number)d more")
        return text % {"first": first, "number": len(others)}


class RecordChange(models.Model):
    """
    The part of a change that concerns one record.

    ``before`` and ``after`` are the changed fields as JSON. ``{"new": place}`` links to
    a record that the same change creates. ``slot`` names its record, unique among
    undecided changes; the decision empties it. ``returned`` is why this part was left
    out of the approval. A trigger refuses edits; only a purge blanks texts.
    """

    blanks = {"before": "{}", "after": "{}", "label": MARKER, "returned": MARKER}

    change = models.ForeignKey(PendingChange, models.PROTECT, related_name="records")
    #: The number of this part within its change, from 0.
    place = models.PositiveSmallIntegerField(default=0)
    content_type = models.ForeignKey(
        ContentType, models.PROTECT, related_name="+", verbose_name=_("kind")
    )
    object_id = models.PositiveBigIntegerField(null=True)
    slot = models.CharField(max_length=120, null=True)  # noqa: DJ001 - see the docstring
    label = models.CharField(_("what changes"), max_length=300)
    before = models.JSONField(_("stood before"), default=dict, blank=True)
    after = models.JSONField(_("stands afterwards"), default=dict)
    returned = models.TextField(
        _("why it was returned"), blank=True, default="", db_default=""
    )

    fields = DeclaredFields(
        *internal("slot", "label", "before", "after"), *notes("returned")
    )

    class Meta:
        ordering = ["change_id", "place"]
        verbose_name = _("change of one record")
        verbose_name_plural = _("changes of one record each")
        default_permissions = []
        indexes = [
            models.Index(
                name="recordchange_record", fields=["content_type", "object_id"]
            )
        ]
        constraints = [
            models.UniqueConstraint(
                name="recordchange_has_its_place", fields=["change", "place"]
            ),
            models.UniqueConstraint(
                name="recordchange_one_waits_per_record",
                fields=["slot"],
                violation_error_message=_("A change of this waits already."),
            ),
        ]

    def __str__(self):
        return f"{capfirst(str(self.model._meta.verbose_name))}: {self.label}"

    @property
    def model(self):
        # The manager caches content types, so a list of changes needs no extra query.
        return ContentType.objects.get_for_id(self.content_type_id).model_class()


class ActivityProposalQuerySet(DecisionQuerySet):
    def visible_to(self, user):
        rows = self.select_related("agency", "commitment", "plan")
        if access.is_reviewer(user):
            return rows
        return rows.filter(agency__in=FocalPoint.objects.agencies_of(user))


class ActivityProposal(PlanMixin, Decision):
    """
    An activity that an agency proposes; never public. It becomes an activity when the
    amendment ``change`` is approved.
    """

    blanks = {"reason": MARKER}
    moves_version = False

    same_plan_as = ("commitment",)

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="+", verbose_name=_("plan")
    )
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("agency")
    )
    commitment = models.ForeignKey(
        Commitment, models.PROTECT, related_name="+", verbose_name=_("commitment")
    )
    title = models.CharField(_("title"), max_length=400)
    why = models.TextField(
        _("why the plan needs it"),
        help_text=_("Accepted, the public reads it as the reason of the change."),
    )
    kind = models.CharField(
        _("kind"),
        max_length=12,
        choices=Activity.Kind,
        default=Activity.Kind.ONE_OFF,
    )
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    status = status_field(pending=_("Waits for a decision"), approved=_("Accepted"))
    change = models.ForeignKey(
        PendingChange,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("change"),
    )
    activity = models.OneToOneField(
        Activity,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("activity"),
    )

    fields = DeclaredFields(
        *public("plan", "agency", "commitment", "title", "why", "kind"),
        *public("starts_on", "due_on"),
        *internal("change", "activity"),
        *Decision.fields,
    )

    objects = ActivityProposalQuerySet.as_manager()

    class Meta(Decision.Meta):
        verbose_name = _("proposed activity")
        verbose_name_plural = _("proposed activities")
        default_permissions = ["view", "add"]
        permissions = [
            ("publish_activityproposal", _("Can decide on proposed activities"))
        ]
        constraints = [
            *Decision.Meta.constraints,
            dates_in_order("activityproposal", "starts_on", "due_on"),
            models.CheckConstraint(
                name="activityproposal_approved_is_an_activity",
                condition=Q(status="applying")
                | Q(status="approved", activity__isnull=False)
                | ~Q(status__in=["applying", "approved"]) & Q(activity__isnull=True),
            ),
        ]

    def __str__(self):
        return f"{self.agency.acronym}: {self.title}"


def _first_digits(words):
    found = re.match(r"\d+", words or "")
    return found and int(found[0])


class Amendment(FileMixin):
    """
    The act by which an approved plan changes. ``approved_by`` is empty until another
    person approves its ``change``. The file is never public.
    """

    blanks = marked("reason", "deciding_act")

    class Kind(models.TextChoices):
        ADD = "add", _("Addition")
        REWORD = "reword", _("New wording")
        REDATE = "redate", _("New dates")
        RETARGET = "retarget", _("New target")
        MOVE = "move", _("Change of agency")
        SPLIT = "split", _("Division")
        MERGE = "merge", _("Merger")
        SUSPEND = "suspend", _("Suspension")
        CANCEL = "cancel", _("Cancellation")
        RESUME = "resume", _("Resumption")
        EXTEND_PLAN = "extend_plan", _("Extension of the plan")
        SEVERAL = "several", _("Several changes")
        CORRECTION = "correction", _("Correction of a clerical error")
        OFFICIAL_MATRIX = "official_matrix", _("Official matrix taken in")

    class Act(models.TextChoices):
        """What decides it. The last two are cited where no act decided."""

        SESSION = "session", _("Minutes of a session")
        RESOLUTION = "resolution", _("Resolution")
        LETTER = "letter", _("Official letter")
        DECREE = "decree", _("Decree")
        LAW = "law", _("Law")
        SIGNED_PAGE = "signed_page", _("Page of the signed plan")
        OFFICIAL_DOCUMENT = "official_document", _("Official document")

    #: Documents cited where no act decided → the kind of the amendment.
    KINDS_WITHOUT_ACT = {
        Act.SIGNED_PAGE: Kind.CORRECTION,
        Act.OFFICIAL_DOCUMENT: Kind.OFFICIAL_MATRIX,
    }

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="amendments", verbose_name=_("plan")
    )
    change = models.OneToOneField(
        PendingChange,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="amendment",
        verbose_name=_("change"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, editable=False)
    act = models.CharField(_("deciding act"), max_length=20, choices=Act, blank=True)
    deciding_act = models.CharField(
        _("number of the act"),
        max_length=300,
        help_text=_("Or the page of the signed plan, or the document, that it cites."),
    )
    decided_on = models.DateField(_("decided on"))
    reason = models.TextField(_("reason"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("proposed by"),
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(
        _("approved"), null=True, blank=True, editable=False
    )

    fields = DeclaredFields(
        *public("plan", "kind", "act"),
        *bilingual("deciding_act"),
        *public("decided_on"),
        *bilingual("reason"),
        *internal("file", "original_name", "content_type", "size", "sha256"),
        *internal("change", "proposed_by", "approved_by", "approved_at"),
    )

    class Meta:
        ordering = ["plan", "-decided_on", "pk"]
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        default_permissions = []
        constraints = [
            *spanish_required("amendment", "reason"),
            models.CheckConstraint(
                name="amendment_approved_by_another_person",
                condition=Q(approved_by__isnull=True)
                | ~Q(approved_by=F("proposed_by")),
                violation_error_message=_("Nobody approves what they proposed."),
            ),
            models.CheckConstraint(
                name="amendment_approval_names_who_and_when",
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="amendment_rests_on_an_act",
                condition=Q(change__isnull=True)
                | Q(kind="correction", act="signed_page")
                | Q(kind="official_matrix", act="official_document")
                | ~Q(kind__in=["correction", "official_matrix"])
                & Q(act__in=["session", "resolution", "letter", "decree", "law"]),
                violation_error_message=_(
                    "An amendment names the act that decided it; a correction cites "
                    "the signed page, the official matrix its document."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.plan}: {self.deciding_act}"


class PlanChange(PlanMixin):
    """
    One changed field of a plan's record, in the words of the day of approval.

    ``field`` is the ``model`` itself for an added record and ``REMOVED`` for one taken
    back. Without an ``amendment`` two people changed it and no act was needed.
    ``old_plain`` is an old value as JSON if it is no text. ``kind`` is the amendment's
    kind if this were its only record.
    """

    blanks = {**marked("name", "old_value", "new_value"), "old_plain": MARKER}
    is_hideable = False

    REMOVED = "removed"

    same_plan_as = ("commitment", "activity")

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="plan_changes", verbose_name=_("plan")
    )
    amendment = models.ForeignKey(
        Amendment,
        models.PROTECT,
        null=True,
        related_name="plan_changes",
        verbose_name=_("amendment"),
    )
    change = models.ForeignKey(
        PendingChange,
        models.PROTECT,
        null=True,
        related_name="plan_changes",
        verbose_name=_("change"),
    )
    model = models.CharField(_("kind"), max_length=40)
    commitment = models.ForeignKey(
        Commitment,
        models.PROTECT,
        null=True,
        related_name="plan_changes",
        verbose_name=_("commitment"),
    )
    activity = models.ForeignKey(
        Activity,
        models.PROTECT,
        null=True,
        related_name="plan_changes",
        verbose_name=_("activity"),
    )
    name = models.CharField(_("record"), max_length=500, blank=True)
    field = models.CharField(_("what changes"), max_length=60)
    old_value = models.TextField(_("old value"), blank=True)
    new_value = models.TextField(_("new value"), blank=True)
    old_plain = models.CharField(max_length=200, blank=True, default="")
    decided_on = models.DateField(_("decided on"))
    kind = models.CharField(
        max_length=20, choices=Amendment.Kind, blank=True, default="", db_default=""
    )

    fields = DeclaredFields(
        *public("plan", "amendment", "kind", "model", "commitment", "activity"),
        *bilingual("name"),
        *public("field"),
        *bilingual("old_value", "new_value"),
        *public("decided_on"),
        *internal("change", "old_plain"),
    )

    class Meta:
        ordering = ["plan", "-decided_on", "pk"]
        verbose_name = _("change of the plan")
        verbose_name_plural = _("changes of the plan")
        default_permissions = []
        constraints = [
            models.CheckConstraint(
                name="planchange_is_about_one_record",
                condition=Q(commitment__isnull=True) | Q(activity__isnull=True),
            ),
        ]

    def __str__(self):
        return f"{self.name}: {self.field}"

    @property
    def decision_key(self):
        """Ids of its amendment and its change; equal for what was decided together."""
        return self.amendment_id, self.change_id

    @property
    def kind_source(self):
        """This row if its amendment has several kinds, else the amendment."""
        amendment = self.amendment
        is_mixed = amendment and amendment.kind == Amendment.Kind.SEVERAL
        return self if is_mixed else amendment

    @property
    def changes_plan_itself(self):
        """Whether the plan itself changed, and not only the record of it."""
        kinds = Amendment.KINDS_WITHOUT_ACT.values()
        return self.amendment is not None and self.amendment.kind not in kinds

    @property
    def protected(self):
        """Names of the values that the public may not read."""
        activity = self.activity
        if self.field == "baseline_value":
            # It may count people: the indicator's page shows it where it may.
            return ("old_value", "new_value")
        if self.field != "quantity" or not (activity and activity.counts_victims):
            return ()
        # "12,000" is read as 12. This can hide a large number, but it never shows a
        # small one.
        return tuple(
            name
            for name in ("old_value", "new_value")
            if not is_printed(activity, _first_digits(getattr(self, f"{name}_es")))
        )

    @property
    def adds_record(self):
        return self.field == self.model

    @property
    def removes_record(self):
        return self.field == self.REMOVED
