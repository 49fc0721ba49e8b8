"""A workbook's row of the plan itself, records of other plans, and exchanged codes."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from strategic_areas import models, workflow
from strategic_areas.desk.plan_workbook.comparison import STORED_CODE
from tests import make
from tests.deep import DEEP, drawn
from tests.make.plans import close_structure, open_structure
from tests.strategic_areas.planbooks import Keeper
from tests.strategic_areas.test_planbook import counts, faults
from tests.strategic_areas.test_planbook_amending import ACT

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", params=["in_preparation", "approved"])
def either(request, lasting):
    with transaction.atomic():
        plan = make.plan(code="p", status=request.param)
        agency = make.agency(acronym="MIP")
        make.participation(plan=plan, agency=agency)
        area = make.area(plan=plan, code="E1", slug_es="uno")
        programme = make.programme(area=area, code="P1")
        for code in ("1", "2"):
            make.commitment(
                programme=programme, lead=agency, code=code, title_es=f"Fue {code}"
            )
        make.activity(
            commitment=models.Commitment.objects.get(code="1"),
            code="1.1",
            title_es="Fue 1.1",
        )
        close_structure()
        yield Keeper.of(plan)
        transaction.set_rollback(True)


@pytest.fixture
def keeper(client, either):
    return either.with_client(client)


def keep(keeper, book):
    """Bring a workbook once, keep what it says, and have it approved."""
    response = keeper.bring(book)
    assert faults(response) == []
    kept = keeper.keep(response, **ACT)
    assert kept.status_code == 302
    for change in models.PendingChange.objects.waiting():
        workflow.approve(change, by=make.reviewer())
    assert counts(keeper.bring(book)).keys() == {"unchanged"}


def test_the_plans_own_title_and_dates_are_changed(keeper):
    later = date(2030, 6, 30)
    book = keeper.book.fill("plans", "p", title_es="Otro plan", ends_on=later)
    # What comes after its old end is right once the plan itself ends later.
    book.fill("activities", "1.1", due_on=date(2030, 1, 1))

    keep(keeper, book)

    plan = models.Plan.objects.get()
    assert (plan.title_es, plan.ends_on) == ("Otro plan", later)
    assert models.Activity.objects.get().due_on == date(2030, 1, 1)
    kinds = list(models.Amendment.objects.values_list("kind", flat=True))
    assert kinds == ([] if keeper.plan.status == "in_preparation" else ["several"])


def test_no_other_plan_is_added_or_changed(keeper):
    other = make.plan(code="otro", title_es="Otro")
    book = keeper.book
    dates = {"starts_on": date(2025, 1, 1), "ends_on": date(2028, 1, 1)}
    for origin in (None, "otro"):
        book.add("plans", **{"origin": origin, "title_es": "Robado", **dates})

    response = keeper.bring(book)

    column, last = book.columns("plans")[STORED_CODE], book.pages["plans"].max_row
    cells = [book.pages["plans"].cell(row, column) for row in (last - 1, last)]
    assert faults(response) == [cell.coordinate for cell in cells]
    assert "save_form" not in response.context
    other.refresh_from_db()
    assert other.title_es == "Otro"


def test_a_record_continues_one_of_another_plan(keeper):
    open_structure()
    old = make.commitment(plan=make.plan(code="ayer"), code="1.1")
    close_structure()
    book = keeper.book.fill("commitments", "1", continues="ayer/9")
    assert len(faults(keeper.bring(book))) == 1
    book.fill("commitments", "1", continues="ayer / 1.1")

    keep(keeper, book)

    assert models.Commitment.objects.get(plan=keeper.plan, code="1").continues == old
    # It concerns the other plan, so even in preparation two people decide.
    assert models.PendingChange.objects.count() == 1


def test_codes_are_exchanged_by_one_upload(keeper):
    """Two commitments change places; a new one takes the code of an activity."""
    book = keeper.book
    book.fill("commitments", "1", code="2").fill("commitments", "2", code="1")
    book.fill("activities", "1.1", code="1.2", commitment="1")
    new = {"code": "1.1", "commitment": "1", "title_es": "Nueva", "agency": "MIP"}
    book.add("activities", **new)

    keep(keeper, book)

    titles = dict(models.Commitment.objects.values_list("code", "title_es"))
    assert titles == {"1": "Fue 2", "2": "Fue 1"}
    titles = dict(models.Activity.objects.values_list("code", "title_es"))
    assert titles == {"1.1": "Nueva", "1.2": "Fue 1.1"}
    assert models.Commitment.objects.get(code="2").sort_code == "000002"


def test_a_code_that_nobody_gives_up_is_refused(keeper):
    book = keeper.book
    book.fill("commitments", "1", code="2").fill("commitments", "2", code="3")
    page = book.pages["commitments"]
    # Its row is gone: the commitment 2 stays as it is, and keeps its code.
    page.delete_rows(book.rows("commitments")["2"])

    response = keeper.bring(book)

    assert faults(response) == [book.cell("commitments", "1", "code").coordinate]
    assert "save_form" not in response.context


@pytest.mark.parametrize("either", ["in_preparation"], indirect=True)
def test_what_cannot_be_exchanged_says_what_to_do(keeper):
    indicator = make.indicator(plan=keeper.plan, code="N-1")
    for year in (2025, 2026):
        days = {"starts_on": date(year, 1, 1), "ends_on": date(year, 12, 31)}
        make.indicator_target(indicator, value=year, provenance="", **days)
    book = keeper.take()
    first, second = book.rows("targets")
    for code, year in ((first, 2026), (second, 2025)):
        days = {"starts_on": date(year, 1, 1), "ends_on": date(year, 12, 31)}
        book.fill("targets", code, **days)

    page = keeper.bring(book)

    assert len(faults(page)) == 2
    assert "Otra fila de este libro" in page.content.decode()
    assert models.Target.objects.get(value=2025).starts_on.year == 2025


#: So many rows of each of two sheets, beside 2, tell whether each asks the database.
CHANGED_ROWS = 50 if DEEP else 8


@pytest.mark.parametrize(
    "either", drawn(["approved", "in_preparation"], 1), indirect=True
)
def test_many_changed_rows_are_previewed_by_as_many_queries(keeper):
    open_structure()
    commitment = models.Commitment.objects.get(code="1")
    for number in range(2, CHANGED_ROWS + 10):
        make.activity(commitment=commitment, code=f"1.{number}", kind="continuing")
        make.commitment(
            programme=commitment.programme, lead=commitment.lead, code=f"1{number}"
        )
    close_structure()

    book = keeper.take()

    def asked(number):
        """For the preview of so many changed rows on two sheets, half with a fault."""
        for sheet, code in (("commitments", "1"), ("activities", "1.1")):
            codes = [code, *(each for each in book.rows(sheet) if each != code)]
            for place, each in enumerate(codes[:number]):
                book.fill(sheet, each, title_es="Otro", starts_on=date(2026, 6, 1))
                due = date(2026, 1, 1) if place % 2 else date(2027, 1, 1)
                book.fill(sheet, each, due_on=due)
        content = book.content
        with CaptureQueriesContext(connection) as queries:
            told = counts(keeper.bring(content))
        assert told["changed"] + told["refused"] == 2 * number
        return len(queries)

    assert asked(2) == asked(CHANGED_ROWS)


@pytest.mark.parametrize(
    ("cell", "quantity"), [("2,5", "2.5"), ("1.250,5", "1250.5"), (12.25, "12.25")]
)
def test_a_planned_quantity_is_read_with_comma_and_point(keeper, cell, quantity):
    keep(keeper, keeper.book.fill("activities", "1.1", quantity=cell))

    assert models.Activity.objects.get().quantity == Decimal(quantity)
