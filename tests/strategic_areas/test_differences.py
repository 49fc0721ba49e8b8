"""A page of a past day says what differs between then and today."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from strategic_areas.addresses import address
from strategic_areas.queries.plan import board, differences, past
from tests import factories
from tests.public_site import MOST_QUERIES

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture
def plan():
    """A plan with two years on record, of which pages can tell as of the first."""
    plan = factories.make_plan(starts_on=date(2022, 1, 1), ends_on=date(2030, 12, 31))
    plan.then, plan.later = (
        factories.make_period(
            plan=plan, starts_on=date(year, 1, 1), ends_on=date(year, 12, 31)
        )
        for year in (2022, 2023)
    )
    return plan


def line(plan, *executions, **fields):
    """A commitment with one account for each year of ``executions``."""
    commitment = factories.make_commitment(plan=plan, **fields)
    activity = factories.make_activity(commitment=commitment)
    for period, execution in zip((plan.then, plan.later), executions, strict=False):
        factories.make_record_update(
            activity=activity, period=period, execution=execution
        )
    return commitment


def since(plan, about=None):
    today = timezone.localdate()
    then = board.load(past.plan_as_of(plan.code, plan.then.code, today), today)
    return differences.since(then, about)


def test_it_tells_what_changed_what_is_new_and_what_stayed(plan):
    moved = line(plan, "not_started", "in_progress")
    line(plan, "in_progress", "in_progress")
    new = line(plan, "in_progress")
    factories.make_amendment(
        commitment=new, field="commitment", decided_on=date(2023, 5, 1)
    )

    found = since(plan)

    assert {each.commitment: str(each.kind) for each in found.rows} == {
        moved: "changed",
        new: "new",
    }
    assert (found.compared, found.changed, found.new, found.gone) == (3, 1, 1, 0)


def test_of_reconstructed_work_it_compares_records(plan):
    told = line(plan, "in_progress", "completed", provenance="reconstructed")
    line(plan, "in_progress", provenance="reconstructed")

    assert [each.commitment for each in since(plan).rows] == [told]


def test_a_page_of_a_part_tells_of_that_part_alone(client, plan):
    own = line(plan, "not_started", "in_progress")
    line(plan, "not_started", "in_progress")
    pages = [
        ("agency", plan.code, own.lead.slug),
        ("area", plan.code, own.programme.area.slug_es),
    ]

    for name, *words in pages:
        response = client.get(
            address(name, *words, language="es"), {"at": plan.then.code}
        )
        found = response.context["differences"]
        assert [each.commitment for each in found.rows] == [own]


@pytest.mark.sqlite
@pytest.mark.parametrize("name", ["plan", "commitments", "agencies", "areas"])
def test_every_page_of_the_past_says_then_and_now(client, plan, name):
    line(plan, "not_started", "in_progress")

    html = client.get(
        address(name, plan.code, language="en"), {"at": plan.then.code}
    ).content.decode()
    today = client.get(address(name, plan.code, language="en")).content.decode()

    (told,) = re.findall(r'<ul class="differences">(.*?)</div>', html, re.DOTALL)
    assert re.search(r"Not begun.*→.*In progress", told, re.DOTALL)
    assert 'class="differences"' not in today


@pytest.mark.sqlite
def test_it_takes_as_many_queries_for_many_commitments(client, plan):
    def asked():
        path = address("agencies", plan.code, language="es")
        with CaptureQueriesContext(connection) as queries:
            client.get(path, {"at": plan.then.code})
        return len(queries)

    line(plan, "not_started", "in_progress")
    one = asked()
    for _ in range(5):
        line(plan, "not_started", "in_progress")

    assert asked() == one <= MOST_QUERIES
