"""A plan as a workbook: in preparation it fills the plan, cell by cell."""

from datetime import date
from decimal import Decimal

import pytest

from strategic_areas.desk.plan_workbook import views
from strategic_areas.models import (
    Activity,
    Commitment,
    Plan,
    Programme,
    StrategicArea,
    Target,
)
from tests import make
from tests.strategic_areas.planbooks import Keeper
from tests.uploads import make_workbook, with_shared_strings

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def keepers(lasting):
    empty = make.plan(code="2029-2032", status="in_preparation")
    small = make.plan(code="2033-2036", status="in_preparation")
    agency = make.agency(acronym="MIP")
    make.participation(plan=small, agency=agency)
    programme = make.programme(area=make.area(plan=small, code="1"), code="1.1")
    commitment = make.commitment(programme=programme, lead=agency, code="C")
    make.activity(commitment=commitment, code="A", title_es="Taller")
    return Keeper.of(empty), Keeper.of(small)


@pytest.fixture
def empty(client, keepers):
    return keepers[0].with_client(client)


@pytest.fixture
def keeper(client, keepers):
    return keepers[1].with_client(client)


@pytest.fixture
def activity(keepers):
    return Activity.objects.get()


def counts(response):
    return {k: n for k, n in response.context["preview"].counts.items() if n}


def faults(response):
    """Places of cells, or "" for a whole row, in which something is wrong."""
    return [
        fault.place
        for _title, rows in response.context["preview"].tables
        for row in rows
        for fault in row.faults
    ]


def fill(book):
    book.add("areas", code="1", name_es="Prevención y más")
    book.add("programmes", code="1.1", area="1", name_es="Formación")
    book.add("participations", agency="MIP", role="Miembro")
    book.add(
        *["commitments"],
        **{"code": "1.1.1", "programme": "1.1", "title_es": "Formar al personal"},
        **{"lead": "mip", "due_on": "31/12/2026"},
    )
    book.add(
        *["activities"],
        **{"code": "1.1.1.a", "commitment": "1.1.1", "title_es": "Taller nacional"},
        **{"agency": "MIP", "kind": "Continuing", "quantity": 3.5},
        **{"counts_victims": "no", "starts_on": date(2025, 3, 1)},
    )
    book.add(
        *["indicators"],
        **{"code": "N-1", "name_es": "Personas", "unit_es": "personas"},
        **{"counts": "Personas", "commitment": "1.1.1"},
    )
    book.add(
        *["targets"],
        **{"indicator": "N-1", "starts_on": "2025-01-01", "ends_on": "2025-12-31"},
        **{"value": 120},
    )
    return book


def test_while_the_approval_of_the_plan_waits_no_other_plan_is_concerned(empty):
    make.propose_plan(empty.plan)

    form = empty.bring(fill(empty.book)).context["save_form"]

    assert not form.touches_another_plan


def test_an_empty_plan_is_filled_and_the_same_file_again_changes_nothing(empty):
    of_plan, book = {"plan": empty.plan}, fill(empty.book)

    response = empty.bring(book)

    assert (faults(response), counts(response)) == ([], {"new": 7, "unchanged": 1})
    assert not StrategicArea.objects.filter(**of_plan).exists()
    empty.keep(response)
    activity = Activity.objects.get(**of_plan)
    assert activity.commitment.programme.area.slug_es == "prevencion-y-mas"
    assert (activity.kind, activity.quantity) == ("continuing", Decimal("3.5"))
    assert (activity.counts_victims, activity.reaches_victims) == (False, True)
    assert activity.provenance == "plan"
    assert activity.starts_on == date(2025, 3, 1)
    assert activity.history.get().history_user == empty.user
    commitment = Commitment.objects.get(**of_plan)
    assert (commitment.due_provenance, commitment.lead.acronym) == ("plan", "MIP")
    assert Target.objects.get().value == 120
    empty.keep(response)
    assert Activity.objects.filter(**of_plan).count() == 1
    for again in (book, empty.take()):
        response = empty.bring(again)
        assert counts(response) == {"unchanged": 8}
        assert "save_form" not in response.context


#: Cells with what they cannot hold; those of one record are named together.
WRONG = [
    ("areas", "1", "slug_es", "dos palabras"),
    ("areas", "1", "name_es", None),
    ("programmes", "1.1", "code", "1/1"),
    ("programmes", "1.2", "area", "9"),
    ("participations", "MIP", "role", "Jefa"),
    ("commitments", "C", "lead", "OUT"),
    ("commitments", "C", "due_on", "2035-01-01"),
    ("commitments", "C", "supersedes", "C"),
    ("commitments", "D", "lead", "NADIE"),
    ("commitments", "D", "due_on", "mañana"),
    ("activities", "A", "title_es", "Se atendió a 001-1234567-8."),
    ("activities", "B", "title_es", "x" * 401),
    ("activities", "B", "budget_currency", "DOPS"),
    ("activities", "E", "title_es", "=1+1"),
    ("activities", "E", "quantity", "muchos"),
    ("activities", "E", "year", 2025.5),
    ("activities", "F", "code", None),
    ("activities", "G", "code", None),
]


def test_each_error_is_named_by_its_cell(keeper, activity):
    make.agency(acronym="OUT")
    programme = make.programme(area=activity.commitment.programme.area)
    Programme.objects.filter(pk=programme.pk).update(code="1.2")
    within = {"programme": programme, "lead": activity.agency}
    other = make.commitment(**within, code="D")
    for code in ("B", "E", "F", "G", "right"):
        make.activity(commitment=other, code=code)
    book = keeper.take().fill("activities", "right", title_es="Otro")
    for sheet, code, name, value in WRONG:
        book.fill(sheet, code, **{name: value})

    response = keeper.bring(book)

    places = [book.cell(*where).coordinate for *where, _value in WRONG]
    assert sorted(faults(response)) == sorted(places)
    page = response.content.decode()
    assert [place for place in places if f"({place})" not in page] == []
    # What is right beside them is not saved either.
    assert "save_form" not in response.context


def test_a_number_of_victims_is_named_by_its_cell_in_a_public_plan(keeper, activity):
    text = {"title_es": "Acompañar a dos víctimas"}
    book = keeper.take().fill("activities", "A", reaches_victims="Sí", **text)
    place = book.cell("activities", "A", "title_es").coordinate

    before = faults(keeper.bring(book))
    Plan.objects.filter(pk=keeper.plan.pk).update(status="approved")

    assert (before, faults(keeper.bring(book))) == ([], [place])


def test_two_rows_of_one_code_are_refused(keeper):
    book = keeper.book
    for _time in range(2):
        book.add("programmes", code="1.2", area="1", name_es="Otro")

    assert faults(keeper.bring(book)) == ["", ""]


def test_a_stale_workbook_is_refused_and_names_the_row(keeper, activity):
    book = keeper.book.fill("commitments", "C", title_es="Nuevo")
    activity.title_es = "Otro taller"
    activity.save()

    response = keeper.bring(book)

    assert faults(response) == [book.cell("activities", "A", "title_es").coordinate]
    assert counts(response)["stale"] == 1
    assert "save_form" not in response.context


def test_nothing_is_saved_over_what_was_changed_after_the_preview(keeper, activity):
    response = keeper.bring(keeper.book.fill("activities", "A", title_es="Nuevo"))
    activity.title_es = "Otro taller"
    activity.save()

    keeper.keep(response)

    activity.refresh_from_db()
    assert activity.title_es == "Otro taller"


def test_a_preview_is_saved_by_nobody_else(keeper, activity, client):
    response = keeper.bring(keeper.book.fill("activities", "A", title_es="Nuevo"))
    other = Keeper(client, make.reviewer(), keeper.plan)

    other.keep(response)

    activity.refresh_from_db()
    assert activity.title_es == "Taller"


def test_a_new_plan_starts_from_the_last_one(empty):
    last = make.plan(code="2020", starts_on=date(2020, 1, 1))
    source = make.source(plan=last)
    told = {"provenance": "press", "note_es": "Lo escribe la prensa."}
    area = make.area(plan=last, code="1", **told)
    area.sources.add(source)
    agency = make.agency()
    make.participation(plan=last, agency=agency)
    programme = make.programme(area=area, code="1.1")
    within = {"programme": programme, "lead": agency}
    old = make.commitment(**within)
    new = make.commitment(**within, code="C", due_on=date(2021, 5, 1))
    new.supersedes.add(old)
    book = empty.take(last)

    response = empty.bring(book)
    assert faults(response) == []
    empty.keep(response)

    (commitment,) = Commitment.objects.filter(plan=empty.plan)
    assert (commitment.code, commitment.due_on) == ("C", None)
    area = commitment.programme.area
    assert (area.provenance, area.note, area.sources.count()) == ("plan", "", 0)
    assert not commitment.supersedes.exists()
    assert counts(empty.bring(book)).keys() == {"unchanged"}


def test_an_approved_plan_takes_no_other_plans_workbook(keeper):
    other = Keeper(keeper.client, keeper.user, make.plan())

    assert other.bring(keeper.taken).status_code == 422


def test_a_workbook_of_far_more_than_a_plan_is_refused(keeper, monkeypatch):
    monkeypatch.setattr(views, "MAX_RECORDS", 4)

    assert keeper.bring(keeper.taken).status_code == 422


@pytest.mark.parametrize("content", [b"%PDF-", make_workbook()])
def test_what_is_no_workbook_of_a_plan_is_refused(keeper, content):
    assert keeper.bring(content).status_code == 422


def test_a_workbook_that_another_program_saved_is_read(keeper, activity):
    book = keeper.book.fill("activities", "A", title_es="Otro taller")

    response = keeper.bring(with_shared_strings(book.content))

    assert faults(response) == []
    assert counts(response)["changed"] == 1
    keeper.keep(response)
    activity.refresh_from_db()
    assert activity.title_es == "Otro taller"
