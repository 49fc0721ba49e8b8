"""A decision of each kind that waits, who proposes it and who decides on it."""

from django.contrib.auth.models import Group

from agencies.access import Role
from strategic_areas.datasets import editions
from strategic_areas.desk.changes import decisions
from strategic_areas.figures.reporting import VALUES
from tests.factories import (
    make_account_change,
    make_activity,
    make_administrator,
    make_agency,
    make_change,
    make_commitment,
    make_edition_proposal,
    make_factor_reset,
    make_indicator,
    make_mandate,
    make_proposal,
    make_purge,
    make_reported_value,
    make_reviewer,
    make_stand_in,
    make_takedown,
)


def make_proposal_by(by):
    """An activity that a reviewer proposed who reports for an agency besides."""
    commitment = make_commitment()
    by.groups.add(Group.objects.get(name=Role.FOCAL_POINT))
    make_mandate(user=by, agency=commitment.lead)
    return make_proposal(commitment=commitment, by=by)


def taken_in(proposal):
    """The activity that an amendment made of it."""
    return {"activity": make_activity(commitment=proposal.commitment)}


def read_by(proposal):
    """The seal of what a proposed edition tells now."""
    return {"seen": editions.seal(editions.told_by(proposal))}


def make_value_by(by):
    """A value that a reviewer hands in who reports for an agency besides."""
    indicator = make_indicator(agency=make_agency())
    by.groups.add(Group.objects.get(name=Role.FOCAL_POINT))
    make_mandate(user=by, agency=indicator.agency)
    return make_reported_value(indicator=indicator, by=by)


#: Model → how such a decision is proposed, who decides on it, what approving asks for.
KINDS = {
    "PendingChange": (make_change, make_reviewer, {}),
    "ActivityProposal": (make_proposal_by, make_reviewer, taken_in),
    "ReportedValue": (make_value_by, make_reviewer, {}),
    "EditionProposal": (make_edition_proposal, make_reviewer, read_by),
    "Purge": (make_purge, make_administrator, {}),
    "Takedown": (make_takedown, make_reviewer, {}),
    "FactorReset": (make_factor_reset, make_administrator, {}),
    "AccountChange": (make_account_change, make_reviewer, {}),
    "StandIn": (make_stand_in, make_reviewer, {}),
}

#: The steps of every kind: of values of indicators too, which the review lists.
STEPS = (*decisions.KINDS, VALUES)


class Case:
    """A decision of one kind that waits, who proposed it, and another who decides."""

    def __init__(self, steps):
        make, make_person, how = KINDS[steps.model.__name__]
        self.steps = steps
        self.proposer, self.other = make_person(), make_person()
        self.decision = make(by=self.proposer)
        self.how = how(self.decision) if callable(how) else how

    def stored(self):
        return self.steps.model.objects.get(pk=self.decision.pk)

    def approve(self, by=None):
        return self.steps.approve(self.decision, by=by or self.other, **self.how)
