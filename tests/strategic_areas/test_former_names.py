"""A renamed agency is called, in accounts and rounds, what it was called then."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import AgencyName
from strategic_areas.models import Activity
from strategic_areas.public_paths import public_path
from strategic_areas.queries.plan import round_assignments
from tests import make
from tests.public_site import MOST_QUERIES
from tests.strategic_areas.test_past import PAGES, TODAY, make_year, paths
from tests.strategic_areas.test_timeline import asked_of
from tests.test_public_pages import LANGUAGES

pytestmark = pytest.mark.django_db

NOW, THEN = "Ministerio zanahoria", "Secretaría lechuga"


@pytest.fixture(scope="module")
def made(lasting):
    agency = make.agency(acronym="NXV", name_es=NOW, name_en=NOW)
    plan = make.plan(code="plan-x", starts_on=date(2025, 1, 1))
    commitment = make.commitment(plan=plan, lead=agency)
    make.participation(plan=plan, agency=agency)
    activity = make.activity(commitment=commitment, agency=agency)
    for year in (2025, 2026):
        period = make_year(plan, year)
        make.record_update(activity=activity, period=period)
    call(agency, ends_on=date(2026, 3, 15))
    return activity


@pytest.fixture
def activity(made):
    with time_machine.travel(TODAY, tick=False):
        yield Activity.objects.get(pk=made.pk)


def call(agency, **fields):
    fields = {"acronym": "VXJ", "name_es": THEN, "name_en": THEN} | fields
    return AgencyName.objects.create(agency=agency, slug="vxj", **fields)


def said(client, path):
    """Which of the two names the page's own content tells."""
    main = client.get(path).content.decode().split("<main")[1]
    return {name for name in (NOW, THEN, "NXV", "VXJ") if name in main}


def test_today_it_is_called_as_today(client, activity):
    for name, path in paths(activity).items():
        told = said(client, path)
        # An agency and an area tell their last accounts, each of its own time.
        assert THEN not in told or name in {"agency", "area"}, name
    assert said(client, paths(activity)["agencies"]) == {NOW, "NXV"}


def test_its_own_page_tells_what_it_was_called_before(client, activity):
    assert {NOW, THEN, "VXJ"} <= said(client, paths(activity)["agency"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_account_is_told_under_the_name_of_its_period(client, activity, language):
    pages = {}
    for update in activity.updates.all():
        path = public_path("update", "plan-x", update.public_id, language=language)
        pages[update.period.code] = said(client, path)
    commitment = activity.commitment.get_absolute_url(language=language)
    steps = client.get(commitment).context["page"].events

    assert THEN in pages["2025"]
    assert not {THEN, "VXJ"} & pages["2026"]
    assert {
        step.period.code: step.update.agency.acronym for step in steps if step.update
    } == {"2025": "VXJ", "2026": "NXV"}


def test_a_round_tells_who_is_asked_by_the_names_of_then(activity):
    plan = activity.plan
    old, new = (
        make.round(plan=plan, starts_on=date(year, 1, 1), ends_on=date(year, 1, 31))
        for year in (2026, 2027)
    )

    told = {
        asked.period: [each.agency.acronym for each in asked.awaited]
        for asked in asked_of(activity.commitment)
    }

    assert told == {old: ["VXJ"], new: ["NXV"]}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2010, 6, 1), None),
        (date(2011, 1, 1), "A"),
        (date(2012, 12, 31), "A"),
        (date(2013, 1, 1), "B"),
        (date(2014, 12, 31), "B"),
        (date(2015, 1, 1), None),
    ],
)
def test_a_name_is_that_of_its_days_in_the_database_and_beside_it(day, expected):
    agency = make.agency()
    call(agency, acronym="B", ends_on=date(2014, 12, 31))
    call(agency, acronym="A", starts_on=date(2011, 1, 1), ends_on=date(2012, 12, 31))
    call(agency, acronym="C")
    call(make.agency(), acronym="D", ends_on=date(2030, 1, 1))
    AgencyName.objects.filter(acronym="B").update(starts_on=date(2013, 1, 1))

    rows = type(agency).objects.filter(pk=agency.pk)
    (told,) = rows.annotate(
        then=round_assignments.former_name_column("pk", day)
    ).values_list("then", flat=True)

    assert told == round_assignments.former_name_on(agency.former_names.all(), day)
    assert (told and told["acronym"]) == expected


def test_an_agency_is_found_by_what_it_was_called(activity):
    former = make.agency(acronym="HOY", slug="hoy")
    call(former, acronym="AYER", name_es="Ayer", ends_on=date(2026, 6, 1))

    found = round_assignments.agencies_by_name(
        round_assignments.agencies_with_former_names()
    )

    assert [found[word] for word in ("AYER", "Ayer", "HOY")] == [former] * 3


def test_names_cost_the_same_at_any_size(client, activity):
    commitment, plan, spent = activity.commitment, activity.plan, []
    pages = {**paths(activity), "commitment": commitment.get_absolute_url("es")}
    for rows in (1, 6):
        for _ in range(rows):
            agency = make.agency()
            call(agency, acronym=f"E{agency.pk}", ends_on=date(2026, 3, 15))
            make.participation(plan=plan, agency=agency)
            more = make.activity(commitment=commitment, agency=agency)
            make.record_update(activity=more, period=plan.periods.get(code="2025"))
        counts = {}
        for name, path in pages.items():
            with CaptureQueriesContext(connection) as captured:
                client.get(path)
            counts[name] = len(captured)
        spent.append(counts)

    assert set(spent[0]) == {*PAGES, "commitment"}
    assert spent[0] == spent[1]
    assert max(spent[0].values()) <= MOST_QUERIES
