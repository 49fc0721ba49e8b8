"""Every cell of every dataset is of its declaration, or says why it is empty."""

from copy import deepcopy
from datetime import date

import pytest
from django.utils.translation import override

from strategic_areas.datasets.snapshots import snapshot
from strategic_areas.models import Plan
from strategic_areas.states import CommitmentState
from tests import states_plan
from tests.datasets import faults, wrongly_declared
from tests.reading import kept_in_memory
from tests.states_plan.staging import clock
from tests.strategic_areas.plans import shipped_content
from tests.strategic_areas.plans.kept import load_shipped

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

TODAY = date(2026, 11, 27)
SHIPPED, INVENTED = shipped_content()["plan"]["code"], states_plan.PLAN
PLANS = (SHIPPED, INVENTED, states_plan.EARLIER)


@pytest.fixture(scope="module")
def told(lasting):
    """A snapshot of each plan by its code."""
    load_shipped()
    states_plan.build(TODAY)
    with clock(TODAY), kept_in_memory():
        yield {code: snapshot(Plan.objects.get(code=code)) for code in PLANS}


def rows_of(told, plan, dataset):
    return list(told[plan].tables[dataset].values())


def test_the_declaration_holds_together():
    assert wrongly_declared() == []


@pytest.mark.parametrize("plan", PLANS)
def test_every_cell_is_as_declared_or_says_why_it_is_empty(told, plan):
    assert faults(told[plan]) == []


def test_commitments_of_every_state_are_told(told):
    told_states = {
        row["state"]
        for plan in (INVENTED, states_plan.EARLIER)
        for row in rows_of(told, plan, "commitments")
    }

    assert told_states == {*map(str, CommitmentState)}


@pytest.mark.parametrize(
    ("dataset", "column", "value", "said"),
    [
        ("commitments", "lead_acronym", "1 de 3 actividades", "is a sentence"),
        ("commitments", "state", "In progress, by its last report", "code list"),
        ("commitments", "activities_total", "3", "is no integer"),
        ("commitments", "activities_total", True, "is no integer"),
        ("commitments", "area", "99", "is not in areas.code"),
        ("commitments", "due_on", "30/11/2026", "is no day"),
        ("commitments", "title_es", None, "nothing says why"),
        ("commitments", "title_en", "", "an empty text"),
        ("activities", "quantity", [1, 2], "is no number"),
        ("activities", "quantity_gap", "not_reported", "told, and said to be"),
        ("reports", "percent_gap", "withheld", "code list"),
    ],
)
def test_what_does_not_belong_in_a_cell_is_found(told, dataset, column, value, said):
    planted = deepcopy(told[INVENTED])
    rows = planted.tables[dataset].values()
    first = next(row for row in rows if row[column.removesuffix("_gap")] is not None)
    if column == "percent_gap":
        first["percent"] = None

    first[column] = value

    assert [said in each for each in faults(planted)] == [True]


def test_an_undeclared_column_is_found(told):
    planted = deepcopy(told[INVENTED])
    next(iter(planted.tables["areas"].values()))["phone"] = "809"

    assert faults(planted) == [
        "areas 1 row: undeclared ['phone'], missing []",
    ]


def test_a_key_that_is_not_the_rows_own_is_found(told):
    planted = deepcopy(told[INVENTED])
    planted.tables["areas"]["9"] = planted.tables["areas"].pop("1")

    assert faults(planted) == ["areas 9 key: is not 1"]


@pytest.mark.parametrize("plan", PLANS)
def test_no_cell_depends_on_the_language_of_the_reader(told, plan):
    with clock(TODAY), override("en"):
        read = snapshot(Plan.objects.get(code=plan))

    assert read == told[plan]
