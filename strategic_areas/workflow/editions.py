"""Editions that two people make: a new one at any time, or a correction of one."""

from django.utils.translation import gettext as _

from strategic_areas.datasets import editions
from strategic_areas.models import EditionProposal, ReportingPeriod
from strategic_areas.queries.pages.editions import edition_differences
from strategic_areas.queries.plan import plans
from strategic_areas.workflow.changes import CHANGE_STEPS
from strategic_areas.workflow.guard import (
    must_count_nobody,
    must_identify_nobody,
    must_not_be_in_pending_purge,
)
from strategic_areas.workflow.plain_values import must_be_valid
from strategic_areas.workflow.transitions import GuardedSteps, must


class EditionSteps(GuardedSteps):
    """
    One reviewer proposes an edition with its reason, another approves it.

    An edition contains what is public at the approval; a correction changes only the
    rows that it names. The approval is refused if the content has another digest than
    the one ``seen``.
    """

    model = EditionProposal

    def store(self, proposal):
        must(self.may_decide(proposal.proposed_by), _("You do not decide on this."))
        must(
            proposal.corrects
            or not plans.plan_by_code(proposal.plan.code).is_reconstructed,
            _("A reconstruction has one edition: propose a correction of it."),
        )
        # Refuses a correction that cannot be made.
        editions.snapshot_of_proposal(proposal)
        must_identify_nobody(EditionProposal, **edition_texts(proposal))
        must_count_nobody(proposal.plan, edition_texts(proposal), EditionProposal)
        # Without a correction "named" is empty, which validation would refuse.
        must_be_valid(proposal, exclude=["named"])
        proposal.save()

    def apply(self, proposal, by, seen):
        must_not_be_in_pending_purge(proposal, edition_texts(proposal).values())
        editions.make_edition(proposal.plan, proposal=proposal, seen=seen)


EDITION_STEPS = EditionSteps()


def correctable_differences(original):
    """The rows in which an edition, as last corrected, differs from today."""
    return edition_differences(original.plan, editions.latest_correction(original))


def edition_texts(proposal):
    names = proposal.fields.columns(bilingual=True)
    return {name: getattr(proposal, name) or "" for name in names}


def _make_editions_of_closed_rounds(change, records_by_place, by):
    if any(isinstance(each, ReportingPeriod) for each in records_by_place.values()):
        editions.make_due_editions()


CHANGE_STEPS.after_apply.append(_make_editions_of_closed_rounds)
