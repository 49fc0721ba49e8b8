"""A whole plan by workbook: built, approved, amended; and an official matrix."""

from datetime import date

import pytest
from django.urls import reverse

from agencies.access import RefusedError
from strategic_areas import workflow
from strategic_areas.importing import load_plan_file
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Amendment,
    Commitment,
    PendingChange,
    Plan,
    PlanChange,
    Programme,
    StrategicArea,
)
from tests import make
from tests.deep import DEEP
from tests.make.plans import approve_plan, close_structure
from tests.strategic_areas.planbooks import Keeper
from tests.strategic_areas.plans import part_of_shipped, write
from tests.strategic_areas.plans.kept import load_shipped
from tests.strategic_areas.test_planbook import counts, faults
from tests.strategic_areas.test_planbook_amending import ACT

pytestmark = pytest.mark.django_db
#: A plan as a commission would build it; in the short form a small one.
SIZES = (3, 10, 60, 200) if DEEP else (2, 3, 6, 12)
AREAS, PROGRAMMES, COMMITMENTS, ACTIVITIES = SIZES


def fill(book, agencies):
    for agency in agencies:
        book.add("participations", agency=agency, role="Member")
    for area in range(1, AREAS + 1):
        book.add("areas", code=f"{area}", name_es=f"Eje {area}")
    for number in range(PROGRAMMES):
        area, own = number % AREAS + 1, number // AREAS + 1
        code = f"{area}.{own}"
        book.add("programmes", code=code, area=f"{area}", name_es=f"Programa {code}")
    programmes = [f"{n % AREAS + 1}.{n // AREAS + 1}" for n in range(PROGRAMMES)]
    for number in range(COMMITMENTS):
        book.add(
            "commitments",
            code=f"C-{number}",
            programme=programmes[number % PROGRAMMES],
            title_es=f"Compromiso {number}",
            lead=agencies[number % 5],
            supporting="; ".join(agencies[:2]),
            due_on=date(2027, 6, 30),
        )
    for number in range(ACTIVITIES):
        book.add(
            "activities",
            code=f"A-{number}",
            commitment=f"C-{number % COMMITMENTS}",
            title_es=f"Actividad {number}",
            agency=agencies[number % 5],
            due_on=date(2027, 3, 31),
            quantity=number + 1,
            unit_es="talleres",
        )
    return book


def test_a_whole_plan_is_built_approved_read_and_amended(client):
    plan = make.plan(code="p", status="in_preparation")
    close_structure()
    keeper = Keeper(client, make.reviewer(), plan)
    agencies = [make.agency(acronym=f"INST{n}").acronym for n in range(5)]
    book = fill(keeper.take(), agencies)

    keeper.keep(keeper.bring(book))

    whole = (StrategicArea, Programme, Commitment, Activity)
    made = tuple(model.objects.filter(plan=plan).count() for model in whole)
    assert made == (AREAS, PROGRAMMES, COMMITMENTS, ACTIVITIES)
    approve_plan(plan, by=keeper.user)
    assert "Actividad 5" in client.get("/p/compromisos/C-5/").content.decode()
    change_ten_cells(keeper)


TEN = {
    ("areas", "1"): {"name_es": "Prevenir"},
    ("programmes", "1.1"): {"name_es": "Formar"},
    ("commitments", "C-1"): {"title_es": "Otro", "due_on": date(2027, 12, 31)},
    ("commitments", "C-2"): {"lead": "INST0", "supporting": "INST3"},
    ("activities", "A-1"): {"title_es": "Otra", "quantity": 50},
    ("activities", "A-2"): {"agency": "INST1"},
    ("activities", "A-3"): {"due_on": date(2028, 1, 31)},
}


def change_ten_cells(keeper):
    book = keeper.take()
    for (sheet, code), values in TEN.items():
        book.fill(sheet, code, **values)

    response = keeper.bring(book)
    assert counts(response)["changed"] == len(TEN)
    assert keeper.keep(response).status_code == 422
    sent = keeper.keep(response, **ACT)

    change = PendingChange.objects.get(status="pending")
    assert sent.url == reverse("admin:approval", args=[change.pk])
    assert not Activity.objects.filter(title_es="Otra").exists()
    # Sent once, it is not sent again.
    assert len(faults(keeper.bring(book))) == len(TEN)
    with pytest.raises(RefusedError):
        workflow.approve(change, by=keeper.user)
    workflow.approve(change, by=make.reviewer())
    amendment = Amendment.objects.get()
    assert PlanChange.objects.filter(amendment=amendment).count() == 10
    assert Commitment.objects.get(code="C-1").due_provenance == "amendment"
    assert counts(keeper.bring(book)).keys() == {"unchanged"}


@pytest.fixture(scope="module")
def shipped(lasting, tmp_path_factory):
    """The plan with its reconstruction; in the short form a part of it."""
    if DEEP:
        load_shipped()
    else:
        load_plan_file(write(tmp_path_factory.mktemp("shipped"), part_of_shipped()))
    return Plan.objects.get(code="2017-2020")


MATRIX = ACT | {"act": "official_document", "deciding_act_es": "Matriz, hoja 2"}


def standing():
    return [model.objects.not_superseded().count() for model in (Commitment, Activity)]


def reports():
    return set(ActivityUpdate.objects.values_list("pk", "activity", "status"))


def test_an_official_matrix_takes_the_place_of_the_reconstruction(client, shipped):
    keeper = Keeper(client, make.reviewer(), shipped)
    old = [*Commitment.objects.all(), *Activity.objects.all()]
    before, kept, told = standing(), reports(), ActivityUpdate.objects.published()
    commitments = Commitment.objects.select_related("plan")
    addresses = [record.get_absolute_url() for record in commitments[::3]]

    book = keeper.take()
    for sheet, columns in (
        ("commitments", ("programme", "title_es", "lead")),
        ("activities", ("commitment", "title_es", "agency")),
    ):
        for code in book.rows(sheet):
            said = {name: book.cell(sheet, code, name).value for name in columns}
            # A plan's own words count nobody in work with victims.
            said["title_es"] = said["title_es"].replace("una víctima", "víctimas")
            if sheet == "activities":
                said["commitment"] = said["commitment"].removeprefix("R-")
            book.add(sheet, code=code.removeprefix("R-"), supersedes=code, **said)
    for sheet in ("areas", "programmes"):
        for code in book.rows(sheet):
            book.fill(sheet, code, provenance="Stated by the plan")
    response = keeper.bring(book)

    assert faults(response) == []
    succession = response.context["effects"]["succession"]
    replaced = [str(each) for _new, found in succession["pairs"] for each in found]
    assert sorted(replaced) == sorted(map(str, old))
    assert (succession["left"], succession["reports"]) == ([], told.count())
    keeper.keep(response, **MATRIX)
    assert standing() == before
    workflow.approve(PendingChange.objects.get(), by=make.reviewer())
    assert Amendment.objects.get().kind == Amendment.Kind.OFFICIAL_MATRIX
    assert standing() == [after for _title, _before, after in succession["counts"]]
    assert not Commitment.objects.not_superseded().exclude(provenance="plan").exists()
    assert reports() == kept
    client.logout()
    assert {client.get(each, follow=True).status_code for each in addresses} == {200}
