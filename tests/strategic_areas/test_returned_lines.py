"""Lines of a proposal that a reviewer returns while approving the others."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils.translation import override

from agencies.access import RefusedError
from agencies.audit import AuditEntry
from strategic_areas import purging, workflow
from strategic_areas.models import (
    Activity,
    Commitment,
    Participation,
    PendingChange,
    Plan,
    PlanChange,
    Province,
    RecordChange,
)
from strategic_areas.models.drafts import DraftLine, PlanDraft
from strategic_areas.plan_document.stored_plan import StoredPlanObjects
from tests import make
from tests.make.people import sign_in
from tests.make.plans import close_structure
from tests.strategic_areas.drafts import (
    new_activity,
    new_commitment,
    propose,
    propose_all,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposal():
    """
    Six lines: the plan is extended, an agency takes part and leads a new commitment
    with a new activity, another activity is due after the former end, and one reworded.
    """
    plan = make.plan(code="p")
    above = make.commitment(plan=plan, code="1", title_es="Antes")
    redated = make.activity(commitment=above, code="1.1", due_on="2028-06-30")
    agency = make.agency(acronym="NUEVA")
    close_structure()
    plan.ends_on, redated.due_on = date(2029, 12, 31), date(2029, 6, 30)
    commitment = new_commitment(above, lead=agency, code="2")
    added = new_activity(commitment, agency=above.lead, code="2.1")
    participation = Participation(
        plan=plan, agency=agency, role="member", provenance="plan"
    )
    above.title_es = "Después"
    return propose_all(plan, plan, participation, commitment, added, redated, above)


def place(proposal, model, *, new=False):
    return next(
        part.place
        for part in proposal.records.all()
        if part.model is model and (part.object_id is None) == new
    )


def approve(proposal, reasons, *, by=None):
    with override("es"):
        return workflow.approve(proposal, by=by or make.reviewer(), reasons=reasons)


def test_the_others_apply_under_the_act_and_the_returned_goes_to_the_draft(proposal):
    reworded = place(proposal, Commitment)
    commitment = Commitment.objects.get(code="1")

    approve(proposal, {reworded: "Falta el resultado."})

    line = DraftLine.objects.get()
    assert (line.draft.person, line.draft.plan.code) == (proposal.proposed_by, "p")
    assert (line.table, line.record) == ("commitments", commitment.pk)
    assert line.new_values == {"title_es": "Después"}
    assert line.values_before == {"title_es": "Antes"}
    assert line.reason == "Falta el resultado."
    assert Commitment.objects.get(code="1").title_es == "Antes"
    assert Plan.objects.get().ends_on == date(2029, 12, 31)
    assert Activity.objects.get(code="1.1").due_on == date(2029, 6, 30)
    assert Commitment.objects.get(code="2").lead.acronym == "NUEVA"
    assert not PlanChange.objects.filter(commitment=commitment).exists()


def test_what_depends_on_a_returned_line_goes_back_with_it(proposal):
    extended = place(proposal, Plan)
    part = place(proposal, Participation, new=True)
    proposed = proposal.amendment.kind

    approve(proposal, {extended: "No consta.", part: "Sin carta."})

    lines = DraftLine.objects.order_by("order")
    assert [(each.table, each.new_values.get("code")) for each in lines] == [
        ("plans", None),
        ("participations", None),
        ("commitments", "2"),
        ("activities", "2.1"),
        ("activities", None),
    ]
    new, added = lines[2].new_values, lines[3].new_values
    assert (new["lead"], new["programme"]) == (
        "NUEVA",
        Commitment.objects.get().programme.code,
    )
    assert added["commitment"] == f"+{lines[2].pk}"
    assert "due_provenance" not in lines[4].new_values
    assert [lines[0].reason, lines[1].reason] == ["No consta.", "Sin carta."]
    assert "NUEVA" in lines[2].reason
    assert Commitment.objects.get().title_es == "Después"
    proposal.amendment.refresh_from_db()
    assert (proposed, proposal.amendment.kind) == ("several", "reword")


def test_dependants_are_told_by_what_they_lean_on(proposal):
    leaning = workflow.dependants_of(list(proposal.records.all()))
    named = {
        name: place(proposal, model, new=new)
        for name, model, new in (
            ("plan", Plan, False),
            ("agency", Participation, True),
            ("new", Commitment, True),
            ("added", Activity, True),
            ("redated", Activity, False),
        )
    }
    told = {each: number for number, each in named.items()}

    found = {
        name: {
            told[each]
            for each in workflow.with_dependants(leaning, [number]) - {number}
        }
        for name, number in named.items()
    }

    assert found == {
        "plan": {"redated"},
        "agency": {"new", "added"},
        "new": {"added"},
        "added": set(),
        "redated": set(),
    }


def test_both_parts_of_a_division_go_back_together():
    activity = make.activity(code="1.1")
    commitment, plan = activity.commitment, activity.commitment.plan
    close_structure()
    commitment.title_es = "Otro"
    parts = [new_activity(commitment, code=f"1.1.{letter}") for letter in "ab"]
    links = {"supersedes": [activity]}
    change = propose_all(plan, commitment, *((each, links) for each in parts))

    approve(change, {1: "No se divide."})

    assert [each.new_values["supersedes"] for each in DraftLine.objects.all()] == [
        ["1.1"],
        ["1.1"],
    ]
    assert [each.code for each in Activity.objects.all()] == ["1.1"]


def test_what_the_person_drafted_meanwhile_stays(proposal):
    commitment = Commitment.objects.get(code="1")
    workflow.save_draft_line(
        commitment.plan,
        "commitments",
        {"title_es": "Más tarde"},
        by=proposal.proposed_by,
        record_pk=commitment.pk,
        values_before={"title_es": "Antes"},
    )

    approve(proposal, {place(proposal, Commitment): "Falta."})

    assert DraftLine.objects.get().new_values == {"title_es": "Más tarde"}


@pytest.mark.parametrize("reason", ["", "  ", "Lo pidió 001-1234567-8"])
def test_a_line_goes_back_with_a_reason_that_names_nobody(reason, proposal):
    with pytest.raises(RefusedError):
        approve(proposal, {place(proposal, Commitment): reason})

    proposal.refresh_from_db()
    assert (proposal.is_waiting, DraftLine.objects.exists()) == (True, False)


def test_a_line_that_is_not_there_cannot_go_back(proposal):
    with pytest.raises(RefusedError):
        approve(proposal, {99: "No está."})

    assert Plan.objects.get().ends_on == date(2028, 12, 31)


def test_a_proposal_of_which_nothing_is_left_is_declined_instead(proposal):
    with pytest.raises(RefusedError):
        approve(proposal, dict.fromkeys(range(6), "Nada consta."))

    assert not DraftLine.objects.exists()


def test_words_that_wait_for_a_purge_hold_up_the_whole(proposal):
    purging.request_purge("Después Nuevo\nDespués", by=make.reviewer())

    with pytest.raises(RefusedError):
        approve(proposal, {place(proposal, Commitment): "No."})

    assert not DraftLine.objects.exists()


def test_what_was_returned_is_no_former_text_of_the_record(proposal):
    approve(proposal, {place(proposal, Commitment): "Falta."})

    told = RecordChange.objects.exclude(returned="")
    assert [(each.label[:1], each.returned) for each in told] == [("1", "Falta.")]
    assert AuditEntry.objects.filter(facts__left_out=1).count() == 1


def test_why_a_line_was_returned_never_changes(proposal):
    rows = proposal.records.filter(place=place(proposal, Commitment))
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(returned="Antes.")
    approve(proposal, {place(proposal, Commitment): "Falta."})

    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(returned="Otra cosa.")

    assert rows.get().returned == "Falta."


def test_a_purge_blanks_why_a_line_was_returned(proposal):
    approve(proposal, {place(proposal, Commitment): "Lo dijo Juana Pérez Zapata."})

    make.purged("Juana Pérez Zapata")

    assert not RecordChange.objects.filter(returned__contains="Juana").exists()
    assert RecordChange.objects.exclude(returned="").count() == 1
    assert "Juana" not in DraftLine.objects.get().reason


@pytest.mark.parametrize("step", ["decline", "take_back", "overtake"])
def test_what_is_not_approved_goes_back_to_the_draft(step, proposal):
    by = proposal.proposed_by if step == "take_back" else make.reviewer()
    how = {"reason": "No consta."} if step == "decline" else {}

    getattr(workflow.CHANGE_STEPS, step)(proposal, by=by, **how)

    lines = DraftLine.objects.order_by("order")
    assert [each.table for each in lines] == [
        *("plans", "participations", "commitments", "commitments"),
        *("activities", "activities"),
    ]
    assert {each.reason for each in lines} == {how.get("reason", "")}
    assert PlanDraft.objects.get().person == proposal.proposed_by


def test_what_a_purge_ends_goes_back_without_its_words():
    one = make.commitment(title_es="Antes")
    other = make.commitment(programme=one.programme)
    close_structure()
    one.title_es, other.title_es = "Ayudar a Juana Pérez Zapata", "Otro"
    change = propose_all(one.plan, one, other)

    make.purged("Juana Pérez Zapata")

    change.refresh_from_db()
    assert change.status == "outdated"
    assert [(each.record, each.new_values) for each in DraftLine.objects.all()] == [
        (other.pk, {"title_es": "Otro"})
    ]


def test_a_line_in_the_draft_says_what_the_plans_document_would():
    commitment = make.commitment(plan=make.plan(code="p"))
    former = make.activity(plan=make.plan(code="de-antes"))
    code = "1.1"
    source = make.source(plan=commitment.plan)
    made = Activity(
        plan=commitment.plan,
        commitment=commitment,
        agency=commitment.lead,
        code=code,
        title_es=f"Actividad {code}",
        kind="continuing",
        starts_on=date(2026, 1, 1),
        due_on=date(2026, 12, 31),
        due_provenance="plan",
        quantity=Decimal("10.50"),
        unit_es="talleres",
        counts_victims=False,
        reaches_victims=True,
        continues=former,
        provenance="plan",
    )
    replaced = make.activity(commitment=commitment)
    places = [Province.objects.create(code=f"DO-0{n}", name=f"P{n}") for n in (1, 2)]
    record = made, {"supersedes": [replaced], "sources": [source], "places": places}
    close_structure()
    with override("es"):
        for step in (workflow.decline, workflow.approve):
            change = propose_all(commitment.plan, record)
            how = {"reason": "Falta."} if step == workflow.decline else {}
            step(change, by=make.reviewer(), **how)

    new_values = DraftLine.objects.get().new_values
    stored, row = StoredPlanObjects("p"), Activity.objects.get(code="1.1")
    assert new_values == {name: stored.plain(row, name) for name in new_values}
    assert "due_provenance" not in new_values
    assert new_values["continues"] == f"de-antes/{former.code}"
    assert len(new_values) > 15


def ticked(proposal, number, **more):
    line = {f"back_{number}": "on", f"why_{number}": "Falta."}
    return {"approve": "1", "checked": "on"} | line | more


def test_the_page_tells_what_goes_back_before_it_does(client, proposal):
    sign_in(client, make.reviewer())
    address = reverse("admin:approval", args=[proposal.pk])
    number = place(proposal, Participation, new=True)

    first = client.post(address, ticked(proposal, number))
    form = first.context["step_forms"][0]
    told = form["seen"].value()
    second = client.post(address, ticked(proposal, number, seen=told))

    assert (first.status_code, proposal.records.filter(returned="").count()) == (200, 3)
    assert told.split() == [str(each) for each in sorted(form.left_out)]
    assert len(form.left_out) == 3
    assert second.status_code == 302
    assert DraftLine.objects.count() == 3


@pytest.mark.parametrize("missing", ["back", "why"])
def test_the_page_asks_for_tick_and_reason(missing, client, proposal):
    sign_in(client, make.reviewer())
    number = place(proposal, Commitment)
    posted = ticked(proposal, number, seen=str(number))
    del posted[f"{missing}_{number}"]

    page = client.post(reverse("admin:approval", args=[proposal.pk]), posted)

    assert f"why_{number}" in page.context["step_forms"][0].errors
    assert Commitment.objects.count() == 1


def test_who_proposed_reads_which_line_came_back_and_why(client, proposal):
    approve(proposal, {place(proposal, Commitment): "Falta el resultado."})
    sign_in(client, proposal.proposed_by)

    desk = client.get(reverse("admin:index"))
    page = client.get(reverse("admin:approval", args=[proposal.pk])).content.decode()

    assert desk.context["came_back"] == [proposal]
    assert "algunas de sus líneas volvieron a su borrador" in desk.content.decode()
    assert page.count("Falta el resultado.") == 1


def test_what_came_back_is_proposed_again_from_the_tree(client, proposal):
    extended, part = place(proposal, Plan), place(proposal, Participation, new=True)
    approve(proposal, {extended: "No consta.", part: "Sin carta."})
    sign_in(client, proposal.proposed_by)

    tree = client.get(reverse("admin:plan_tree", args=["p"])).content.decode()
    propose(client, Plan.objects.get())
    approve(PendingChange.objects.waiting().get(), {})

    assert (tree.count("No consta."), DraftLine.objects.count()) == (1, 0)
    assert Commitment.objects.get(code="2").lead.acronym == "NUEVA"
    assert Activity.objects.get(code="2.1").commitment.code == "2"
    assert Activity.objects.get(code="1.1").due_on == date(2029, 6, 30)
    assert Plan.objects.get().ends_on == date(2029, 12, 31)


def test_a_proposal_of_one_line_is_decided_as_a_whole(client):
    commitment = make.commitment()
    close_structure()
    commitment.title_es = "Otro"
    change = workflow.propose(
        commitment, by=make.reviewer(), amendment=make.act(commitment.plan)
    )
    sign_in(client, make.reviewer())

    page = client.get(reverse("admin:approval", args=[change.pk]))

    assert "return-line" not in page.content.decode()
    with pytest.raises(RefusedError):
        approve(change, {0: "No."})
