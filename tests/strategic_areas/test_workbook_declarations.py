"""Declarations on commitments in the workbook of a round."""

from dataclasses import replace

import pytest
from django.urls import reverse

from strategic_areas import workflow
from strategic_areas.models import CommitmentUpdate
from strategic_areas.workflow.questions import DECLARATION, QUESTION_BY_MODEL
from tests import make
from tests.strategic_areas.filling import Book, Filler, faults, in_state

pytestmark = pytest.mark.django_db

STATEMENT = "La unidad funciona desde marzo."


class DeclarationBook(Book):
    """The page of declarations of a downloaded workbook; cells go by commitment."""

    key = "commitment.commitment"


class Lead(Filler):
    def __init__(self, client):
        super().__init__(client)
        self.commitment = self.activity.commitment

    def download(self):
        return DeclarationBook(self.client.get(self.address()).content)

    def fill(self, **values):
        named = {f"commitment.{name}": value for name, value in values.items()}
        return self.download().fill(self.commitment, **named)

    def declared(self):
        about = {"commitment": self.commitment, "period": self.period}
        return make.declaration(by=self.user, **about)

    def saved(self):
        rows = CommitmentUpdate.objects.filter(period=self.period)
        return [(row.commitment, row.result, row.statement_es) for row in rows]


@pytest.fixture
def lead(client):
    return Lead(client)


def test_a_further_kind_of_answer_has_its_page_from_its_declaration(lead, monkeypatch):
    """An owed one too; its names are its own, and older workbooks do without it."""
    owed = replace(DECLARATION, is_owed=True)
    before = lead.client.get(lead.address()).content
    monkeypatch.setitem(QUESTION_BY_MODEL, CommitmentUpdate, owed)

    book = lead.fill(result="Cumplido", statement_es=STATEMENT)
    lead.confirm(lead.upload(book))
    older = DeclarationBook(before)
    del older.book[older.page.title]

    assert lead.saved() == [(lead.commitment, "fulfilled", STATEMENT)]
    assert lead.upload(older).status_code == 200


def test_it_lists_the_commitments_that_the_agency_leads_and_nobody_elses(lead):
    make.commitment(plan=lead.plan)

    assert list(lead.download().numbers()) == [lead.commitment.pk]


def test_who_leads_none_has_no_such_page(lead):
    type(lead.commitment).objects.update(lead=make.commitment(plan=lead.plan).lead)

    with pytest.raises(StopIteration):
        lead.download()


def test_as_it_was_downloaded_it_changes_nothing(lead):
    lead.declared()

    response = lead.upload(lead.download())

    assert len(in_state(response, "unchanged")) == 2
    assert response.context["count"] == 0


def test_what_is_filled_in_is_stored_once_it_is_saved(lead):
    book = lead.fill(result="Cumplido", statement_es=STATEMENT)

    preview = lead.upload(book)
    before = lead.saved()
    lead.confirm(preview)

    assert before == []
    assert lead.saved() == [(lead.commitment, "fulfilled", STATEMENT)]
    assert len(in_state(lead.upload(book), "unchanged")) == 2


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"result": "Cumplido"}, "statement_es"),
        ({"statement_es": STATEMENT}, "result"),
        ({"result": "Tal vez", "statement_es": STATEMENT}, "result"),
        (
            {"result": "Cumplido", "statement_es": "Cédula 001-1234567-8."},
            "statement_es",
        ),
        ({"result": "Cumplido", "statement_es": "=1+1"}, "statement_es"),
    ],
)
def test_each_fault_stands_by_its_cell_and_nothing_is_saved(lead, values, wrong):
    book = lead.fill(**values)

    response = lead.upload(book)

    cell = book.cell(lead.commitment, f"commitment.{wrong}")
    assert faults(response) == [cell.coordinate]
    assert response.context["count"] == 0


def test_what_somebody_saved_meanwhile_is_not_overwritten(lead):
    declaration = lead.declared()
    book = lead.fill(statement_es=STATEMENT)
    declaration.statement_es = "Lo más nuevo."
    workflow.save_draft(declaration, by=lead.user, seen_version=1)

    response = lead.upload(book)

    (outcome,) = in_state(response, "stale")
    assert [(each.old, each.new) for each in outcome.changes] == [
        ("Lo más nuevo.", STATEMENT)
    ]
    assert response.context["count"] == 0


def test_what_was_sent_stays(lead):
    declaration = lead.declared()
    book = lead.fill(statement_es=STATEMENT)
    workflow.submit(declaration, by=lead.user)

    response = lead.upload(book)

    cell = book.cell(lead.commitment, "commitment.statement_es")
    assert faults(response) == [cell.coordinate]


def test_another_agencys_commitment_is_not_reached_by_its_id(lead):
    stranger = make.commitment(plan=lead.plan)
    book = lead.fill(result="Cumplido", statement_es=STATEMENT)
    book.cell(lead.commitment, "commitment.code").value = stranger.code
    book.cell(lead.commitment, "commitment.commitment").value = stranger.pk

    response = lead.upload(book)

    assert [each.row for each in in_state(response, "refused")] == [None]
    assert lead.saved() == []


def test_a_workbook_of_a_time_without_declarations_is_read(lead):
    book = lead.download()
    del book.book[book.page.title]

    response = lead.upload(book)

    assert [each.worksheet.name for each in response.context["outcomes"]] == [
        "activity"
    ]


def test_a_page_without_its_key_is_refused_by_its_column(lead):
    book = lead.fill(result="Cumplido", statement_es=STATEMENT)
    book.page.delete_cols(book.columns()["commitment.commitment"])

    response = lead.upload(book)

    assert response.status_code == 422
    assert "commitment.commitment" in response.context["upload"].errors["workbook"][0]


def test_a_declaration_that_was_returned_is_mended_in_the_workbook(lead):
    declaration = lead.declared()
    workflow.submit(declaration, by=lead.user)
    workflow.return_to_agency(declaration, by=make.reviewer(), reason="Diga dónde.")
    book = lead.fill(statement_es=STATEMENT)

    page = lead.client.get(lead.confirm(lead.upload(book)).url)

    declaration.refresh_from_db()
    assert "Diga dónde." in book.cell(lead.commitment, "commitment.state").value
    assert declaration.statement_es == STATEMENT
    assert page.request["PATH_INFO"] == reverse(
        "admin:sheet", args=[lead.period.pk, lead.agency.slug]
    )
