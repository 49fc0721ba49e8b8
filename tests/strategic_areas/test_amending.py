"""The admin's pages of what the tree of a plan edits: they are read."""

import pytest
from django.urls import reverse

from strategic_areas import workflow
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reviewer")]


MAKERS = {
    "strategicarea": make.area,
    "programme": make.programme,
    "commitment": make.commitment,
    "activity": make.activity,
    "participation": lambda: make.participation(plan=make.plan(), agency=make.agency()),
    "indicator": make.indicator,
    "target": lambda: make.indicator_target(make.indicator()),
}


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


def test_work_outside_the_plan_is_changed_there(client):
    update = make.off_plan_update()
    workflow.submit(update, by=make.focal_point(agency=update.agency))

    page = client.get(page_of(update.activity))

    assert page.context["has_change_permission"]
    assert "tree_address" not in page.context


@pytest.mark.parametrize("status", ["in_preparation", "approved"])
def test_of_a_plan_only_its_code_and_then_its_state_go_on_there(status, client):
    plan = make.plan(status=status)

    page = client.get(page_of(plan))

    written = {"in_preparation": {"code"}, "approved": {"status"}}
    fields = page.context["adminform"].form.fields
    assert fields.keys() - {"seen_state"} == written[status]
    assert page.context["tree_address"] == reverse(
        "admin:plan_node", args=[plan.code, "plan", plan.pk]
    )
    refused = client.post(page_of(plan), {"code": "", "status": "in_preparation"})
    assert refused.context["adminform"].form.errors
