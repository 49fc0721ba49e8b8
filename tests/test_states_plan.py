"""The invented plan that `make states` shows: every state stands on it, on any day."""

import re
from collections import Counter
from datetime import date, timedelta

import pytest

from strategic_areas import states
from strategic_areas.addresses import address
from strategic_areas.discipline import AgencyState
from strategic_areas.models import (
    ActivityUpdate,
    Evidence,
    Participation,
    Plan,
    Province,
    Region,
    Status,
)
from strategic_areas.queries import rounds
from strategic_areas.queries.asked_values import AskedValue
from strategic_areas.queries.pages import delays
from strategic_areas.queries.plan import board
from strategic_areas.queries.plan.plans import latest_round
from tests import factories, states_plan
from tests.public_site import LANGUAGES
from tests.states_plan.staging import Stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("same_day")]
TODAY = date(2026, 11, 27)
#: The words of a first page, without the key figures: those take some hundred more.
MOST_WORDS = 450 - 102
FOLDED = re.compile(r"(<details>\s*<summary>.*?</summary>).*?</details>", re.DOTALL)
S = states.CommitmentState
#: By state, how many commitments of the plan in force stand in it; once is not written.
SEVERAL = {S.IN_PROGRESS: 6, S.FULFILLED: 3}
#: What the plan that has ended adds.
ENDED = {S.KEPT_UP: 1, S.LEFT_IN_PROGRESS: 1, S.FULFILLED: 1, S.CARRIED_OVER: 1}


@pytest.fixture(scope="module")
def played(lasting):
    """Both plans, played until today, and the records that they share with others."""
    content = Stage(TODAY).read("plan.yaml")
    for code in linked(content["commitments"], "frameworks"):
        factories.make_target(code=code)
    region = Region.objects.create(code="DO-00", name="Región")
    for code in linked(content["activities"], "places"):
        Province.objects.create(code=code, name=code, region=region)
    return states_plan.build(TODAY)


def linked(records, name):
    return {code for each in records for code in each.get(name, ())}


@pytest.fixture
def in_force(played):
    return board.load(Plan.objects.get(code=states_plan.PLAN), TODAY)


def counted(loaded):
    return Counter(row.standing.state for row in loaded.rows)


def test_every_state_of_the_rule_stands_on_a_commitment(in_force):
    over = board.load(Plan.objects.get(code=states_plan.EARLIER), TODAY)
    given = [state for row in states.RULE for state in row.states]
    expected = Counter(dict.fromkeys(given, 1)) | Counter(SEVERAL)
    for state in states.AFTERWARDS:
        del expected[state]

    assert counted(in_force) == expected
    assert counted(over) == ENDED
    assert set(counted(in_force) + counted(over)) == set(given) == set(S)


def test_it_is_of_the_size_of_a_plan_and_says_that_it_is_invented(in_force):
    plan = in_force.plan

    assert (len(in_force.rows), len(in_force.activities)) == (24, 57)
    assert Participation.objects.filter(plan=plan).count() == 15
    assert plan.areas.count() == 3
    assert "inventado" in plan.note_es
    assert "Invented" in plan.note_en


def test_some_are_late_and_say_why(in_force):
    found = delays.load(in_force, TODAY)
    late = [row.commitment.code for row in in_force.rows if row.is_late]

    assert late == ["2.1.3", "3.1.2"]
    assert found.total == 4
    assert all(part.account for each in found.shown for part in each.parts)


def test_the_open_round_has_been_answered_by_most(in_force):
    asked = latest_round(in_force.periods, TODAY)
    by_state = Counter(cell.state for cell in rounds.cells([asked], TODAY))

    assert asked.code == "semestre-3"
    assert by_state == {
        AgencyState.PUBLISHED: 10,
        AgencyState.SUBMITTED: 1,
        AgencyState.RETURNED: 1,
        AgencyState.IN_PROGRESS: 1,
        AgencyState.NOTHING: 2,
    }


def test_an_agency_owes_a_value_of_each_year_that_is_over(in_force):
    asked = latest_round(in_force.periods, TODAY)
    (cell,) = [
        each for each in rounds.cells([asked], TODAY) if each.agency.acronym == "GUACO"
    ]

    values = [each for each in cell.items if isinstance(each.subject, AskedValue)]
    first, last = in_force.plan.starts_on.year, asked.ends_on.year
    years = [y for y in range(first, last + 1) if date(y, 12, 31) <= asked.ends_on]
    assert [each.subject.starts_on.year for each in values] == years
    assert {each.subject.code for each in values} == {"EJ-7"}


def test_every_fate_of_a_report_befalls_one(in_force):
    mine = ActivityUpdate.objects.filter(plan=in_force.plan)
    statuses = set(mine.values_list("status", flat=True))

    assert statuses == set(Status)
    assert set(mine.values_list("answer", flat=True)) == {
        "reported",
        "same_as_before",
        "no_news",
    }
    assert mine.filter(letter__isnull=False, confirmed_at__isnull=False).exists()
    assert mine.filter(is_reserved=True, status=Status.PUBLISHED).exists()
    assert mine.filter(activity__is_in_plan=False).exists()
    assert Evidence.objects.filter(is_public=True).count() == 4
    assert {each.kind for each in in_force.plan.amendments.all()} == {
        "redate",
        "cancel",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_first_page_is_short_and_tells_the_areas_first(client, played, language):
    html = client.get(address("home", language=language)).content.decode()
    seen = FOLDED.sub(r"\1", html.split("<main")[1].split("</main>")[0])

    assert 200 < len(re.sub(r"<[^>]*>", " ", seen).split()) <= MOST_WORDS
    assert seen.index("area-card") < seen.index("plan-counts")


@pytest.mark.parametrize("day", [TODAY + timedelta(days) for days in range(0, 800, 9)])
def test_the_third_round_is_open_on_any_day(day):
    stage = Stage(day)

    assert stage.day("2028-07-14") < day <= stage.day("2028-08-25")
    assert stage.day("2027-12-31") < stage.day("2028-01-01")
