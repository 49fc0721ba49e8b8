"""The list of all decisions that wait, and two people who decide at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.access import RefusedError, Role
from agencies.audit import AuditEntry
from agencies.decisions import DecisionStatus
from strategic_areas.desk.changes import decisions
from tests import make
from tests.strategic_areas.decision_cases import KINDS, STEPS, Case

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("make_actor", "listed"),
    [
        (make.reviewer, ["PendingChange", "ActivityProposal", "Purge"]),
        (make.administrator, ["Purge", "FactorReset"]),
        (make.focal_point, []),
    ],
)
def test_the_page_lists_what_each_person_may_decide(client, make_actor, listed):
    for maker in (make.change, make.proposal, make.purge, make.factor_reset):
        maker()
    client.force_login(make_actor())

    page = client.get(reverse("admin:index"))

    items = [row.items[0] for row in page.context["rows"]]
    assert [type(each.decision).__name__ for each in items] == listed
    assert [each.address in page.content.decode() for each in items] == [True] * len(
        listed
    )


def test_the_longest_waiting_comes_first_whatever_its_kind():
    purge, change = make.purge(), make.change()

    (first, second) = decisions.queued_decisions(make.reviewer())

    assert (first.decision, second.decision) == (purge, change)


@pytest.mark.sqlite
def test_the_list_costs_the_same_at_any_length():
    person, costs = make.reviewer(), []
    person.groups.add(Group.objects.get(name=Role.ADMINISTRATOR))
    # What she may do, and who she is, is read once.
    decisions.queued_decisions(person)
    assert (person.is_unconfirmed, person.unconfirmed_invitees) == (False, frozenset())
    for number in (1, 3):
        for _ in range(number):
            for maker in (
                *(make.change, make.proposal, make.purge, make.factor_reset),
                *(make.takedown, make.stand_in, make.account_change),
                make.edition_proposal,
            ):
                maker()
            make.dispute(make.activity(provenance="press"))
        with CaptureQueriesContext(connection) as queries:
            listed = decisions.queued_decisions(person)
            [(str(each.decision), each.decision.proposed_by) for each in listed]
        costs.append((len(queries), len(listed)))

    assert costs == [(9, 9), (9, 36)]


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_decide_at_once_one_wins(open_record):
    won = {steps: won_at_once(Case(steps)) for steps in STEPS}

    assert won == {steps: [False, True] for steps in STEPS}


def won_at_once(case):
    """
    Let two people approve at once; whether each succeeded, sorted.

    Checks that the winner alone is stored and noted.
    """
    steps = case.steps
    told = AuditEntry.objects.filter(event=steps.events[DecisionStatus.APPROVED])
    before, third = told.count(), KINDS[steps.model.__name__][1]()
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

    winner = [case.other, third][won.index(True)]
    assert (case.stored().decided_by, told.count() - before) == (winner, 1), steps
    return sorted(won)
