"""Requests of agencies: activities in or outside the plan, and reopened rounds."""

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, override

from agencies import audit, decisions
from agencies.access import RefusedError
from agencies.mail import mail_person, mail_proposer
from agencies.models import Agency
from agencies.stand_ins import reviewers
from strategic_areas.models import (
    PUBLIC_STATUSES,
    Activity,
    ActivityProposal,
    Amendment,
    Plan,
    Provenance,
    RevisionStatus,
    RoundReopening,
)
from strategic_areas.rounds import desk_url
from strategic_areas.workflow.changes import CHANGE_STEPS, propose
from strategic_areas.workflow.plain_values import proposed_records
from strategic_areas.workflow.steps import create_draft
from strategic_areas.workflow.transitions import GuardedSteps, must, require_may_report

#: Statuses about which the proposer gets a mail.
NOTIFIED_STATUSES = {
    decisions.DecisionStatus.APPROVED,
    decisions.DecisionStatus.DECLINED,
}


class ProposalSteps(GuardedSteps):
    """
    A reviewer declines a proposal, or accepts it by proposing an amendment.

    The proposal is approved with that amendment, by another reviewer.
    """

    model = ActivityProposal

    def objection(self, user, proposal):
        if proposal.change and proposal.change.is_waiting:
            return _("The amendment that takes it in waits for approval.")
        return ""

    @transaction.atomic
    def accept(self, proposal, *, by, code, act, deciding_act, decided_on, **victims):
        """
        Propose the amendment that adds the activity, and return that change.

        ``act``, ``deciding_act`` and ``decided_on`` are the act's kind, number and day;
        ``victims`` states whether the activity counts or reaches victims. Refused for a
        code in use, or a plan that ended.
        """
        proposal = ActivityProposal.objects.select_for_update().get(pk=proposal.pk)
        if objection := self.why_not(by, proposal):
            raise RefusedError(objection)
        must(
            proposal.is_waiting,
            _("%(proposal)s: this was decided already."),
            proposal=proposal,
        )
        must(
            proposal.plan.status != Plan.Status.ENDED,
            _("%(plan)s has ended: it takes no activity any more."),
            plan=proposal.plan,
        )
        amendment = Amendment(
            plan=proposal.plan,
            act=act,
            deciding_act_es=deciding_act,
            decided_on=decided_on,
            reason_es=proposal.why,
        )
        activity = _activity(proposal, code, victims)
        with override("es"):
            change = propose(activity, by=by, amendment=amendment)
        ActivityProposal.objects.filter(pk=proposal.pk).update(change=change)
        return change

    def apply(self, proposal, by, *, activity):
        ActivityProposal.objects.filter(pk=proposal.pk).update(activity=activity)

    def on_end(self, proposal):
        if proposal.status in NOTIFIED_STATUSES:
            address = desk_url("sheet", proposal.plan, proposal.agency)
            mail_proposer(
                proposal,
                "proposal",
                about=gettext_lazy("Proposed activity"),
                address=f"{address}#propuestas",
            )

    def facts(self, proposal):
        return {"agency": proposal.agency}


PROPOSAL_STEPS = ProposalSteps()


def _approve_proposal(change, records_by_place, by):
    for proposal in ActivityProposal.objects.filter(change=change):
        if not proposal.is_waiting:
            raise decisions.OutdatedError
        (activity,) = records_by_place.values()
        PROPOSAL_STEPS.approve(proposal, by=by, activity=activity)


CHANGE_STEPS.after_apply.append(_approve_proposal)


@transaction.atomic
def propose_activity(proposal, *, by):
    """Store an agency's proposal; a form posted twice makes one proposal."""
    require_may_report(by, proposal)
    Agency.objects.select_for_update().get(pk=proposal.agency_id)
    earlier = ActivityProposal.objects.waiting().filter(
        agency=proposal.agency_id,
        commitment=proposal.commitment_id,
        title=proposal.title,
    )
    return earlier.first() or PROPOSAL_STEPS.propose(proposal, by=by)


@transaction.atomic
def request_reopening(reopening, *, by):
    reopening.by = by
    change = propose(reopening, by=by)
    for person in reviewers().exclude(email=""):
        mail_person(
            person,
            "reopening",
            gettext_lazy("%(agency)s asks to open a round again"),
            facts={"agency": reopening.agency.acronym},
            key=f"reopening:{change.pk}:{person.pk}",
            reopening=reopening,
            person=by.get_full_name() or by.get_username(),
            address=settings.SITE_URL + reverse("admin:approval", args=[change.pk]),
        )
    return change


def _notify_about_reopening(change):
    is_reopening = change.records.all()[0].model is RoundReopening
    if not is_reopening or change.status not in NOTIFIED_STATUSES:
        return
    ((_part, reopening),) = proposed_records(change)
    if change.status == decisions.DecisionStatus.APPROVED:
        audit.record_event(
            audit.Event.ROUND_REOPENED,
            actor=change.decided_by,
            obj=reopening.period,
            agency=reopening.agency,
            until=reopening.until,
        )
    path = reverse("admin:sheet", args=[reopening.period_id, reopening.agency.slug])
    mail_proposer(
        change,
        "reopened",
        about=gettext_lazy("Request to open a round again"),
        address=settings.SITE_URL + path,
        reopening=reopening,
    )


CHANGE_STEPS.after_decision.append(_notify_about_reopening)


def _activity(proposal, code, victims):
    return Activity(
        plan=proposal.plan,
        commitment=proposal.commitment,
        agency=proposal.agency,
        code=code,
        title_es=proposal.title,
        kind=proposal.kind,
        starts_on=proposal.starts_on,
        due_on=proposal.due_on,
        provenance=Provenance.PLAN,
        **victims,
    )


@transaction.atomic
def report_off_plan(activity, update, *, by):
    """
    Store an activity outside the plan with its first draft, and return the draft.

    An earlier draft with the same name, commitment and round is returned instead.
    """
    Agency.objects.select_for_update().get(pk=activity.agency_id)
    update.activity, update.agency = activity, activity.agency
    require_may_report(by, update)
    if earlier := _earlier_draft(activity, update.period):
        return earlier
    activity.is_in_plan = False
    activity.code = _next_code(activity)
    activity.provenance = (
        Provenance.DEMONSTRATION
        if update.period.is_demonstration
        else Provenance.REPORTED
    )
    activity._history_user = by
    activity.save()
    update.activity = activity
    return create_draft(update, by=by)


@transaction.atomic
def edit_off_plan(activity, *, by):
    """
    Change name or commitment of an activity outside the plan.

    Refused once a report on it was published or waits for review.
    """
    stored = Activity.objects.off_plan().select_for_update().get(pk=activity.pk)
    require_may_report(by, stored.updates.order_by("pk").first())
    submitted = stored.updates.filter(
        status__in=[*PUBLIC_STATUSES, RevisionStatus.SUBMITTED]
    )
    must(
        not submitted.exists(),
        _("%(record)s was sent already and keeps its name."),
        record=stored,
    )
    activity._history_user = by
    activity.save()
    stored.updates.update(changed_at=timezone.now())
    for each in stored.updates.all():
        each.contributors.add(by)


def _earlier_draft(activity, period):
    activities = Activity.objects.off_plan().filter(
        agency=activity.agency_id,
        commitment=activity.commitment_id,
        title_es=activity.title_es,
    )
    stored = activities.filter(updates__period=period).first()
    return stored and stored.updates.filter(period=period).order_by("-revision").first()


def _next_code(activity):
    stem = f"{Activity.OFF_PLAN}{activity.agency.acronym}-".replace("/", "-")
    activities = Activity.objects.filter(
        plan=activity.commitment.plan_id, code__startswith=stem
    )
    numbers = [
        code.removeprefix(stem) for code in activities.values_list("code", flat=True)
    ]
    return f"{stem}{max([0, *(int(n) for n in numbers if n.isdecimal())]) + 1}"
