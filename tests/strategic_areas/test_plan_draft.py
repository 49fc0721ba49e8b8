"""A draft of a plan: what it may say, how it is settled, read and proposed."""

from datetime import date
from itertools import count

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from strategic_areas import workflow
from strategic_areas.models import (
    Activity,
    Amendment,
    Commitment,
    Indicator,
    PendingChange,
    Plan,
    PlanChange,
)
from strategic_areas.models.drafts import DraftLine
from tests import make
from tests.costs import costs
from tests.make.plans import close_structure, open_structure
from tests.strategic_areas.drafts import (
    ACT,
    NO_VICTIMS,
    add,
    edit,
    form_at,
    node,
    propose,
    send,
)
from tests.uploads import make_pdf

pytestmark = pytest.mark.django_db
STOPPED = {"stopped": "suspended", "stopped_on": "2026-03-01"}


@pytest.fixture(scope="module")
def world(lasting):
    made = make.activity(plan=make.plan(code="p"), code="1.1", title_es="Talleres")
    make.activity(commitment=made.commitment, code="1.2")
    close_structure()
    return made, make.reviewer()


@pytest.fixture
def activity(world, client):
    made, reviewer = world
    client.force_login(reviewer)
    return Activity.objects.get(pk=made.pk)


@pytest.fixture
def reviewer(world):
    return world[1]


def step(client, record, word, **posted):
    address = reverse("admin:plan_node_step", args=node(record))
    return client.post(address, {"step": word, **posted}, follow=True)


def edit_line(client, line, word, **typed):
    address = reverse("admin:plan_node", args=["p", word, f"n{line.pk}"])
    return send(client, address, **typed)


def draft_page(client):
    return client.get(reverse("admin:plan_draft", args=["p"]))


def approved():
    return workflow.approve(PendingChange.objects.get(), by=make.reviewer())


def divide(client, activity):
    step(client, activity, "split")
    first, second = DraftLine.objects.order_by("pk")
    edit_line(client, first, "actividad", code="1.1.a", title_es="A")
    lead = activity.commitment.lead_id
    typed = {"code": "1.1.b", "title_es": "B", "due_on": "2026-09-30", "agency": lead}
    edit_line(client, second, "actividad", **typed)


def join(client, activity):
    other = Activity.objects.get(code="1.2")
    step(client, activity, "join", **{"with": f"actividad-{other.pk}"})
    edit_line(client, DraftLine.objects.get(), "actividad", code="1.9")


#: Of each kind: what a person does on the tree.
KINDS = {
    "add": lambda client, activity: add(
        *(client, "actividad", activity.commitment),
        **NO_VICTIMS,
        **{"code": "1.9", "title_es": "Talleres", "agency": activity.agency_id},
    ),
    "split": divide,
    "merge": join,
    "suspend": lambda client, activity: edit(
        client, activity, **STOPPED, resumes_on="2026-06-01"
    ),
    "cancel": lambda client, activity: edit(
        client, activity.commitment, stopped="cancelled", stopped_on="2026-03-01"
    ),
    "extend_plan": lambda client, activity: edit(
        client, activity.plan, ends_on="2029-12-31"
    ),
    "reword": lambda client, activity: edit(client, activity, title_es="Cursos"),
    "redate": lambda client, activity: edit(client, activity, due_on="2026-06-30"),
    "retarget": lambda client, activity: edit(client, activity, quantity="12"),
}
#: Of each kind: the codes that stand afterwards, where they are others.
AFTERWARDS = {
    "add": ["1.1", "1.2", "1.9"],
    "split": ["1.1.a", "1.1.b", "1.2"],
    "merge": ["1.9"],
}


def standing():
    return list(Activity.objects.not_superseded().values_list("code", flat=True))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_applies_when_another_person_approves(kind, client, activity):
    before = standing()

    KINDS[kind](client, activity)
    response = propose(client, activity.plan)

    change = PendingChange.objects.get()
    assert response.url == reverse("admin:approval", args=[change.pk])
    assert ACT["reason_es"] in client.get(response.url).content.decode()
    assert not DraftLine.objects.exists()
    assert standing() == before
    assert approved().amendment.kind == kind
    assert standing() == AFTERWARDS.get(kind, before)
    stood = Commitment.objects.get().stopped, Activity.objects.get(code="1.1").stopped
    expected = {"cancel": ("cancelled", ""), "suspend": ("", "suspended")}
    assert stood == expected.get(kind, ("", ""))
    assert Plan.objects.get().ends_on.year == (2029 if kind == "extend_plan" else 2028)


def test_five_changes_are_proposed_under_one_act(client, activity):
    """The plan is extended, and an activity dated after its old end, together."""
    edit(client, activity.plan, ends_on="2029-12-31")
    edit(client, activity, due_on="2029-06-30")
    edit(client, activity.commitment, title_es="Prevenir")
    edit(client, Activity.objects.get(code="1.2"), **STOPPED)
    KINDS["add"](client, activity)

    propose(client, activity.plan)

    change = approved()
    assert change.records.count() == 5
    assert Amendment.objects.get().change == change
    assert Activity.objects.get(code="1.1").due_on == date(2029, 6, 30)
    assert standing() == ["1.1", "1.2", "1.9"]
    fields = set(PlanChange.objects.values_list("field", flat=True))
    assert {"ends_on", "due_on", "title", "stopped", "activity"} <= fields


def test_each_line_says_what_the_public_reads_otherwise_by_it(client, activity):
    edit(client, activity, due_on="2028-12-31")
    edit(client, activity.commitment, title_es="Prevenir")

    response = propose(client, activity.plan)

    client.force_login(make.reviewer())
    records = client.get(response.url).context["records"]
    follows = {
        each["name"].partition(" ")[0]: [(x.before, x.after) for x in each["follows"]]
        for each in records
    }
    assert follows == {
        "Actividad:": [("Sin plazo conocido", "Aún no vence")],
        "Compromiso:": [],
    }


def test_indicator_target_and_participation_are_proposed_together(client, activity):
    agency = make.agency(acronym="NUEVA")
    named = {"name_es": "Talleres hechos", "unit_es": "talleres", "counts": "events"}
    args = ["p", "indicador", f"compromiso-{activity.commitment_id}"]

    add(client, "participacion", activity.plan, agency=agency.pk, role="member")
    address = reverse("admin:plan_node_new", args=args)
    send(client, address, **named, code="T-1", agency=agency.pk)
    line = DraftLine.objects.get(table="indicators")
    address = reverse("admin:plan_node_new", args=["p", "meta", f"n{line.pk}"])
    days = {"starts_on": "2027-01-01", "ends_on": "2027-12-31"}
    send(client, address, **days, value="12")
    propose(client, activity.plan)

    approved()
    indicator = Indicator.objects.get(code="T-1")
    assert indicator.commitment == activity.commitment
    assert (indicator.agency, indicator.introduced_by) == (agency, activity.plan)
    [target] = indicator.targets.all()
    assert (target.plan, target.value, target.provenance) == (activity.plan, 12, "plan")
    assert activity.plan.participations.get().agency == agency


def test_in_preparation_what_concerns_another_plan_is_drafted(client, activity):
    plan = make.plan(code="q", status="in_preparation")
    own = make.commitment(plan=plan, continues=activity.commitment)

    edit(client, own, title_es="Prevenir")

    assert DraftLine.objects.get().new_values == {"title_es": "Prevenir"}
    propose(client, plan)
    approved()
    own.refresh_from_db()
    assert own.title_es == "Prevenir"


def test_what_is_suspended_resumes(client, activity):
    open_structure()
    Activity.objects.filter(pk=activity.pk).update(**STOPPED)
    close_structure()

    edit(client, activity, resumes_on="2026-06-01")
    propose(client, activity.plan)

    assert approved().amendment.kind == "resume"


def test_what_needs_no_act_is_proposed_without_one(client, activity):
    edit(client, activity, note_es="Nota")

    form = draft_page(client).context["form"]
    propose(client, activity.plan)

    assert list(form.fields) == ["shown"]
    approved()
    assert not Amendment.objects.exists()


WRONG = [
    (Plan, {"ends_on": "2027-12-31"}, "ends_on"),
    (Activity, {"due_on": "2030-01-01"}, "due_on"),
    (Activity, {**STOPPED, "resumes_on": "2026-03-01"}, "__all__"),
    (Activity, {"stopped": "suspended"}, "__all__"),
    (Activity, {"title_es": "Lo pidió 001-1234567-8."}, "title_es"),
    (Activity, {"title_es": ""}, "title_es"),
    (Activity, {"code": "1.2"}, "code"),
]


@pytest.mark.parametrize(("model", "typed", "field"), WRONG)
def test_faults_are_said_and_nothing_is_lost(model, typed, field, client, activity):
    record = activity if model is Activity else activity.plan

    response = edit(client, record, **typed)

    form = response.context["form"]
    assert (response.status_code, list(form.errors)) == (422, [field])
    assert form.data.dict().items() >= typed.items()
    assert not DraftLine.objects.exists()


def test_of_a_new_activity_it_is_asked_whom_it_counts(client, activity):
    typed = {"code": "1.9", "title_es": "Talleres", "agency": activity.agency_id}
    unsaid = dict.fromkeys(NO_VICTIMS, "")

    response = add(client, "actividad", activity.commitment, **typed, **unsaid)

    assert list(response.context["form"].errors) == list(NO_VICTIMS)
    assert not DraftLine.objects.exists()


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ({"act": "signed_page"}, ["act"]),
        ({"act": ""}, ["act"]),
        ({"deciding_act_es": ""}, ["deciding_act_es"]),
        ({"decided_on": ""}, ["decided_on"]),
        ({"reason_es": "Lo pidió 001-1234567-8."}, ["reason_es"]),
        ({"upload": SimpleUploadedFile("a.exe", b"MZ")}, ["upload"]),
        ({"shown": "another"}, ["__all__"]),
    ],
)
def test_an_act_with_a_fault_keeps_the_draft(act, fields, client, activity):
    edit(client, activity.plan, ends_on="2029-12-31")
    address = reverse("admin:plan_draft", args=["p"])
    shown = draft_page(client).context["form"]["shown"].value()

    response = client.post(address, {**ACT, "shown": shown, **act})

    form = response.context["form"]
    assert (response.status_code, list(form.errors)) == (422, fields)
    assert DraftLine.objects.count() == 1
    assert not PendingChange.objects.exists()


def test_a_page_may_correct_what_is_written(client, activity):
    edit(client, activity, title_es="Cursos")

    propose(client, activity.plan, act="signed_page")

    assert approved().amendment.kind == "correction"


def test_only_the_plans_own_activities_are_divided(client, activity):
    open_structure()
    other = make.activity(plan=make.plan(code="q"))
    rebuilt = make.activity(commitment=activity.commitment, provenance="press")
    close_structure()

    step(client, rebuilt, "split")
    joined = {"with": f"actividad-{rebuilt.pk}"}
    step(client, activity, "join", **joined)
    step(client, activity, "join", **{"with": f"actividad-{other.pk}"})
    args = ["p", "actividad", other.pk]
    response = client.post(
        reverse("admin:plan_node_step", args=args), {"step": "split"}
    )

    assert response.status_code == 404
    assert not DraftLine.objects.exists()


def test_who_takes_the_place_counts_victims_if_any_replaced_does(client, activity):
    open_structure()
    Activity.objects.filter(code="1.2").update(counts_victims=True)
    Activity.objects.filter(code="1.1").update(
        counts_victims=False, reaches_victims=False
    )
    close_structure()

    join(client, activity)

    new_values = DraftLine.objects.get().new_values
    assert new_values["counts_victims"] is True
    assert new_values["supersedes"] == ["1.1", "1.2"]


# Several people, and several tabs


def test_a_draft_is_read_by_its_own_person_alone(client, activity):
    edit(client, activity, title_es="Cursos")

    client.force_login(make.reviewer())
    address = reverse("admin:plan_tree", args=["p"])
    tree = client.get(address).context["tree"]

    assert [each for each in tree.root if each.draft_line_pk] == []
    assert draft_page(client).context["rows"] == []
    step(client, activity, "drop")
    assert DraftLine.objects.count() == 1


@pytest.mark.parametrize(
    ("choice", "expected"), [("mine", "Cursos"), ("theirs", "Charlas")]
)
def test_conflicts_are_settled_by_line(choice, expected, client, activity):
    edit(client, activity, title_es="Cursos", note_es="Nota")
    open_structure()
    Activity.objects.filter(pk=activity.pk).update(title_es="Charlas")
    close_structure()

    page = draft_page(client)
    assert page.context["form"] is None
    [conflict] = page.context["tree"].conflicts
    assert [(each.old, each.new) for each in conflict.changes] == [
        ("Charlas", "Cursos")
    ]
    address = reverse("admin:plan_draft", args=["p"])
    client.post(address, {"settle": "1", f"line-{conflict.line.pk}": choice})
    propose(client, activity.plan)

    approved()
    activity.refresh_from_db()
    assert (activity.title_es, activity.note_es) == (expected, "Nota")


def test_a_draft_that_was_not_settled_is_not_proposed(client, activity):
    edit(client, activity, title_es="Cursos")
    shown = draft_page(client).context["form"]["shown"].value()
    open_structure()
    Activity.objects.filter(pk=activity.pk).update(title_es="Charlas")
    close_structure()

    address = reverse("admin:plan_draft", args=["p"])
    client.post(address, {**ACT, "shown": shown})

    assert not PendingChange.objects.exists()
    assert DraftLine.objects.count() == 1


def test_two_tabs_of_one_person_do_not_overwrite_each_other(client, activity):
    address = reverse("admin:plan_node", args=node(activity))
    form = form_at(client, address)
    values = {name: form[name].value() for name in form.fields}
    seen = {name: value for name, value in values.items() if value not in (None, [])}
    edit(client, activity, title_es="Cursos")

    answer = client.post(address, seen | {"title_es": "Charlas"})
    other = client.post(address, seen | {"note_es": "Nota"})

    assert (answer.status_code, other.status_code) == (422, 302)
    assert DraftLine.objects.get().new_values == {
        "title_es": "Cursos",
        "note_es": "Nota",
    }


def test_a_line_that_leads_to_what_is_gone_is_told(client, activity):
    args = ["p", "indicador", f"compromiso-{activity.commitment_id}"]
    named = {"name_es": "Talleres hechos", "unit_es": "talleres", "counts": "events"}
    send(client, reverse("admin:plan_node_new", args=args), **named, code="T-1")
    DraftLine.objects.update(
        new_values={**DraftLine.objects.get().new_values, "commitment": "9.9"}
    )

    page = draft_page(client)

    [(_title, [row])] = page.context["rows"]
    assert [each.header for each in row["shown"].faults] == ["Compromiso"]
    assert page.context["form"] is None


def test_what_was_declined_is_mended_and_proposed_again(client, activity):
    """A new commitment, an activity below it, a new indicator and its target."""
    agency = activity.agency_id
    programme = activity.commitment.programme
    add(client, "compromiso", programme, code="2", title_es="Guiar", lead=agency)
    above = DraftLine.objects.get()
    named = {"name_es": "Guías hechas", "unit_es": "guías", "counts": "events"}
    days = {"starts_on": "2027-01-01", "ends_on": "2027-12-31"}
    for word, place, typed in (
        ("actividad", f"n{above.pk}", {"title_es": "Guías", "agency": agency}),
        ("indicador", f"compromiso-n{above.pk}", {**named, "code": "T-1"}),
        ("meta", f"n{above.pk + 2}", {**days, "value": "12"}),
    ):
        send(client, reverse("admin:plan_node_new", args=["p", word, place]), **typed)
    propose(client, activity.plan)
    change = PendingChange.objects.get()
    workflow.decline(change, by=make.reviewer(), reason="Falta la unidad.")

    page = client.get(reverse("admin:plan_tree", args=["p"]))
    found = {
        each.level.slug: each
        for each in page.context["tree"].root
        if each.draft_line_pk
    }
    assert {each.reason for each in found.values()} == {"Falta la unidad."}
    assert found["meta"].record.indicator == found["indicador"].record
    assert found["actividad"].record.commitment == found["compromiso"].record
    propose(client, activity.plan)

    workflow.approve(PendingChange.objects.waiting().get(), by=make.reviewer())
    commitment = Commitment.objects.get(code="2")
    assert commitment.activities.get().title_es == "Guías"
    assert commitment.indicators.get().targets.get().value == 12


def test_a_line_of_a_record_that_is_gone_is_dropped(client, reviewer):
    client.force_login(reviewer)
    plan = make.plan(code="r", status="in_preparation")
    own = make.commitment(plan=plan, continues=make.commitment())
    edit(client, own, title_es="Prevenir")
    own.delete()

    address = reverse("admin:plan_draft", args=["r"])
    page = client.get(address)
    assert page.context["form"] is None
    [conflict] = page.context["tree"].conflicts
    assert conflict.changes == ()
    client.post(address, {"settle": "1"})

    assert not DraftLine.objects.exists()


# The act, and where amendments were


def test_a_warning_about_the_reason_stands_beside_the_decision(client, activity):
    edit(client, activity.plan, ends_on="2029-12-31")
    propose(client, activity.plan, reason_es="Se rescató a dos niñas en Azua.")

    page = client.get(reverse("admin:approval", args=[PendingChange.objects.get().pk]))

    assert [each.label for each in page.context["examined"].findings]


def test_the_file_of_the_act_is_kept_for_the_secretariat(client, activity):
    upload = SimpleUploadedFile("Acta.pdf", make_pdf())
    edit(client, activity.plan, ends_on="2029-12-31")

    propose(client, activity.plan, upload=upload)

    amendment = Amendment.objects.get()
    response = client.get(reverse("admin:act_file", args=[amendment.pk]))
    assert amendment.original_name == "Acta.pdf"
    assert b"".join(response).startswith(b"%PDF")


def test_a_long_draft_costs_the_same(client, activity):
    address = reverse("admin:plan_tree", args=["p"])
    edit(client, activity, title_es="Cursos")
    titles = map(str, count())

    def grow():
        add(
            *(client, "actividad", activity.commitment),
            **NO_VICTIMS,
            **{"title_es": next(titles), "agency": activity.agency_id},
        )

    few, many = costs(lambda: client.get(address), grow)

    assert many <= few <= 45
