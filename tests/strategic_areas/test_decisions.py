"""What is the same for every kind of decision: two people, one decision, one entry."""

from copy import copy
from functools import partial

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils import timezone

from agencies.access import RefusedError
from agencies.audit import AuditEntry
from agencies.decisions import Decision, DecisionStatus, OutdatedError
from strategic_areas.desk.changes import decisions
from strategic_areas.desk.review import review_queue
from strategic_areas.figures.submission import VALUE_STEPS
from strategic_areas.models import Takedown
from strategic_areas.models.measurements import ReportedValue
from tests import make
from tests.strategic_areas.decision_cases import STEPS, Case
from tests.strategic_areas.refusing import is_refused

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(scope="module", params=STEPS, ids=lambda steps: steps.model.__name__)
def made(request, lasting):
    """A decision of each kind, made once: what a test does to it is rolled back."""
    with transaction.atomic():
        yield Case(request.param)
        transaction.set_rollback(True)


@pytest.fixture
def case(made, db):
    case = copy(made)
    case.decision = case.stored()
    return case


@pytest.mark.sqlite
def test_every_kind_of_decision_stands_in_the_one_list():
    kinds = {model for model in apps.get_models() if issubclass(model, Decision)}

    reviewed = kinds & set(review_queue.SLUG_BY_MODEL)

    assert reviewed == {ReportedValue}
    assert {steps.model for steps in decisions.DECISION_PAGES} == kinds - reviewed
    assert {steps.model for steps in STEPS} == kinds


def test_another_person_approves(case):
    decided = case.approve()

    assert (decided.status, decided.decided_by) == (DecisionStatus.APPROVED, case.other)
    assert case.stored().status == DecisionStatus.APPROVED


def test_nobody_decides_what_they_proposed(case):
    steps, decision, own = case.steps, case.decision, {"by": case.proposer}
    taken = []
    for name, step in {
        "approve": lambda: case.approve(**own),
        "decline": lambda: steps.decline(decision, reason="No.", **own),
        "take back": lambda: steps.take_back(decision, by=case.other),
    }.items():
        try:
            step()
        except RefusedError:
            continue
        taken.append(name)

    assert taken == []
    assert case.stored().is_waiting


def test_the_database_itself_wants_two_people(case):
    rows = case.steps.model.objects.filter(pk=case.decision.pk)
    told = {"decided_by": case.proposer, "decided_at": timezone.now()}

    for status in ("applying", "declined"):
        assert is_refused(partial(rows.update, status=status, **told)), status

    assert case.stored().is_waiting


def test_the_database_itself_keeps_who_proposed_it_and_when(case):
    rows = case.steps.model.objects.filter(pk=case.decision.pk)

    for changed in ({"proposed_at": timezone.now()}, {"proposed_by": case.other}):
        assert is_refused(partial(rows.update, **changed)), changed

    assert case.stored().proposed_by == case.proposer


def test_the_database_itself_keeps_a_decision(case):
    case.steps.decline(case.decision, by=case.other, reason="No.")
    rows = case.steps.model.objects.filter(pk=case.decision.pk)

    for changed in (
        {"status": "approved"},
        {"status": "pending", "decided_by": None, "decided_at": None},
        {"decided_at": timezone.now()},
    ):
        assert is_refused(partial(rows.update, **changed)), changed
    assert is_refused(rows.delete)

    assert case.stored().status == DecisionStatus.DECLINED


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
        (events[DecisionStatus.PENDING], case.proposer.pk),
        (events[decided.status], decided.decided_by_id),
    ]


def test_what_cannot_be_applied_is_outdated_and_leaves_nothing(case, monkeypatch):
    def apply(decision, by, **how):
        make.reviewer(username="made.meanwhile")
        raise OutdatedError

    monkeypatch.setattr(case.steps, "apply", apply)

    decided = case.approve()

    assert (decided.status, decided.decided_by) == (DecisionStatus.OUTDATED, case.other)
    assert not type(case.other).objects.filter(username="made.meanwhile").exists()
    assert (
        AuditEntry.objects.latest("pk").event
        == case.steps.events[DecisionStatus.OUTDATED]
    )


def test_what_is_refused_while_it_is_applied_goes_on_waiting(case, monkeypatch):
    def apply(decision, by, **how):
        make.reviewer(username="made.meanwhile")
        raise RefusedError("Not now.")

    monkeypatch.setattr(case.steps, "apply", apply)

    with pytest.raises(RefusedError):
        case.approve()

    assert case.stored().is_waiting
    assert case.decision.is_waiting
    assert not type(case.other).objects.filter(username="made.meanwhile").exists()


@pytest.mark.sqlite
def test_the_list_tells_who_may_decide_and_whose_it_is(case):
    listed = [
        (each.decision, bool(each.why_not))
        for user in (case.proposer, case.other)
        for each in decisions.queued_decisions(user)
    ]

    # Values wait in the queue of the review instead.
    told = (
        []
        if case.steps is VALUE_STEPS
        else [(case.decision, True), (case.decision, False)]
    )
    assert listed == told
