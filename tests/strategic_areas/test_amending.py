"""The admin's pages of what the tree of a plan edits: they are read."""

import pytest
from django.urls import reverse

from strategic_areas import workflow
from strategic_areas.models import PendingChange, Target
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def make_participation():
    plan, agency = factories.make_plan(), factories.make_agency()
    return factories.make_participation(plan=plan, agency=agency)


def make_target():
    days = {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    indicator = factories.make_indicator()
    plan = indicator.introduced_by
    return Target.objects.create(plan=plan, indicator=indicator, value=5, **days)


MAKERS = {
    "strategicarea": factories.make_area,
    "programme": factories.make_programme,
    "commitment": factories.make_commitment,
    "activity": factories.make_activity,
    "participation": make_participation,
    "indicator": factories.make_indicator,
    "target": make_target,
}


@pytest.fixture(autouse=True)
def reviewer(client):
    user = factories.make_reviewer()
    client.force_login(user)
    return user


def page_of(record):
    name = f"admin:strategic_areas_{record._meta.model_name}_change"
    return reverse(name, args=[record.pk])


@pytest.mark.parametrize("kind", MAKERS)
def test_it_is_read_and_leads_to_its_form_on_the_tree(kind, client):
    record = MAKERS[kind]()

    page = client.get(page_of(record))
    form = client.get(page.context["tree_address"])

    assert not page.context["has_change_permission"]
    assert form.status_code == 200
    assert form.context["form"].node.record == record


@pytest.mark.parametrize("kind", MAKERS)
def test_nothing_is_written_there(kind, client):
    record = MAKERS[kind]()
    add = reverse(f"admin:strategic_areas_{kind}_add")

    answers = [
        client.post(page_of(record), {"code": "9", "note_es": "Nota"}),
        client.get(add),
        client.post(add, {"code": "9"}),
    ]

    assert [each.status_code for each in answers] == [403, 403, 403]
    assert not PendingChange.objects.exists()
    assert type(record).objects.get() == record


def test_work_outside_the_plan_is_changed_there(client):
    update = factories.make_off_plan_update()
    workflow.submit(update, by=factories.make_focal_point(agency=update.agency))

    page = client.get(page_of(update.activity))

    assert page.context["has_change_permission"]
    assert "tree_address" not in page.context


@pytest.mark.parametrize("status", ["in_preparation", "approved"])
def test_of_a_plan_only_its_state_goes_on_there(status, client):
    plan = factories.make_plan(status=status)

    page = client.get(page_of(plan))

    written = {"in_preparation": {"code"}, "approved": {"code", "status"}}
    fields = page.context["adminform"].form.fields
    assert fields.keys() - {"seen_state"} == written[status]
    assert page.context["tree_address"] == reverse(
        "admin:plan_node", args=[plan.code, "plan", plan.pk]
    )
