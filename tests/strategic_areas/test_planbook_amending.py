"""A workbook of an approved plan: what it changes is sent for approval."""

from datetime import date

import pytest

from strategic_areas import workflow
from strategic_areas.desk.plan_workbook import views
from strategic_areas.desk.sheet_workbook.signed_preview import sign
from strategic_areas.models import (
    Activity,
    Amendment,
    Commitment,
    PendingChange,
    Programme,
)
from tests import make
from tests.make.plans import close_structure, open_structure
from tests.strategic_areas.drafts import ACT
from tests.strategic_areas.planbooks import Keeper
from tests.strategic_areas.test_planbook import counts

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def kept_keeper(lasting):
    made = make.activity(plan=make.plan(code="p"), code="1.1")
    make.participation(plan=made.plan, agency=made.agency)
    close_structure()
    return Keeper.of(made.plan)


@pytest.fixture
def keeper(client, kept_keeper):
    return kept_keeper.with_client(client)


def test_what_is_no_structure_asks_for_no_act(keeper):
    book = keeper.book.fill("activities", "1.1", note_es="Se coordina con todos.")

    keeper.keep(keeper.bring(book))

    assert not Amendment.objects.exists()
    workflow.approve(PendingChange.objects.get(), by=make.reviewer())
    assert Activity.objects.get().note_es == "Se coordina con todos."


def test_the_preview_says_what_follows_in_public_and_keeps_nothing(keeper):
    activity = Activity.objects.get()
    due = {"due_on": activity.plan.ends_on, "due_provenance": "Stated by the plan"}

    response = keeper.bring(keeper.book.fill("activities", "1.1", **due))

    (line,) = response.context["effects"]["lines"]
    assert (line.label, line.label in response.text) == ("1.1 · Puntualidad", True)
    assert Activity.objects.get().due_on is None
    keeper.keep(response, **ACT)
    assert PendingChange.objects.exists()


def test_an_act_that_is_missing_leaves_what_follows_in_public_on_the_page(keeper):
    due_on = Activity.objects.get().plan.ends_on
    due = {"due_on": due_on, "due_provenance": "Stated by the plan"}
    preview = keeper.bring(keeper.book.fill("activities", "1.1", **due))

    response = keeper.keep(preview)

    assert response.status_code == 422
    (line,) = response.context["effects"]["lines"]
    assert [line] == preview.context["effects"]["lines"]
    assert line.label in response.text


def test_an_act_that_is_missing_leaves_what_has_no_row_on_the_page(keeper):
    book = keeper.book.fill("activities", "1.1", title_es="Otra")
    page = book.pages["participations"]
    page.delete_rows(page.max_row)
    preview = keeper.bring(book)

    response = keeper.keep(preview)

    ((title, keys),) = preview.context["absent"]
    assert keys == [Activity.objects.get().agency.acronym]
    assert response.context["absent"] == [[title, keys]]
    assert f"{title}: {keys[0]}" in response.text


def test_a_preview_signed_without_what_has_no_row_is_kept(keeper, monkeypatch):
    def sign_lines(content, *signed_for):
        return sign(content["lines"], *signed_for)

    monkeypatch.setattr(views, "sign", sign_lines)
    preview = keeper.bring(keeper.book.fill("activities", "1.1", title_es="Otra"))

    response = keeper.keep(preview, **ACT)

    assert response.status_code == 302


def test_new_records_that_lead_to_each_other_are_one_amendment(keeper):
    agency = Activity.objects.get().agency.acronym
    programme = Programme.objects.get().code
    book = keeper.book
    new = {"code": "N", "programme": programme, "title_es": "Nuevo", "lead": agency}
    book.add("commitments", **new, due_on=date(2027, 1, 1))
    new = {"code": "N.1", "commitment": "N", "title_es": "Nueva", "agency": agency}
    book.add("activities", **new)

    keeper.keep(keeper.bring(book), **ACT)
    workflow.approve(PendingChange.objects.get(), by=make.reviewer())

    assert Activity.objects.get(code="N.1").commitment.code == "N"
    assert Amendment.objects.get().kind == Amendment.Kind.ADD
    assert counts(keeper.bring(book)).keys() == {"unchanged"}


def test_a_change_of_a_public_address_is_said(keeper):
    book = keeper.book.fill("activities", "1.1", code="1.2")

    page = keeper.bring(book).content.decode()

    assert "esto cambia una dirección pública" in page.lower()


def test_what_stays_without_a_successor_is_named(keeper):
    activity = Activity.objects.get()
    open_structure()
    for code in ("R-1", "R-2"):
        make.commitment(
            programme=activity.commitment.programme,
            lead=activity.agency,
            code=code,
            provenance="press",
        )
    make.activity(
        commitment=Commitment.objects.get(code="R-1"), code="R-1.a", provenance="press"
    )
    close_structure()
    new = {"code": "N", "title_es": "Nuevo", "lead": activity.agency.acronym}
    programme = activity.commitment.programme.code
    book = keeper.take()
    book.add("commitments", **new, programme=programme, supersedes="R-1")

    response = keeper.bring(book)

    succession = response.context["effects"]["succession"]
    left = [str(record) for _title, found in succession["left"] for record in found]
    assert [name.split()[0] for name in left] == ["R-2"]
    assert [counted[1:] for counted in succession["counts"]] == [(3, 3), (2, 1)]
    assert response.context["save_form"]["act"].value() == "official_document"
