"""What is the same for every kind of decision: two people, one decision, one entry."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agencies.access import RefusedError, Role
from agencies.audit import AuditEntry
from agencies.decisions import Decision, Outdated, Status
from strategic_areas.desk.changes import decisions
from strategic_areas.models import Takedown
from tests.factories import (
    make_activity,
    make_administrator,
    make_agency,
    make_change,
    make_commitment,
    make_dispute,
    make_factor_reset,
    make_focal_point,
    make_indicator,
    make_mandate,
    make_proposal,
    make_purge,
    make_reported_value,
    make_reviewer,
    make_stand_in,
    make_takedown,
)

pytestmark = pytest.mark.django_db


#: What accepting an activity asks for.
ACT = {
    "code": "1.1.9",
    "act": "session",
    "deciding_act": "Acta CITIM 3-2026",
    "counts_victims": False,
    "reaches_victims": False,
    "decided_on": date(2026, 3, 1),
}


def make_proposal_by(by):
    """An activity that a reviewer proposed who reports for an agency besides."""
    commitment = make_commitment()
    by.groups.add(Group.objects.get(name=Role.FOCAL_POINT))
    make_mandate(user=by, agency=commitment.lead)
    return make_proposal(commitment=commitment, by=by)


def make_value_by(by):
    """A value that a reviewer hands in who reports for an agency besides."""
    indicator = make_indicator(agency=make_agency())
    by.groups.add(Group.objects.get(name=Role.FOCAL_POINT))
    make_mandate(user=by, agency=indicator.agency)
    return make_reported_value(indicator=indicator, by=by)


#: Model → how such a decision is proposed, who decides on it, what approving asks for.
KINDS = {
    "PendingChange": (make_change, make_reviewer, {}),
    "ActivityProposal": (make_proposal_by, make_reviewer, ACT),
    "ReportedValue": (make_value_by, make_reviewer, {}),
    "Purge": (make_purge, make_administrator, {}),
    "Takedown": (make_takedown, make_reviewer, {}),
    "FactorReset": (make_factor_reset, make_administrator, {}),
    "StandIn": (make_stand_in, make_reviewer, {}),
}


class Case:
    """A decision of one kind that waits, who proposed it, and another who decides."""

    def __init__(self, steps):
        make, make_person, self.how = KINDS[steps.model.__name__]
        self.steps = steps
        self.proposer, self.other = make_person(), make_person()
        self.decision = make(by=self.proposer)

    def stored(self):
        return self.steps.model.objects.get(pk=self.decision.pk)

    def approve(self, by=None):
        return self.steps.approve(self.decision, by=by or self.other, **self.how)


@pytest.fixture(params=decisions.KINDS, ids=lambda steps: steps.model.__name__)
def case(request):
    return Case(request.param)


def test_every_kind_of_decision_stands_in_the_one_list():
    kinds = {model for model in apps.get_models() if issubclass(model, Decision)}

    assert {steps.model for steps in decisions.KINDS} == kinds


def test_another_person_approves(case):
    decided = case.approve()

    assert (decided.status, decided.decided_by) == (Status.APPROVED, case.other)
    assert case.stored().status == Status.APPROVED


def test_nobody_decides_what_they_proposed(case):
    for step in (
        lambda: case.approve(by=case.proposer),
        lambda: case.steps.decline(case.decision, by=case.proposer, reason="No."),
        lambda: case.steps.take_back(case.decision, by=case.other),
    ):
        with pytest.raises(RefusedError):
            step()

    assert case.stored().is_waiting


@pytest.mark.parametrize("status", ["applying", "declined"])
def test_the_database_itself_wants_two_people(case, status):
    rows = case.steps.model.objects.filter(pk=case.decision.pk)
    told = {"status": status, "decided_at": timezone.now()}

    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(decided_by=case.proposer, **told)

    assert case.stored().is_waiting


def test_the_database_itself_keeps_who_proposed_it_and_when(case):
    rows = case.steps.model.objects.filter(pk=case.decision.pk)

    for changed in ({"proposed_at": timezone.now()}, {"proposed_by": case.other}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**changed)

    assert case.stored().proposed_by == case.proposer


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "approved"},
        {"status": "pending", "decided_by": None, "decided_at": None},
        {"decided_at": timezone.now()},
    ],
)
def test_the_database_itself_keeps_a_decision(case, changed):
    case.steps.decline(case.decision, by=case.other, reason="No.")
    rows = case.steps.model.objects.filter(pk=case.decision.pk)

    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**changed)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.delete()

    assert case.stored().status == Status.DECLINED


def test_the_database_itself_lets_nothing_be_approved_without_being_applied(case):
    rows = case.steps.model.objects.filter(pk=case.decision.pk)

    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(status="approved", decided_by=case.other, decided_at=timezone.now())

    assert case.stored().is_waiting


@pytest.mark.parametrize("step", ["approve", "decline", "take_back"])
def test_a_decision_is_taken_once_and_leaves_one_entry(case, step):
    if (case.steps.model, step) == (Takedown, "take_back"):
        return  # nobody restores alone what they hid

    def take():
        if step == "approve":
            return case.approve()
        if step == "decline":
            return case.steps.decline(case.decision, by=case.other, reason="No.")
        return case.steps.take_back(case.decision, by=case.proposer)

    decided = take()
    with pytest.raises(RefusedError):
        take()

    events = case.steps.events
    about = case.steps.subject(decided)
    entries = AuditEntry.objects.filter(
        object=f"{about._meta.label_lower}:{about.pk}", event__in=set(events.values())
    )
    assert list(entries.order_by("pk").values_list("event", "actor")) == [
        (events[Status.PENDING], case.proposer.pk),
        (events[decided.status], decided.decided_by_id),
    ]


def test_what_cannot_be_applied_any_more_is_outdated_and_leaves_nothing(
    case, monkeypatch
):
    def apply(decision, by, **how):
        make_reviewer(username="made.meanwhile")
        raise Outdated

    monkeypatch.setattr(case.steps, "apply", apply)

    decided = case.approve()

    assert (decided.status, decided.decided_by) == (Status.OUTDATED, case.other)
    assert not type(case.other).objects.filter(username="made.meanwhile").exists()
    assert AuditEntry.objects.latest("pk").event == case.steps.events[Status.OUTDATED]


def test_what_is_refused_while_it_is_applied_goes_on_waiting(case, monkeypatch):
    def apply(decision, by, **how):
        make_reviewer(username="made.meanwhile")
        raise RefusedError("Not now.")

    monkeypatch.setattr(case.steps, "apply", apply)

    with pytest.raises(RefusedError):
        case.approve()

    assert case.stored().is_waiting
    assert case.decision.is_waiting
    assert not type(case.other).objects.filter(username="made.meanwhile").exists()


def test_the_list_tells_who_may_decide_and_whose_it_is(case):
    (mine,) = decisions.to_decide(case.proposer)
    (hers,) = decisions.to_decide(case.other)

    assert (mine.decision, bool(mine.why_not)) == (case.decision, True)
    assert (hers.decision, hers.why_not) == (case.decision, "")


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("make_actor", "listed"),
    [
        (make_reviewer, ["PendingChange", "ActivityProposal", "Purge"]),
        (make_administrator, ["Purge", "FactorReset"]),
        (make_focal_point, []),
    ],
)
def test_the_page_lists_what_each_person_may_decide(client, make_actor, listed):
    for make in (make_change, make_proposal, make_purge, make_factor_reset):
        make()
    client.force_login(make_actor())

    page = client.get(reverse("admin:decisions"), follow=True)

    items = page.context.get("rows", page.context.get("decisions"))
    assert [type(each.decision).__name__ for each in items] == listed
    assert [each.address in page.content.decode() for each in items] == [True] * len(
        listed
    )


def test_the_longest_waiting_comes_first_whatever_its_kind():
    purge, change = make_purge(), make_change()

    (first, second) = decisions.to_decide(make_reviewer())

    assert (first.decision, second.decision) == (purge, change)


@pytest.mark.sqlite
def test_the_list_costs_the_same_at_any_length():
    person, costs = make_reviewer(), []
    person.groups.add(Group.objects.get(name=Role.ADMINISTRATOR))
    decisions.to_decide(person)  # what she may do is read once
    for number in (1, 9):
        for _ in range(number):
            for make in (
                *(make_change, make_proposal, make_purge, make_factor_reset),
                *(make_takedown, make_stand_in, make_reported_value),
            ):
                make()
            make_dispute(make_activity(provenance="press"))
        with CaptureQueriesContext(connection) as queries:
            listed = decisions.to_decide(person)
            [(str(each.decision), each.decision.proposed_by) for each in listed]
        costs.append((len(queries), len(listed)))

    assert costs == [(8, 8), (8, 80)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "steps", decisions.KINDS, ids=lambda steps: steps.model.__name__
)
def test_of_two_people_who_decide_at_once_one_wins(steps, open_record):
    case = Case(steps)
    third = KINDS[steps.model.__name__][1]()
    both_have_read = Barrier(2, timeout=30)

    def decide(person):
        try:
            decision = case.stored()
            both_have_read.wait()
            steps.approve(decision, by=person, **case.how)
        except RefusedError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        won = list(pool.map(decide, [case.other, third]))

    assert sorted(won) == [False, True]
    assert case.stored().decided_by == [case.other, third][won.index(True)]
    assert AuditEntry.objects.filter(event=steps.events[Status.APPROVED]).count() == 1
