"""A decision of each kind that waits, who proposes it and who decides on it."""

from django.contrib.auth.models import Group

from agencies.access import Role
from strategic_areas.datasets import editions
from strategic_areas.desk.changes import decisions
from strategic_areas.figures.submission import VALUE_STEPS
from tests import make


def make_proposal_by(by):
    commitment = make.commitment()
    by.groups.add(Group.objects.get(name=Role.FOCAL_POINT))
    make.mandate(user=by, agency=commitment.lead)
    return make.proposal(commitment=commitment, by=by)


def taken_in(proposal):
    return {"activity": make.activity(commitment=proposal.commitment)}


def read_by(proposal):
    """The digest of what a proposed edition tells now."""
    return {"seen": editions.digest_of(editions.snapshot_of_proposal(proposal))}


def make_value_by(by):
    indicator = make.indicator(agency=make.agency())
    by.groups.add(Group.objects.get(name=Role.FOCAL_POINT))
    make.mandate(user=by, agency=indicator.agency)
    return make.reported_value(indicator=indicator, by=by)


#: Model → how such a decision is proposed, who decides on it, what approving asks for.
KINDS = {
    "PendingChange": (make.change, make.reviewer, {}),
    "ActivityProposal": (make_proposal_by, make.reviewer, taken_in),
    "ReportedValue": (make_value_by, make.reviewer, {}),
    "EditionProposal": (make.edition_proposal, make.reviewer, read_by),
    "Purge": (make.purge, make.administrator, {}),
    "Takedown": (make.takedown, make.reviewer, {}),
    "FactorReset": (make.factor_reset, make.administrator, {}),
    "AccountChange": (make.account_change, make.reviewer, {}),
    "StandIn": (make.stand_in, make.reviewer, {}),
}

#: The steps of every kind: of values of indicators too, which the review lists.
STEPS = (*decisions.DECISION_PAGES, VALUE_STEPS)


class Case:
    """A decision of one kind that waits, who proposed it, and another who decides."""

    def __init__(self, steps):
        maker, make_person, how = KINDS[steps.model.__name__]
        self.steps = steps
        self.proposer, self.other = make_person(), make_person()
        self.decision = maker(by=self.proposer)
        self.how = how(self.decision) if callable(how) else how

    def stored(self):
        return self.steps.model.objects.get(pk=self.decision.pk)

    def approve(self, by=None):
        return self.steps.approve(self.decision, by=by or self.other, **self.how)
