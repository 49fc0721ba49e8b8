"""
Proposals that another person decides on: the abstract model and its steps.

A kind of decision inherits ``Decision`` (what is proposed) and ``DecisionSteps`` (who
may decide, and what applying it does).
"""

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from agencies import access, audit
from agencies.access import RefusedError
from agencies.fields import DeclaredFields, internal, notes


class OutdatedError(Exception):
    """The proposal cannot be applied any more; raised by ``DecisionSteps.apply``."""


class DecisionStatus(models.TextChoices):
    """``APPLYING`` exists only inside the applying transaction; triggers read it."""

    PENDING = "pending", _("Waits for approval")
    APPLYING = "applying", _("Being carried out")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    TAKEN_BACK = "taken_back", _("Taken back")
    OUTDATED = "outdated", _("Overtaken by another change")


def status_field(**labels):
    """``labels`` maps values to labels that replace the usual ones."""
    return models.CharField(
        _("status"),
        max_length=10,
        choices=[
            (each.value, labels.get(each.value, each.label)) for each in DecisionStatus
        ],
        default=DecisionStatus.PENDING,
    )


class DecisionQuerySet(models.QuerySet):
    def waiting(self):
        """Undecided proposals, oldest first."""
        return self.filter(status=DecisionStatus.PENDING).order_by("proposed_at", "pk")

    def visible_to(self, user):
        raise NotImplementedError


class PersonDecisionQuerySet(DecisionQuerySet):
    def visible_to(self, user):
        may_see = access.is_reviewer(user) or access.is_administrator(user)
        return self.select_related("user") if may_see else self.none()


class Decision(models.Model):
    """
    A proposal and its decision. ``reason`` says why it was declined or returned, not
    why it was proposed.
    """

    Status = DecisionStatus
    #: Triggers find the kinds by this attribute.
    is_decided_once = True
    #: Column that only a purge may change → the value that the purge writes.
    blanks = {"reason": ""}
    is_hideable = False

    status = status_field()
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    proposed_at = models.DateTimeField(_("proposed"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    fields = DeclaredFields(
        *internal("status", "proposed_by", "proposed_at"),
        *internal("decided_by", "decided_at"),
        *notes("reason"),
    )

    class Meta:
        abstract = True
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="%(class)s_decided_by_another_person",
                condition=Q(status__in=["pending", "outdated"])
                | Q(status="taken_back", decided_by=F("proposed_by"))
                | Q(status__in=["applying", "approved", "declined"])
                & ~Q(decided_by=F("proposed_by")),
                violation_error_message=_("Nobody decides what they proposed."),
            ),
            models.CheckConstraint(
                name="%(class)s_decision_names_who_and_when",
                condition=Q(
                    status="pending", decided_by__isnull=True, decided_at__isnull=True
                )
                | ~Q(status="pending")
                & Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
        ]

    @property
    def is_waiting(self):
        return self.status == DecisionStatus.PENDING


class DecisionSteps:
    """
    The steps of one kind of decision: propose, approve, decline, take back.

    Each step is one transaction with one guarded UPDATE, so that only one of two
    concurrent decisions succeeds, and writes one audit entry. A step that is not
    possible raises ``RefusedError`` and changes nothing.
    """

    model = None
    #: Audit events by the resulting status.
    events = {
        DecisionStatus.PENDING: audit.Event.APPROVAL_ASKED,
        DecisionStatus.APPROVED: audit.Event.APPROVAL_GIVEN,
        DecisionStatus.DECLINED: audit.Event.APPROVAL_REFUSED,
        DecisionStatus.TAKEN_BACK: audit.Event.APPROVAL_WITHDRAWN,
        DecisionStatus.OUTDATED: audit.Event.APPROVAL_OUTDATED,
    }
    #: Whether declining needs a reason.
    needs_reason = True
    #: Column → the value that it gets once the proposal is decided.
    cleared_columns = {}

    def may_decide(self, user):
        raise NotImplementedError

    def require_decider(self, user):
        """Raise ``Http404`` for everybody who does not decide on this kind."""
        if not self.may_decide(user):
            raise Http404

    def objection(self, user, decision):
        """Why this kind of decision refuses the user, or ""."""
        return ""

    def store(self, decision, **related):
        """Save the proposal; ``related`` are its rows in other tables, if any."""
        decision.save()

    def apply(self, decision, by, **choices):
        """
        Carry out the proposal; may return facts for the audit record.

        ``choices`` are what the approver chose in the form. ``OutdatedError`` rolls
        back and ends the proposal; ``RefusedError`` rolls back and leaves it pending.
        """
        raise NotImplementedError

    def on_end(self, decision):
        """Hook that runs after any decision."""

    def subject(self, decision):
        return decision

    def facts(self, decision):
        """Facts for the audit record: codes and numbers, no texts."""
        return {}

    def why_not(self, user, decision):
        """Why the user may not decide on the proposal, or ""."""
        if not self.may_decide(user):
            return gettext("You do not decide on this.")
        if decision.proposed_by_id == user.pk:
            return gettext("You proposed it: another person decides.")
        if decision.proposed_by_id in user.unconfirmed_invitees:
            return gettext(
                "You invited who proposed it, and nobody else has confirmed that they "
                "know this person: another one decides."
            )
        if decision.proposed_by_id in user.possibly_same_person_ids:
            return gettext(
                "Nobody has confirmed yet that you and who proposed it are two people: "
                "another person decides."
            )
        return self.objection(user, decision)

    def why_not_decline(self, user, decision):
        return self.why_not(user, decision)

    def waiting_for(self, user):
        rows = self.model.objects.waiting()
        return rows.visible_to(user) if self.may_decide(user) else rows.none()

    @transaction.atomic
    def propose(self, decision, *, by, **related):
        decision.status = DecisionStatus.PENDING
        decision.proposed_by, decision.proposed_at = by, timezone.now()
        self.store(decision, **related)
        self._record(decision, by)
        return decision

    @transaction.atomic
    def approve(self, decision, *, by, **choices):
        _refuse_if(self.why_not(by, decision))
        claimed = self._claim(decision, DecisionStatus.APPLYING, by)
        try:
            with transaction.atomic():
                facts = self.apply(claimed, by, **choices) or {}
            status = DecisionStatus.APPROVED
        except OutdatedError:
            status, facts = DecisionStatus.OUTDATED, {}
        rows = self.model.objects.filter(pk=claimed.pk, status=DecisionStatus.APPLYING)
        rows.update(status=status, **self.cleared_columns)
        return self._end(decision, by, **facts)

    @transaction.atomic
    def decline(self, decision, *, by, reason=""):
        _refuse_if(self.why_not_decline(by, decision))
        if self.needs_reason and not reason.strip():
            raise RefusedError(
                gettext("%(record)s: state the reason.") % {"record": decision}
            )
        return self._close(decision, DecisionStatus.DECLINED, by, reason=reason.strip())

    @transaction.atomic
    def take_back(self, decision, *, by):
        if decision.proposed_by_id != by.pk:
            raise RefusedError(
                gettext("%(record)s: only who proposed it takes it back.")
                % {"record": decision}
            )
        return self._close(decision, DecisionStatus.TAKEN_BACK, by)

    def drop(self, decision, *, by):
        """Take the proposal back if it is the user's own; otherwise decline it."""
        if decision.proposed_by_id == by.pk:
            return self.take_back(decision, by=by)
        return self.decline(decision, by=by)

    @transaction.atomic
    def overtake(self, decision, *, by):
        """End a pending proposal because an action of ``by`` made it obsolete."""
        return self._close(decision, DecisionStatus.OUTDATED, by)

    def _close(self, decision, status, by, **columns):
        self._claim(decision, status, by, **columns, **self.cleared_columns)
        return self._end(decision, by)

    def _claim(self, decision, status, by, **columns):
        """The decision with its new status, if nobody else has decided on it yet."""
        rows = self.model.objects.filter(pk=decision.pk)
        if not rows.filter(status=DecisionStatus.PENDING).update(
            status=status, decided_by=by, decided_at=timezone.now(), **columns
        ):
            stored = rows.get()
            raise RefusedError(
                gettext(
                    "%(record)s: somebody has decided on this already (%(status)s)."
                )
                % {"record": stored, "status": stored.get_status_display().lower()}
            )
        return rows.get()

    def _end(self, decision, by, **facts):
        decision.refresh_from_db()
        self.on_end(decision)
        self._record(decision, by, **facts)
        return decision

    def _record(self, decision, by, **facts):
        audit.record_event(
            self.events[decision.status],
            actor=by,
            obj=self.subject(decision),
            **self.facts(decision),
            **facts,
        )


class PersonSteps(DecisionSteps):
    """
    Steps of a decision about an account, its ``user``.

    Not allowed to decide are the user, the only person who has confirmed to know the
    user, and anybody whom only one person has confirmed to know.
    """

    def may_decide(self, user):
        return access.is_reviewer(user) or access.is_administrator(user)

    def objection(self, user, decision):
        if decision.user_id == user.pk:
            return gettext("Another person must confirm this.")
        if user.is_unconfirmed:
            return gettext(
                "Nobody but who invited you has confirmed yet that they know you: "
                "another person confirms this."
            )
        if decision.user_id in user.unconfirmed_invitees:
            return gettext(
                "You invited this person: another one confirms that they know them."
            )
        return ""


def _refuse_if(reason):
    if reason:
        raise RefusedError(reason)
