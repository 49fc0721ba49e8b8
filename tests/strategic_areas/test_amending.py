"""The act on the forms of the admin, and what they refuse."""

from datetime import date

import pytest
from django.urls import reverse

from strategic_areas import workflow
from strategic_areas.models import (
    Activity,
    Amendment,
    PendingChange,
    Programme,
)
from tests import factories
from tests.factories import make_reviewer

pytestmark = pytest.mark.django_db
ACT = {
    "act": "resolution",
    "deciding_act_es": "12-2026",
    "decided_on": "2026-03-01",
    "reason_es": "Faltó presupuesto.",
}
ACT_BELOW = {f"act-{name}": value for name, value in ACT.items()}


@pytest.fixture(scope="module")
def world(lasting):
    """An activity of an approved plan that is closed, and a reviewer."""
    made = factories.make_activity(plan=factories.make_plan(code="p"), code="1.1")
    factories.make_activity(commitment=made.commitment, code="1.2")
    factories.close_structure()
    return made, make_reviewer()


@pytest.fixture
def activity(world, client):
    """The activity; the reviewer is signed in."""
    made, reviewer = world
    client.force_login(reviewer)
    return Activity.objects.get(pk=made.pk)


def approved():
    return workflow.approve(PendingChange.objects.get(), by=make_reviewer())


def page_of(record):
    name = f"admin:strategic_areas_{record._meta.model_name}_change"
    return reverse(name, args=[record.pk])


def save(client, record, **fields):
    form = client.get(page_of(record)).context["adminform"].form
    told = {name: form[name].value() for name in form.fields}
    told = {
        name: [getattr(each, "pk", each) for each in value]
        if isinstance(value, list)
        else value
        for name, value in told.items()
        if value is not None
    }
    return client.post(page_of(record), told | fields)


def test_on_its_form_what_is_structure_asks_for_the_act(client, activity):
    response = save(client, activity, due_on="2026-06-30", note_es="Nota")

    form = response.context["adminform"].form
    (error,) = form.non_field_errors()
    assert str(Activity._meta.get_field("due_on").verbose_name).lower() in error.lower()
    needed = {"act", "deciding_act_es", "decided_on", "reason_es"}
    assert {name: len(told) for name, told in form.act.errors.items()} == (
        dict.fromkeys(needed, 1)
    )
    assert form.data["due_on"] == "2026-06-30"
    assert not PendingChange.objects.exists()


def test_with_the_act_it_waits_for_another_person(client, activity):
    save(client, activity, due_on="2026-06-30", **ACT_BELOW)

    assert Activity.objects.get(code="1.1").due_on is None
    assert approved().amendment.kind == "redate"
    assert Activity.objects.get(code="1.1").due_on == date(2026, 6, 30)


def test_what_is_no_structure_needs_no_act_there(client, activity):
    response = save(client, activity, note_es="Nota")

    assert response.status_code == 302
    approved()
    assert not Amendment.objects.exists()


def test_a_date_outside_the_plan_is_refused_on_its_form(client, activity):
    response = save(client, activity, due_on="2030-06-30", **ACT_BELOW)

    assert "due_on" in response.context["adminform"].form.errors


@pytest.mark.parametrize("chosen", ["p", ""])
def test_a_new_record_stands_under_one_of_the_same_plan(chosen, client, activity):
    factories.open_structure()
    other = factories.make_programme(plan=factories.make_plan(code="q"))
    factories.close_structure()
    plan = activity.plan.pk if chosen == "p" else chosen
    told = {"plan": plan, "programme": other.pk, "code": "2", "title_es": "Otro"}
    told |= {"lead": activity.agency_id, "provenance": "press"}

    response = client.post(reverse("admin:strategic_areas_commitment_add"), told)

    form = response.context["adminform"].form
    assert form.data["title_es"] == "Otro"
    assert ("programme" if chosen == "p" else "plan") in form.errors
    labels = [label for _key, label in form.fields["programme"].choices]
    assert any(label.startswith("p · ") for label in labels)
    assert any(label.startswith("q · ") for label in labels) is (chosen != "p")
    assert Programme.objects.count() == 2
