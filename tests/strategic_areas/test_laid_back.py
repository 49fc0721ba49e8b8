"""What goes back to a draft: to which one, how it is found again, and without what."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from agencies.access import RefusedError
from strategic_areas import purging, workflow
from strategic_areas.models import (
    Activity,
    Commitment,
    Plan,
)
from strategic_areas.models.drafts import DraftLine
from tests import factories
from tests.factories import make_act, make_reviewer, sign_in

pytestmark = pytest.mark.django_db
NAME = "Juana Pérez Zapata"


def proposed(plan, *records, act=True, **links):
    with override("es"):
        return workflow.propose_together(
            [each if isinstance(each, tuple) else (each, {}) for each in records],
            by=make_reviewer(),
            amendment=make_act(plan) if act else None,
        )


def new_commitment(above, **said):
    return Commitment(
        plan=above.plan,
        programme=above.programme,
        lead=above.lead,
        **{"code": "9", "title_es": "Nuevo", "provenance": "plan"} | said,
    )


def new_activity(above, **said):
    return Activity(
        plan=above.plan,
        commitment=above,
        agency=above.lead,
        **{"code": "9.1", "title_es": "Otra", "provenance": "plan"} | said,
    )


def purge(words):
    asked = purging.request(words, by=make_reviewer())
    return purging.confirm(asked, by=make_reviewer())


def test_a_line_whose_place_is_gone_is_shown_and_dropped(client):
    above = factories.make_commitment(code="1", plan=factories.make_plan(code="p"))
    factories.close_structure()
    person = make_reviewer()
    said = {"code": "9.1", "title_es": "Otra", "commitment": "0"}
    line = workflow.keep_line(above.plan, "activities", said, by=person)
    sign_in(client, person)

    page = client.get(reverse("admin:plan_tree", args=["p"]))
    step = reverse("admin:plan_node_step", args=["p", "actividad", f"n{line.pk}"])
    answer = client.post(step, {"step": "drop"})

    assert [each.line for each in page.context["tree"].root if each.line] == [line.pk]
    assert answer.status_code == 302
    assert not DraftLine.objects.exists()


def test_words_that_a_purge_emptied_break_no_tree(client):
    activity = factories.make_activity(code="1.1", plan=factories.make_plan(code="p"))
    factories.close_structure()
    person = make_reviewer()
    said = {"due_on": "", "title_es": "", "agency": "", "quantity": "", "note_es": ""}
    keep = {"by": person, "record": activity.pk, "seen": dict(said)}
    workflow.keep_line(activity.plan, "activities", said, **keep)
    sign_in(client, person)

    pages = [
        client.get(reverse(f"admin:plan_{name}", args=["p"]))
        for name in ("tree", "draft")
    ]

    assert [each.status_code for each in pages] == [200, 200]


def test_words_that_wait_for_a_purge_never_become_public_by_an_act():
    commitment = factories.make_commitment()
    factories.close_structure()
    purging.request(NAME, by=make_reviewer())
    commitment.title_es = "Otro"
    act = make_act(commitment.plan, reason_es=f"Lo pidió {NAME}")
    with override("es"):
        change = workflow.propose_together(
            [(commitment, {})], by=make_reviewer(), amendment=act
        )

    with pytest.raises(RefusedError):
        workflow.approve(change, by=make_reviewer())

    change.refresh_from_db()
    assert change.is_waiting


def test_a_plan_is_not_deleted_on_its_tree(client):
    plan = factories.make_plan(code="q", status="in_preparation")
    sign_in(client, make_reviewer())

    answer = client.post(
        reverse("admin:plan_node_step", args=["q", "plan", plan.pk]), {"step": "delete"}
    )

    assert answer.status_code == 302
    assert Plan.objects.filter(pk=plan.pk).exists()
