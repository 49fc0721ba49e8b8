"""An agency proposes an activity; the secretariat puts it in the plan, or declines."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from agencies import audit
from agencies.access import RefusedError
from agencies.decisions import Status
from agencies.mail import queue_mail
from agencies.models import Agency
from strategic_areas.models import (
    Activity,
    ActivityProposal,
    Amendment,
    DueProvenance,
    Provenance,
)
from strategic_areas.workflow.authority import may_review, must_report
from strategic_areas.workflow.guard import GuardedSteps, must_be_clean

#: What an amendment that brings an activity says it changes.
ADDED = "activity"


class ProposalSteps(GuardedSteps):
    """Reviewers decide; what is approved becomes the plan's by an amendment."""

    model = ActivityProposal

    def decides(self, user):
        return may_review(user, ActivityProposal)

    def apply(self, proposal, by, *, code, deciding_act, decided_on):
        """
        Make the proposed activity the plan's by an approved amendment.

        ``deciding_act`` is what decided the change, on the day ``decided_on``. A code
        that the plan has already is refused.
        """
        must_be_clean(Activity, code=code, title_es=proposal.title)
        must_be_clean(Amendment, deciding_act_es=deciding_act, reason_es=proposal.why)
        activity = _activity(proposal, code)
        activity._history_user = by
        activity.save()
        ActivityProposal.objects.filter(pk=proposal.pk).update(activity=activity)
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
        audit.record(
            audit.Event.AMENDMENT_MADE,
            actor=by,
            obj=amendment,
            agency=proposal.agency,
        )

    def ended(self, proposal):
        if proposal.status in {Status.APPROVED, Status.DECLINED}:
            _tell(proposal)

    def facts(self, proposal):
        return {"agency": proposal.agency}


PROPOSALS = ProposalSteps()


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
    return same.first() or PROPOSALS.propose(proposal, by=by)


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
        raise RefusedError(" ".join(error.messages)) from error
    return activity


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
