"""The pages on which staff propose amendments, and what they refuse."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from strategic_areas import workflow
from strategic_areas.desk.changes.amending import FORMS
from strategic_areas.models import (
    Activity,
    Amendment,
    Commitment,
    PendingChange,
    Plan,
    Programme,
)
from tests import factories
from tests.factories import make_reviewer
from tests.uploads import make_pdf

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


def amend(client, kind, **fields):
    return client.post(reverse("admin:amend", args=["p", kind]), {**ACT, **fields})


def approved():
    return workflow.approve(PendingChange.objects.get(), by=make_reviewer())


def posted(activity):
    """Of each kind what is filled in besides the act."""
    agency, commitment = activity.agency_id, activity.commitment_id
    both = list(Activity.objects.values_list("pk", flat=True))
    whole = {"title_es": "Talleres", "agency": agency, "work": "one_off"}
    victims = {"counts_victims": "False", "reaches_victims": "False"}
    return {
        "agregar": {**whole, **victims, "code": "1.9", "commitment": commitment},
        "dividir": {
            "activity": activity.pk,
            **{"code_1": "1.1.a", "title_1": "A", "agency_1": agency},
            **{"code_2": "1.1.b", "title_2": "B", "due_on_2": "2026-09-30"},
            "agency_2": activity.commitment.lead_id,
        },
        "unir": {**whole, "code": "1.9", "activities": both},
        "suspender": {
            "activity": activity.pk,
            "stopped_on": "2026-03-01",
            "resumes_on": "2026-06-01",
        },
        "cancelar": {"commitment": commitment, "stopped_on": "2026-03-01"},
        "extender": {"ends_on": "2029-12-31"},
    }


#: Of each kind: the codes that stand afterwards, and how the first record stands.
AFTERWARDS = {
    "agregar": ["1.1", "1.2", "1.9"],
    "dividir": ["1.1.a", "1.1.b", "1.2"],
    "unir": ["1.9"],
}


@pytest.mark.parametrize("kind", FORMS)
def test_each_kind_is_proposed_by_one_and_applies_when_another_approves(
    kind, client, activity
):
    before = list(Activity.objects.standing().values_list("code", flat=True))

    response = amend(client, kind, **posted(activity)[kind])

    change = PendingChange.objects.get()
    assert response.url == reverse("admin:approval", args=[change.pk])
    assert ACT["reason_es"] in client.get(response.url).content.decode()
    assert list(Activity.objects.standing().values_list("code", flat=True)) == before
    assert approved().amendment.kind == FORMS[kind].kind
    codes = Activity.objects.standing().values_list("code", flat=True)
    assert list(codes) == AFTERWARDS.get(kind, before)
    stood = Commitment.objects.get().stopped, Activity.objects.get(code="1.1").stopped
    assert stood == {"cancelar": ("cancelled", ""), "suspender": ("", "suspended")}.get(
        kind, ("", "")
    )
    assert Plan.objects.get().ends_on.year == (2029 if kind == "extender" else 2028)


WRONG = {
    "extender": {"ends_on": "2028-12-31"},
    "unir": {"activities": []},
    "dividir": {"due_on_2": "2030-01-01"},
    "agregar": {"due_on": "2030-01-01"},
    "cancelar": {"commitment": ""},
    "suspender": {"resumes_on": "2026-03-01"},
}


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        *WRONG.items(),
        ("agregar", {"counts_victims": ""}),
        ("extender", {"act": "signed_page"}),
        ("extender", {"act": ""}),
        ("extender", {"deciding_act_es": ""}),
        ("extender", {"decided_on": ""}),
        ("extender", {"reason_es": "Lo pidió 001-1234567-8."}),
        ("extender", {"upload": SimpleUploadedFile("a.exe", b"MZ")}),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(kind, fields, client, activity):
    response = amend(client, kind, **posted(activity)[kind] | fields)

    form = response.context["form"]
    assert (response.status_code, list(form.errors)) == (
        422,
        ["commitment"] if kind == "cancelar" else list(fields),
    )
    assert form.data["act"] == fields.get("act", ACT["act"])
    assert not PendingChange.objects.exists()


def test_the_lists_offer_the_chosen_plans_own_records_alone(client, activity):
    factories.open_structure()
    other = factories.make_activity(plan=factories.make_plan(code="q"))
    rebuilt = factories.make_activity(
        commitment=activity.commitment, provenance="press"
    )
    factories.close_structure()

    offered = client.get(reverse("admin:amend", args=["p", "dividir"])).context["form"]

    found = set(offered.fields["activity"].queryset)
    assert activity in found
    assert not {other, rebuilt} & found
    response = amend(
        client, "dividir", **posted(activity)["dividir"] | {"activity": other.pk}
    )
    assert "activity" in response.context["form"].errors


def test_a_warning_about_the_reason_stands_beside_the_decision(client, activity):
    reason = "Se rescató a dos niñas en Azua."
    amend(client, "extender", ends_on="2029-12-31", reason_es=reason)

    page = client.get(reverse("admin:approval", args=[PendingChange.objects.get().pk]))

    assert [each.label for each in page.context["examined"].found]


def test_the_file_of_the_act_is_kept_for_the_secretariat(client, activity):
    upload = SimpleUploadedFile("Acta.pdf", make_pdf())

    amend(client, "extender", ends_on="2029-12-31", upload=upload)

    amendment = Amendment.objects.get()
    response = client.get(reverse("admin:act_file", args=[amendment.pk]))
    assert amendment.original_name == "Acta.pdf"
    assert b"".join(response).startswith(b"%PDF")


def test_each_plan_leads_to_each_kind(client, activity):
    page = client.get(reverse("admin:amendment_kinds")).content.decode()

    addresses = [reverse("admin:amend", args=["p", kind]) for kind in FORMS]
    assert [each for each in addresses if each not in page] == []


# The forms of the admin


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
