"""A plan is approved as two people read it: all of it, and what it has not."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.access import RefusedError
from strategic_areas import workflow
from strategic_areas.models import PendingChange, Plan
from strategic_areas.queries.plan.plans import choose_plan
from tests import make
from tests.make.plans import approve_plan, propose_plan

pytestmark = pytest.mark.django_db

TICKED = {"no_act": "on", "no_launch_date": "on", "plan_read": "on"}


@pytest.fixture
def plan():
    return make.plan(code="p", status="in_preparation")


def send_page():
    return reverse("admin:plan_approval", args=["p"])


def send(client, **typed):
    seen = client.get(send_page()).context["form"].initial["seen_digest"]
    return client.post(send_page(), {"send": "1", "seen_digest": seen, **typed})


def approval_page(change):
    return reverse("admin:approval", args=[change.pk])


def approve(client, change, **typed):
    (form, _decline) = client.get(approval_page(change)).context["step_forms"]
    posted = {"approve": "1", "seen_digest": form.initial["seen_digest"], **typed}
    return client.post(approval_page(change), posted)


def status(plan):
    return Plan.objects.get(pk=plan.pk).status


def test_both_read_the_tree_and_what_is_missing(client, plan, reviewer):
    commitment = make.commitment(
        plan=plan, code="1.1.1", title_es="Formar", expected_result_es=""
    )
    make.activity(commitment=commitment, code="1.1.1.1", title_es="Talleres")
    bare = make.commitment(plan=plan, code="1.1.2", expected_result_es="Algo.")
    make.participation(plan=plan, agency=commitment.lead)

    first = client.get(send_page())
    change = propose_plan(plan)
    second = client.get(approval_page(change))

    for page in (first, second):
        told = page.content.decode()
        assert "Formar" in told
        assert "Talleres" in told
        lacks = page.context["whole"]["lacks"]
        named = {lack.text: [code for code, _key in lack.records] for lack in lacks}
        assert [lack.is_grave for lack in lacks[:2]] == [True, True]
        assert named["Compromisos sin resultado esperado:"] == ["1.1.1"]
        assert named["No tienen nada debajo:"] == ["1.1.2"]
        assert named["Actividades sin fecha límite:"] == ["1.1.1.1"]
        assert named["Sin una institución que participe en el plan:"] == [bare.code]


def test_both_read_agencies_and_indicators(client, plan, reviewer):
    agency = make.agency(acronym="CONI", name_es="Consejo de la Niñez")
    make.participation(plan=plan, agency=agency)
    make.indicator(plan=plan, code="V-1", name_es="Centros abiertos")

    first = client.get(send_page())
    second = client.get(approval_page(propose_plan(plan)))

    for page in (first, second):
        told = page.content.decode()
        assert "CONI · Consejo de la Niñez · " in told
        assert "Centros abiertos" in told


def test_both_read_which_indicators_tell_small_numbers(client, plan, reviewer):
    make.indicator(plan=plan, code="I-1", sensitive=False)
    make.indicator(plan=plan, code="I-2")
    make.indicator(plan=plan, code="I-3", sensitive=False, counts="cases")

    first = client.get(send_page())
    second = client.get(approval_page(propose_plan(plan)))

    for page in (first, second):
        lacks = page.context["whole"]["lacks"]
        assert "Indicadores que cuentan personas, sin protección: I-1." in [
            each.text for each in lacks if each.is_grave
        ]


def test_both_read_how_many_activities_count_victims(client, plan, reviewer):
    commitment = make.commitment(plan=plan)
    first, _second, _other = (
        make.activity(commitment=commitment, counts_victims=counts)
        for counts in (True, True, False)
    )

    change = propose_plan(plan)

    told = client.get(approval_page(change)).content.decode()
    assert "2 actividades cuentan víctimas" in told
    assert f"?node=actividad-{first.pk}#actividad-{first.pk}" in told


@pytest.mark.parametrize("forgotten", TICKED)
def test_both_state_that_there_is_no_act(client, plan, reviewer, forgotten):
    typed = {name: "on" for name in TICKED if name != forgotten}

    refused = send(client, **typed)
    change = propose_plan(plan)
    approve(client, change, **typed)

    assert refused.status_code == 422
    assert status(plan) == "in_preparation"
    assert PendingChange.objects.get().is_waiting


def test_the_workflow_itself_asks_both_to_state_it(plan, reviewer):
    read = {"seen_digest": workflow.plan_digest(plan), "declared_absent": ()}
    waiting = make.plan(status="in_preparation")
    change = propose_plan(waiting)

    with pytest.raises(RefusedError):
        workflow.propose_approval(plan, by=reviewer, **read)
    with pytest.raises(RefusedError):
        workflow.approve(
            change,
            by=reviewer,
            seen_digest=workflow.plan_digest(waiting),
            declared_absent=(),
        )

    assert (status(plan), status(waiting)) == ("in_preparation", "in_preparation")


def test_with_act_and_date_nothing_is_stated(client, reviewer):
    make.plan(
        code="p",
        status="in_preparation",
        act_es="Decreto 1-27, de 4 de enero de 2027",
        launched_on="2027-01-04",
    )

    answer = send(client, plan_read="on")

    assert answer.status_code == 302
    assert PendingChange.objects.get().is_waiting


def test_two_people_approve_what_they_read(client, plan, reviewer):
    send(client, **TICKED)
    change, before = PendingChange.objects.get(), status(plan)
    client.force_login(make.reviewer())

    approve(client, change, **TICKED)

    assert (before, status(plan)) == ("in_preparation", "approved")


@pytest.mark.parametrize(
    ("starts_on", "other_starts_on"),
    [
        (date(2025, 1, 1), None),
        (date(2025, 1, 1), date(2021, 1, 1)),
        (date(2021, 1, 1), date(2025, 1, 1)),
        (date(2099, 1, 1), date(2025, 1, 1)),
    ],
)
def test_both_read_what_will_be_shown(client, reviewer, starts_on, other_starts_on):
    days = {"starts_on": starts_on, "ends_on": date(2099, 12, 31)}
    plan = make.plan(code="p", status="in_preparation", **days)
    make.commitment(plan=plan)
    if other_starts_on:
        other = make.plan(code="other", starts_on=other_starts_on)
        make.commitment(plan=other)

    told = client.get(send_page()).context["page_changes"][0].change
    approve_plan(plan)

    shown = choose_plan(timezone.localdate()).home_plan.code
    assert told.endswith(f", {shown}.")


def test_what_changed_since_it_was_read_is_not_sent(client, plan, reviewer):
    seen = client.get(send_page()).context["form"].initial["seen_digest"]
    make.area(plan=plan, name_es="Un eje nuevo")

    answer = client.post(send_page(), {"send": "1", "seen_digest": seen, **TICKED})

    assert answer.status_code == 422
    assert "Un eje nuevo" in answer.content.decode()
    assert not PendingChange.objects.exists()
    again = answer.context["form"]
    assert again["seen_digest"].value() == workflow.plan_digest(plan)
    assert not again["plan_read"].value()


CHANGED = {
    "title": lambda plan: Plan.objects.filter(pk=plan.pk).update(title_es="Otro"),
    "activity": lambda plan: make.activity(plan=plan),
    "links": lambda plan: plan.sources.add(make.source(plan=plan)),
    "round": lambda plan: make.round(plan=plan),
    "indicator": lambda plan: make.indicator(plan=plan),
}


@pytest.mark.parametrize("name", CHANGED)
def test_what_changed_since_the_proposal_is_not_approved(client, plan, reviewer, name):
    change = propose_plan(plan)

    CHANGED[name](plan)
    page = client.get(approval_page(change))
    approve(client, change, **TICKED)

    assert page.context["is_overtaken"]
    assert status(plan) == "in_preparation"
    assert PendingChange.objects.get().status == PendingChange.Status.OUTDATED


def test_a_page_read_before_a_change_approves_nothing(client, plan, reviewer):
    change = propose_plan(plan)

    with pytest.raises(RefusedError):
        workflow.approve(
            change,
            by=make.reviewer(),
            seen_digest="another",
            declared_absent=workflow.missing_approval_fields(plan),
        )

    assert status(plan) == "in_preparation"


def test_no_other_page_approves_a_plan(plan, reviewer):
    plan.status = Plan.Status.APPROVED

    with pytest.raises(RefusedError):
        workflow.propose(plan, by=reviewer)

    assert not PendingChange.objects.exists()


def test_a_plan_with_a_round_already_due_is_not_approved(client, plan, reviewer):
    make.round(
        plan=plan, opens_on="2025-01-01", due_on="2025-01-15", closes_on="2025-01-30"
    )

    answer = send(client, **TICKED)

    assert answer.status_code == 422
    assert not PendingChange.objects.exists()


def test_the_pages_ask_as_much_of_a_small_plan_as_of_a_large_one(
    client, plan, reviewer, django_assert_max_num_queries
):
    commitment = make.commitment(plan=plan)
    for _number in range(12):
        make.activity(commitment=commitment)
    change = propose_plan(plan)

    with django_assert_max_num_queries(200):
        client.get(approval_page(change))


def test_a_value_that_came_after_the_reading_is_read_before_it_is_approved(plan):
    indicator = make.indicator(plan=plan)
    read = workflow.plan_digest(plan)

    make.measurement(indicator)
    with_value = workflow.plan_digest(plan)
    make.published_figure(indicator=indicator)

    assert len({read, with_value, workflow.plan_digest(plan)}) == 3
