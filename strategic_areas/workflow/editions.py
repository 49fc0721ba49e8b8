"""Editions that two people make: at any time, or to correct one."""

from django.utils.translation import gettext as _

from strategic_areas.datasets import editions
from strategic_areas.models import EditionProposal, ReportingPeriod
from strategic_areas.queries.pages.editions import edition_differences
from strategic_areas.queries.plan import plans
from strategic_areas.workflow.changes import CHANGES
from strategic_areas.workflow.guard import (
    GuardedSteps,
    must_be_clean,
    must_count_nobody,
    must_not_wait_for_purge,
)
from strategic_areas.workflow.plain_values import must_be_valid
from strategic_areas.workflow.transitions import may_review, must


class EditionSteps(GuardedSteps):
    """
    One reviewer proposes an edition with its reason, another approves it.

    It holds what is public at the approval, and a correction only the rows it names, if
    the seal of what the approver read is still ``seen``.
    """

    model = EditionProposal

    def may_decide(self, user):
        return may_review(user, EditionProposal)

    def store(self, proposal):
        must(self.may_decide(proposal.proposed_by), _("You do not decide on this."))
        must(
            proposal.corrects
            or not plans.plan_by_code(proposal.plan.code).is_reconstructed,
            _("A reconstruction has one edition: propose a correction of it."),
        )
        editions.snapshot_of_proposal(proposal)
        must_be_clean(EditionProposal, **edition_texts(proposal))
        must_count_nobody(proposal.plan, edition_texts(proposal), EditionProposal)
        must_be_valid(proposal, exclude=["named"])
        proposal.save()

    def apply(self, proposal, by, seen):
        must_not_wait_for_purge(proposal, edition_texts(proposal).values())
        editions.make_edition(proposal.plan, proposal=proposal, seen=seen)


EDITIONS = EditionSteps()


def correctable_rows(first):
    return edition_differences(first.plan, editions.latest_correction(first))


def edition_texts(proposal):
    names = proposal.fields.columns(bilingual=True)
    return {name: getattr(proposal, name) or "" for name in names}


def _close(change, made, by):
    if any(isinstance(each, ReportingPeriod) for each in made.values()):
        editions.make_due_editions()


CHANGES.after_apply.append(_close)
