"""An agency proposes an activity; the secretariat puts it in the plan, or declines."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from agencies import audit
from agencies.mail import queue_mail
from agencies.models import Agency
from strategic_areas.models import (
    Activity,
    ActivityProposal,
    Amendment,
    DueProvenance,
    Provenance,
)
from strategic_areas.workflow.authority import (
    may_review,
    must_report,
    must_review,
    must_say_why,
)
from strategic_areas.workflow.moves import TransitionError

Status = ActivityProposal.Status
#: What an amendment that brings an activity says it changes.
ADDED = "activity"


@transaction.atomic
def propose_activity(proposal, *, by):
    """
    Store an unsaved proposal of the agency's and return it.

    A press that comes twice makes one: while the same words wait, they are returned.
    """
    must_report(by, proposal)
    Agency.objects.select_for_update().get(pk=proposal.agency_id)
    same = ActivityProposal.objects.waiting().filter(
        agency=proposal.agency_id,
        commitment=proposal.commitment_id,
        title=proposal.title,
    )
    if told := same.first():
        return told
    proposal.status = Status.PENDING
    proposal.proposed_by, proposal.proposed_at = by, timezone.now()
    proposal.save()
    _record(audit.Event.APPROVAL_ASKED, proposal, by)
    return proposal


@transaction.atomic
def decline_activity(proposal, *, by, reason):
    """Refuse a proposal; the agency reads the reason, which is required."""
    must_review(by, proposal)
    must_say_why(proposal, reason)
    _decide(proposal, by, status=Status.DECLINED, decision_reason=reason.strip())
    _record(audit.Event.APPROVAL_REFUSED, proposal, by)
    _tell(proposal)


@transaction.atomic
def accept_activity(proposal, *, by, code, deciding_act, decided_on):
    """
    Make the proposed activity the plan's by an approved amendment, and return it.

    ``deciding_act`` is what decided the change, on the day ``decided_on``. All of it
    or nothing: a code that the plan has already is refused.
    """
    must_review(by, proposal)
    _must_be_free(proposal, by)
    activity = _activity(proposal, code)
    activity._history_user = by
    activity.save()
    _decide(proposal, by, status=Status.ACCEPTED, activity=activity)
    amendment = Amendment.objects.create(
        plan=proposal.plan,
        activity=activity,
        field=ADDED,
        new_value_es=proposal.title,
        reason_es=proposal.why,
        deciding_act_es=deciding_act,
        decided_on=decided_on,
        proposed_by=proposal.proposed_by,
        approved_by=by,
        approved_at=proposal.decided_at,
    )
    _record(audit.Event.APPROVAL_GIVEN, proposal, by)
    _record(audit.Event.AMENDMENT_MADE, amendment, by, agency=proposal.agency)
    _tell(proposal)
    return activity


def may_decide(user, proposal):
    """A reviewer, on what waits and what she did not propose herself."""
    is_another = proposal.proposed_by_id != user.pk
    return proposal.is_waiting and is_another and may_review(user, proposal)


def _must_be_free(proposal, by):
    """Lock it; refuse what is decided already, and what one proposed oneself."""
    stored = ActivityProposal.objects.select_for_update().get(pk=proposal.pk)
    if not stored.is_waiting:
        raise TransitionError(
            _("%(record)s is decided already: %(status)s.")
            % {"record": stored, "status": stored.get_status_display().lower()}
        )
    if stored.proposed_by_id == by.pk:
        raise TransitionError(
            _("%(record)s: another person decides what you proposed.")
            % {"record": stored}
        )


def _decide(proposal, by, **stamp):
    """One guarded UPDATE, so that of two people who decide one wins."""
    waiting = ActivityProposal.objects.filter(pk=proposal.pk, status=Status.PENDING)
    free = waiting.exclude(proposed_by=by)
    if not free.update(decided_by=by, decided_at=timezone.now(), **stamp):
        _must_be_free(proposal, by)
    proposal.refresh_from_db()


def _activity(proposal, code):
    """The unsaved activity; refused in words where the plan cannot hold it."""
    activity = Activity(
        plan=proposal.plan,
        commitment=proposal.commitment,
        agency=proposal.agency,
        code=code,
        title_es=proposal.title,
        kind=proposal.kind,
        starts_on=proposal.starts_on,
        due_on=proposal.due_on,
        due_provenance=DueProvenance.AMENDMENT if proposal.due_on else "",
        provenance=Provenance.PLAN,
    )
    try:
        activity.clean_fields(exclude=["sort_code"])
        activity.clean()
        activity.validate_constraints()
    except ValidationError as error:
        raise TransitionError(" ".join(error.messages)) from error
    return activity


def _record(event, record, by, *, agency=None):
    """That it happened, and to which record; never what it says."""
    audit.record(event, actor=by, obj=record, agency=agency or record.agency)


def _tell(proposal):
    """Queue the decision for whoever proposed it, in her language."""
    person = proposal.proposed_by
    if not person.email:
        return
    with override(person.language):
        text = render_to_string("email/proposal.txt", {"proposal": proposal})
        subject = _("Proposed activity: %(status)s") % {
            "status": proposal.get_status_display().lower()
        }
    queue_mail(
        to=person.email,
        language=person.language,
        kind="proposal",
        subject=subject,
        text=text,
        key=f"proposal:{proposal.pk}",
    )
