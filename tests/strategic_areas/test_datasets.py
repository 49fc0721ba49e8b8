"""Every cell of every dataset is of its declaration, or says why it is empty."""

import csv
import io
from collections import Counter
from copy import deepcopy
from datetime import date

import pytest
from django.urls import reverse
from django.utils.translation import override
from openpyxl import load_workbook

from agencies.audit import AuditEntry, Event
from strategic_areas.commitment_states import CommitmentState
from strategic_areas.datasets import DATASETS
from strategic_areas.datasets.formats.workbook import as_workbook
from strategic_areas.datasets.snapshots import take_snapshot
from strategic_areas.models import Plan
from strategic_areas.public_paths import public_path
from tests import make, states_plan
from tests.datasets import faults, wrongly_declared
from tests.states_plan.staging import clock
from tests.strategic_areas.plans import shipped_content
from tests.strategic_areas.plans.kept import load_shipped

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 27)
SHIPPED, INVENTED = shipped_content()["plan"]["code"], states_plan.PLAN
PLANS = (SHIPPED, INVENTED, states_plan.EARLIER)


@pytest.fixture(scope="module")
def told(lasting, kept_in_memory):
    load_shipped()
    states_plan.build(TODAY)
    with clock(TODAY):
        yield {code: take_snapshot(Plan.objects.get(code=code)) for code in PLANS}


def rows_of(told, plan, dataset):
    return list(told[plan].tables[dataset].values())


def test_the_declaration_holds_together():
    assert wrongly_declared() == []


@pytest.mark.parametrize("language", ["es", "en"])
def test_each_dataset_has_its_own_worksheet(told, language):
    """The name of a worksheet is the beginning of the dataset's title."""
    content = as_workbook(told[SHIPPED], DATASETS, language)

    names = load_workbook(io.BytesIO(content), read_only=True).sheetnames

    assert len({name.casefold() for name in names}) == len(DATASETS) + 3


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

    assert faults(planted) == ["areas 1 row: undeclared ['phone'], missing []"]


def test_a_key_that_is_not_the_rows_own_is_found(told):
    planted = deepcopy(told[INVENTED])
    planted.tables["areas"]["9"] = planted.tables["areas"].pop("1")

    assert faults(planted) == ["areas 9 key: is not 1"]


@pytest.mark.parametrize("plan", PLANS)
def test_no_cell_depends_on_the_language_of_the_reader(told, plan):
    with clock(TODAY), override("en"):
        read = take_snapshot(Plan.objects.get(code=plan))

    assert read == told[plan]


@pytest.fixture
def get(client, told):
    def read(name, *words):
        with clock(TODAY):
            return client.get(public_path(name, *words, language="es")).context

    return read


@pytest.mark.parametrize("plan", PLANS)
def test_as_many_commitments_stand_in_it_as_the_list_counts(told, get, plan):
    found = get("commitments", plan)["catalogue"]

    rows = rows_of(told, plan, "commitments")
    assert {row["code"] for row in rows} == {r.commitment.code for r in found.rows}
    assert Counter(row["state"] for row in rows) == Counter(
        row.summary.state for row in found.rows
    )
    late = {row["code"]: row["days_late"] for row in rows if row["days_late"]}
    assert late == {
        row.commitment.code: row.days_late(TODAY) for row in found.rows if row.is_late
    }


@pytest.mark.parametrize("plan", PLANS)
def test_as_many_activities_count_as_the_first_page_of_the_plan_says(told, get, plan):
    board = get("plan", plan)["structure"]["plan_progress"]

    rows = rows_of(told, plan, "activities")
    assert len(rows) == len(board.activities)
    counted = [row for row in rows if row["is_counted"]]
    assert len(counted) == sum(each.is_counted for each in board.activities)
    by_state = Counter(each.summary.state for each in board.activities)
    assert Counter(row["state"] for row in rows) == by_state


@pytest.mark.parametrize("plan", PLANS)
def test_as_many_reports_stand_in_it_as_the_register_counts(told, get, plan):
    found = get("updates", plan)["counts"]

    rows = rows_of(told, plan, "reports")
    standing = [row for row in rows if row["status"] != "replaced"]
    assert len(standing) == found.rows
    assert len([r for r in rows if r["status"] == "withdrawn"]) == found.withdrawn
    assert len([r for r in standing if r["is_off_plan"]]) == found.off_plan


def test_every_indicator_of_the_list_stands_in_a_plan(told, get):
    total = get("indicators")["total"]

    rows = {row["code"] for plan in PLANS for row in rows_of(told, plan, "indicators")}
    assert len(rows) == total


def test_as_many_recommendations_stand_in_it_as_the_page_counts(told, get):
    page = get("recommendations", SHIPPED)

    asked = [row for row in rows_of(told, SHIPPED, "targets") if row["body"]]
    assert len(asked) == len(page["shown"])
    silent = [row for row in asked if not row["commitments"]]
    assert len(silent) == len(page["without_commitment"])
    responding = Counter(
        row["target"] for row in rows_of(told, SHIPPED, "answers") if row["commitment"]
    )
    for row in rows_of(told, SHIPPED, "targets"):
        assert row["commitments"] == responding[row["code"]]


@pytest.mark.parametrize("plan", PLANS)
def test_rows_add_up_to_the_counts_of_what_they_belong_to(told, plan):
    values = Counter(row["indicator"] for row in rows_of(told, plan, "values"))
    done = Counter(
        row["commitment"]
        for row in rows_of(told, plan, "activities")
        if row["is_counted"] and row["state"] == "completed"
    )

    for row in rows_of(told, plan, "indicators"):
        assert row["values"] == values[row["code"]]
    for row in rows_of(told, plan, "commitments"):
        assert row["activities_done"] in {None, done[row["code"]]}, row["code"]


@pytest.mark.parametrize("plan", PLANS)
def test_a_day_on_which_it_was_said_is_one_that_an_account_states(told, plan):
    stated, without = {}, set()
    for row in rows_of(told, plan, "reports"):
        days = {row["reported_on"], row["handed_in_on"]} - {None}
        stated.setdefault(row["activity"], set()).update(days)
        without |= {row["activity"]} if not days else set()

    rows = rows_of(told, plan, "activities")
    said = {row["code"]: row["said_on"] for row in rows if row["said_on"]}
    assert {code: day in stated[code] for code, day in said.items()} == dict.fromkeys(
        said, True
    )
    unsaid = {row["code"] for row in rows if row["said_on_gap"] == "not_reported"}
    assert unsaid <= without
    assert bool(unsaid) == (plan == SHIPPED)


def test_a_value_that_is_set_for_days_to_come_is_not_due(told):
    rows = rows_of(told, INVENTED, "planned_values")

    gaps = {row["reached_gap"] for row in rows if row["attained"] == "no_value"}
    assert gaps == {"not_due"}


def test_a_change_of_an_activity_names_its_commitment(told):
    of = {
        row["code"]: row["commitment"] for row in rows_of(told, INVENTED, "activities")
    }
    rows = [r for r in rows_of(told, INVENTED, "amendments") if r["activity"]]

    assert rows
    assert [row["commitment"] for row in rows] == [of[row["activity"]] for row in rows]


def test_where_nothing_stood_before_a_change_nothing_is_missing(told):
    rows = rows_of(told, INVENTED, "amendments")

    stopped = [row for row in rows if row["field"] in {"stopped", "stopped_on"}]
    assert {row["old_value_es_gap"] for row in stopped} == {"not_applicable"}


def test_a_reserved_commitment_tells_no_number_of_it_and_why(told):
    rows = rows_of(told, INVENTED, "commitments")

    (row,) = (each for each in rows if each["state"] == "reserved")
    assert (row["percent_gap"], row["activities_done_gap"]) == ("protected",) * 2


# Exact tables of indicators, for official questionnaires


@pytest.fixture
def girls():
    indicator = make.indicator(agency=make.agency(), counts="persons", national=True)
    days = {"starts_on": "2024-01-01", "ends_on": "2024-12-31"}
    told = {"value": 20, "counted_by": "=PN", "parts": {"girl": 3}}
    return make.measurement(indicator, **days, **told)


def address_of(measurement, name="raw_values_of_indicator"):
    of = measurement.indicator
    word = of.pk if name == "raw_values_of_indicator" else of.agency.slug
    return reverse(f"admin:{name}", args=[word])


@pytest.mark.parametrize("name", ["raw_values_of_indicator", "raw_values_of_agency"])
def test_a_file_holds_what_is_protected_and_who_took_it(client, girls, name):
    user = make.focal_point(agency=girls.indicator.agency)
    client.force_login(user)
    address = address_of(girls, name)

    page = client.get(address)
    as_text = client.post(address, {"format": "csv"})
    as_book = client.post(address, {"format": "xlsx"})

    rows = list(csv.reader(io.StringIO(as_text.content.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(as_book.content)).active
    assert page.context["record"] in (girls.indicator, girls.indicator.agency)
    assert rows[3][6:10] == ["sex+age", "girl", "", "3"]
    assert rows[2][3:6] == ["'=PN", "2024-01-01", "2024-12-31"]
    assert [cell.value for cell in sheet[4]][6:10] == ["sex+age", "girl", None, 3]
    for mark in (rows[0][0], sheet["A1"].value, as_book["Content-Disposition"]):
        assert user.get_username() in mark
    assert as_text["Cache-Control"] == "no-store, private"
    taken = AuditEntry.objects.filter(event=Event.EXPORTED, actor=user)
    assert [entry.facts["form"] for entry in taken.order_by("pk")] == ["csv", "xlsx"]


def test_nobody_else_takes_one(client, girls):
    client.force_login(make.focal_point())
    for url in ("raw_values_of_indicator", "raw_values_of_agency"):
        assert client.post(address_of(girls, url), {"format": "csv"}).status_code == 404

    girls.indicator.agency = None
    girls.indicator.save()
    address = address_of(girls)
    statuses = []
    for user in (make.focal_point(), make.reviewer()):
        client.force_login(user)
        statuses.append(client.post(address, {"format": "csv"}).status_code)

    assert statuses == [404, 200]
    assert AuditEntry.objects.filter(event=Event.EXPORTED).count() == 1


def test_a_page_is_no_file_and_tables_are_limited(client, reviewer, girls, settings):
    settings.ACCOUNT_RATE_LIMITS = {
        **settings.ACCOUNT_RATE_LIMITS,
        "download_unpublished": "1/m/user",
    }
    address = address_of(girls)

    client.get(address, {"format": "csv"})
    statuses = [client.post(address, {"format": "csv"}).status_code for _ in range(2)]

    assert statuses == [200, 429]
