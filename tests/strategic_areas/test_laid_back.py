"""What goes back to a draft: to which one, how it is found again, and without what."""

from datetime import date

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from agencies.access import RefusedError
from strategic_areas import purging, workflow
from strategic_areas.desk.plan_tree.views import NODE_STEPS
from strategic_areas.models import Activity, Commitment, Indicator, Plan, Target
from strategic_areas.models.drafts import DraftLine
from strategic_areas.workflow.plan_drafts import MAX_LINES
from tests import make
from tests.make.people import sign_in
from tests.make.plans import close_structure, open_structure
from tests.strategic_areas.drafts import (
    NO_VICTIMS,
    add,
    edit,
    new_activity,
    new_commitment,
    propose_all,
    send,
)

pytestmark = pytest.mark.django_db
NAME = "Juana Pérez Zapata"


def returned(change, model, pk=None):
    """Approve a change without its first part of this model, or of this record."""
    parts = [each for each in change.records.all() if each.model is model]
    place = next(each.place for each in parts if pk in (None, each.object_id))
    with override("es"):
        return workflow.approve(
            change, by=make.reviewer(), reasons={place: "No consta."}
        )


def test_a_purge_takes_what_stood_above_a_new_record_and_leaves_the_record():
    above = make.commitment(code="1")
    close_structure()
    commitment = new_commitment(above, title_es=f"Ayudar a {NAME}")
    change = propose_all(above.plan, commitment, new_activity(commitment))

    asked = purging.request_purge(NAME, by=make.reviewer())
    purging.confirm(asked, by=make.reviewer())

    change.refresh_from_db()
    assert change.status == "outdated"
    [line] = DraftLine.objects.all()
    assert (line.new_values["title_es"], line.new_values["commitment"]) == (
        "Otra",
        None,
    )


def test_a_line_whose_place_is_gone_is_shown_and_dropped(client):
    above = make.commitment(code="1", plan=make.plan(code="p"))
    close_structure()
    person = make.reviewer()
    new_values = {"code": "9.1", "title_es": "Otra", "commitment": "0"}
    line = workflow.save_draft_line(above.plan, "activities", new_values, by=person)
    sign_in(client, person)

    page = client.get(reverse("admin:plan_tree", args=["p"]))
    step = reverse("admin:plan_node_step", args=["p", "actividad", f"n{line.pk}"])
    answer = client.post(step, {"step": "drop"})

    assert [
        each.draft_line_pk for each in page.context["tree"].root if each.draft_line_pk
    ] == [line.pk]
    assert answer.status_code == 302
    assert not DraftLine.objects.exists()


def test_words_that_a_purge_emptied_break_no_tree(client):
    activity = make.activity(code="1.1", plan=make.plan(code="p"))
    close_structure()
    person = make.reviewer()
    names = ("due_on", "title_es", "agency", "quantity", "note_es", "continues")
    new_values = dict.fromkeys(names, "") | {"places": [""], "supersedes": [""]}
    keep = {"by": person, "record_pk": activity.pk, "values_before": dict(new_values)}
    workflow.save_draft_line(activity.plan, "activities", new_values, **keep)
    sign_in(client, person)

    pages = [
        client.get(reverse(f"admin:plan_{name}", args=["p"]))
        for name in ("tree", "draft")
    ]

    assert [each.status_code for each in pages] == [200, 200]


def test_lines_go_back_to_the_draft_of_their_own_plan():
    indicator = make.indicator(plan=make.plan(code="p"), name_es="A")
    other = make.plan(code="q")
    close_structure()
    indicator.name_es = "B"
    days = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
    target = Target(plan=other, indicator=indicator, value=5, provenance="plan", **days)
    second = Target(
        plan=other,
        indicator=indicator,
        value=6,
        provenance="plan",
        **{**days, "ends_on": date(2027, 12, 31)},
    )
    change = propose_all(other, indicator, target, second)

    returned(change, Target)

    line = DraftLine.objects.get()
    assert (line.table, line.draft.plan) == ("targets", other)


def test_several_lines_that_need_no_act_go_back_too():
    one = make.commitment(code="1")
    other = make.commitment(code="2", programme=one.programme)
    close_structure()
    one.note_es, other.note_es = "Una", "Otra"
    change = propose_all(one.plan, one, other, act=False)

    workflow.decline(change, by=make.reviewer(), reason="Falta.")

    assert [(each.record, each.new_values) for each in DraftLine.objects.all()] == [
        (one.pk, {"note_es": "Una"}),
        (other.pk, {"note_es": "Otra"}),
    ]


def test_a_target_goes_back_with_what_protects_its_indicator():
    indicator = make.indicator(sensitive=False, why_not_sensitive="Son leyes.")
    plan = indicator.introduced_by
    commitment = make.commitment(plan=plan)
    days = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
    stored = make.indicator_target(indicator, value=50, **days)
    close_structure()
    indicator.sensitive, commitment.title_es, stored.value = True, "Otro", 3
    new = Target(
        plan=plan,
        indicator=indicator,
        value=4,
        provenance="plan",
        **{**days, "ends_on": date(2027, 12, 31)},
    )
    change = propose_all(plan, indicator, commitment, stored, new)

    returned(change, Indicator)

    commitment.refresh_from_db()
    assert commitment.title_es == "Otro"
    assert [each.value for each in Target.objects.all()] == [50]


def test_what_takes_a_place_that_another_gives_up_goes_back_with_it():
    old = make.activity(code="1.1")
    heir = make.activity(code="1.2", commitment=old.commitment)
    heir.supersedes.add(old)
    close_structure()
    above = old.commitment
    above.title_es = "Otro"
    change = propose_all(
        above.plan,
        above,
        (heir, {"supersedes": []}),
        (new_activity(above), {"supersedes": [old]}),
    )

    returned(change, Activity, heir.pk)

    assert [each.code for each in old.superseded_by.all()] == ["1.2"]


def test_no_activity_stays_below_a_commitment_that_another_replaces():
    moved = make.activity(code="1.1")
    old = moved.commitment
    other = make.commitment(code="8", programme=old.programme)
    close_structure()
    new, other.title_es = new_commitment(old), "Otro"
    moved.commitment = new
    change = propose_all(old.plan, (new, {"supersedes": [old]}), moved, other)

    returned(change, Activity)

    assert Activity.objects.not_superseded().filter(pk=moved.pk).exists()
    assert not Commitment.objects.filter(code="9").exists()


def test_a_returned_record_stays_below_the_returned_one():
    above = make.commitment(code="1")
    close_structure()
    commitment = new_commitment(above)
    change = propose_all(above.plan, commitment, new_activity(commitment))
    workflow.decline(change, by=make.reviewer(), reason="Falta.")
    open_structure()
    make.commitment(code="9", programme=above.programme)

    first, second = DraftLine.objects.order_by("order")
    assert second.new_values["commitment"] == f"+{first.pk}"


def test_words_that_wait_for_a_purge_never_become_public_by_an_act():
    commitment = make.commitment()
    close_structure()
    purging.request_purge(NAME, by=make.reviewer())
    commitment.title_es = "Otro"
    act = make.act(commitment.plan, reason_es=f"Lo pidió {NAME}")
    with override("es"):
        change = workflow.propose_records(
            [(commitment, {})], by=make.reviewer(), amendment=act
        )

    with pytest.raises(RefusedError):
        workflow.approve(change, by=make.reviewer())

    change.refresh_from_db()
    assert change.is_waiting


def test_what_is_left_of_a_change_goes_back_though_a_record_is_gone():
    plan = make.plan(code="q", status="in_preparation")
    one = make.commitment(plan=plan, code="1")
    other = make.commitment(programme=one.programme, code="2")
    one.title_es, other.title_es = "Uno", "Otro"
    change = propose_all(plan, one, other, act=False)
    one.delete()

    workflow.approve(change, by=make.reviewer())

    change.refresh_from_db()
    assert change.status == "outdated"
    assert [each.new_values for each in DraftLine.objects.all()] == [
        {"title_es": "Otro"}
    ]


def test_no_more_lines_are_offered_for_return_than_a_request_may_send(monkeypatch):
    one = make.commitment(code="1")
    other = make.commitment(code="2", programme=one.programme)
    close_structure()
    one.note_es, other.note_es = "Una", "Otra"
    parts = list(propose_all(one.plan, one, other, act=False).records.all())

    found = [workflow.may_return(parts)]
    monkeypatch.setattr("strategic_areas.workflow.plan_drafts.MAX_LINES", 1)
    found.append(workflow.may_return(parts))

    assert found == [True, False]
    assert 2 * MAX_LINES < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS


@pytest.mark.parametrize("step", NODE_STEPS)
def test_no_step_of_a_record_is_taken_on_a_plan(step, client):
    plan = make.plan(code="q", status="in_preparation")
    sign_in(client, make.reviewer())

    answer = client.post(
        reverse("admin:plan_node_step", args=["q", "plan", plan.pk]), {"step": step}
    )

    assert answer.status_code == 302
    assert Plan.objects.filter(pk=plan.pk).exists()


def test_what_is_replaced_below_a_replaced_commitment_is_replaced_with_it():
    replaced = make.activity(code="1.1")
    old = replaced.commitment
    other = make.commitment(code="8", programme=old.programme)
    close_structure()
    new, other.title_es = new_commitment(old), "Otro"
    heir = (new_activity(new), {"supersedes": [replaced]})
    change = propose_all(old.plan, (new, {"supersedes": [old]}), heir, other)

    returned(change, Activity)

    assert Activity.objects.not_superseded().filter(pk=replaced.pk).exists()
    assert Commitment.objects.get(code="8").title_es == "Otro"


def test_two_records_cannot_take_the_place_of_each_other():
    one = make.activity(code="1.1")
    other = make.activity(code="1.2", commitment=one.commitment)
    close_structure()
    first = propose_all(one.plan, (one, {"supersedes": [other]}))
    second = propose_all(one.plan, (other, {"supersedes": [one]}))
    workflow.approve(first, by=make.reviewer())

    with pytest.raises(RefusedError):
        workflow.approve(second, by=make.reviewer())

    assert list(Activity.objects.not_superseded()) == [one]


@pytest.mark.parametrize("provenance", ["plan", "press"])
def test_only_the_plans_own_record_is_stopped(provenance, client):
    record = make.commitment(plan=make.plan(code="p"), provenance=provenance)
    close_structure()
    sign_in(client, make.reviewer())

    edit(client, record, stopped="cancelled", stopped_on="2026-03-01")

    assert DraftLine.objects.exists() == (provenance == "plan")


def test_a_code_that_another_record_took_meanwhile_leads_nowhere(client):
    plan = make.plan(code="p")
    one = make.commitment(plan=plan, code="1")
    other = make.commitment(programme=one.programme, code="2")
    close_structure()
    sign_in(client, make.reviewer())
    typed = {"code": "1.5", "title_es": "Talleres", "agency": one.lead_id}
    add(client, "actividad", one, **NO_VICTIMS, **typed)
    one.code, other.code = "2", "1"
    workflow.approve(propose_all(plan, one, other), by=make.reviewer())

    tree = client.get(reverse("admin:plan_tree", args=["p"])).context["tree"]
    draft = client.get(reverse("admin:plan_draft", args=["p"])).context
    line = DraftLine.objects.get()
    address = reverse("admin:plan_node", args=["p", "actividad", f"n{line.pk}"])
    send(client, address, commitment=str(one.pk))

    [node] = [each for each in tree.root if each.draft_line_pk]
    assert tree.parent_node(node).level.slug == "plan"
    assert draft["form"] is None
    mended = client.get(reverse("admin:plan_tree", args=["p"])).context["tree"]
    [node] = [each for each in mended.root if each.draft_line_pk]
    assert mended.parent_node(node).record == one
