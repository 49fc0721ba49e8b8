"""The record of all that was published: filters, places in it, and its file."""

import csv
import io
from datetime import date
from itertools import pairwise

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from plan_portal.conditional_get import FOR_PAGE_CACHE, KEEP_HEADER
from strategic_areas import workflow
from strategic_areas.public_paths import public_path
from strategic_areas.queries.updates import filtered_updates
from strategic_areas.views.updates import PER_PAGE
from tests import make
from tests.deep import DEEP
from tests.public_site import MOST_QUERIES
from tests.test_public_pages import LANGUAGES, Page

pytestmark = pytest.mark.django_db
YEARS = (2025, 2026, 2027)


@pytest.fixture(scope="module")
def plan(lasting):
    """Two areas and agencies, each with an account in each of three years."""
    plan = make.plan(code="plan-x")
    periods = [
        make.period(
            plan=plan,
            code=str(year),
            starts_on=date(year, 1, 1),
            ends_on=date(year, 12, 31),
        )
        for year in YEARS
    ]
    for code, slug in (("1", "mmujer"), ("2", "pn")):
        programme = make.programme(area=make.area(plan=plan, code=code))
        activity = make.activity(
            commitment=make.commitment(
                programme=programme, lead=make.agency(slug=slug, acronym=slug.upper())
            )
        )
        for period in periods:
            make.record_update(activity=activity, period=period)
    return plan


def ask(client, plan, language="es", **asked):
    return client.get(public_path("updates", plan.code, language=language), asked)


def told(entries):
    return [(entry.period.code, entry.agency.slug) for entry in entries]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"period": "2026"}, {("2026", "mmujer"), ("2026", "pn")}),
        ({"agency": "pn"}, {(str(year), "pn") for year in YEARS}),
        ({"period": "2025", "area": "1"}, {("2025", "mmujer")}),
        ({"agency": "pn", "area": "1"}, set()),
    ],
)
def test_the_record_holds_what_is_asked(client, plan, asked, expected):
    response = ask(client, plan, **asked)

    assert response.status_code == 200
    assert set(told(response.context["update_page"].updates)) == expected


def test_words_that_stand_in_one_kind_of_account_alone_are_found(client, plan):
    # A database may refuse to put rows of one kind beside those of another.
    found = ask(client, plan, q="pn").context["update_page"].updates

    assert told(found) == [(str(year), "pn") for year in reversed(YEARS)]


def test_each_value_tells_how_many_accounts_it_leaves(client, plan):
    page = ask(client, plan, area="1")
    fields = page.context["filters"]

    path = page.request["PATH_INFO"]
    chips = [client.get(path + there) for _v, _l, there, *_ in page.context["chips"]]
    assert [chip.status_code for chip in chips] == [200] * 4
    numbers = {
        field.name: {
            value: n for _, group in field.groups for value, _label, n in group
        }
        for field in fields
    }
    assert numbers == {
        "period": {"2027": 1, "2026": 1, "2025": 1},
        "agency": {"mmujer": 3, "pn": 0},
        "area": {"1": 3, "2": 3},
        "change": {"first": 1, "same": 2},
    }


def test_an_empty_result_says_which_filter_to_loosen(client, plan):
    context = ask(client, plan, agency="pn", area="1").context

    assert {each.name: each.without for each in context["chosen"]} == {
        "area": 3,
        "agency": 3,
    }


# What no column of PostgreSQL takes is asked for on both databases.
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("agency=%00pn", 200),
        ("area=9", 200),
        ("period=1999", 200),
        ("agency=pn&agency=mmujer", 404),
        ("after=x&before=y", 404),
        ("page=7", 200),
    ],
)
def test_no_address_breaks_the_record(client, plan, query, status):
    path = public_path("updates", plan.code)

    assert client.get(f"{path}?{query}", follow=True).status_code == status
    table = public_path("plan_updates", plan.code)
    assert client.get(f"{table}?{query}", follow=True).status_code in {200, 404}


@pytest.mark.parametrize("query", ["area=9", "period=1999", "agency=nadie", "change=x"])
def test_an_unknown_filter_value_is_told_by_page_and_file(client, plan, query):
    page, file = (
        public_path("updates", plan.code),
        public_path("plan_updates", plan.code),
    )

    told = client.get(f"{page}?{query}")

    assert told.status_code == 200
    assert f"«{query.partition('=')[2]}»" in Page(told.text).text
    assert client.get(f"{file}?{query}").url == f"{page}?{query}"


def test_a_change_that_nothing_made_gives_a_file_without_rows(client, plan):
    response = client.get(
        public_path("plan_updates", plan.code), {"change": "withdrawn"}
    )

    assert response.status_code == 200
    assert len(response.text.splitlines()) == 1


def walk(plan, asked, length):
    """Every page from the newest on, as a reader follows the links."""
    place, pages = None, []
    while True:
        found = filtered_updates.load_update_page(plan, asked, length, place)
        pages.append(found)
        if not found.older:
            return pages
        place = filtered_updates.update_with_id(plan, found.older), False


#: Of one length on PostgreSQL: the others ask the database nothing else.
LENGTHS = (1, 2, 3, 4, 6) if connection.vendor == "sqlite" else (2,)


def test_pages_hold_each_account_once_in_order_and_lead_back(plan):
    period, reviewer = make.round(plan=plan), make.reviewer()
    for activity in plan.activities.all():
        by = make.focal_point(agency=activity.agency)
        about = {"by": by, "period": period, "reviewer": reviewer}
        make.published_update(activity=activity, **about)
        make.published_declaration(commitment=activity.commitment, **about)
    entries = filtered_updates.load_update_page(plan, {}, 100).updates
    everything = [each.public_id for each in entries]
    assert len(everything) == len(set(everything)) == 10

    for length in LENGTHS:
        pages = walk(plan, {}, length)

        told = [each.public_id for page in pages for each in page.updates]
        assert told == everything, length
        for before, page in pairwise(pages):
            place = filtered_updates.update_with_id(plan, page.newer), True
            back = filtered_updates.load_update_page(plan, {}, length, place)
            assert back.updates == before.updates, length
        assert pages[0].newer == ""


def test_what_is_published_meanwhile_moves_no_page(plan):
    first = filtered_updates.load_update_page(plan, {}, 2)
    place = filtered_updates.update_with_id(plan, first.older), False
    second = filtered_updates.load_update_page(plan, {}, 2, place)

    newest = plan.activities.first()
    make.published_update(
        activity=newest, period=make.round(plan=plan, ends_on=date(2028, 12, 31))
    )

    assert (
        filtered_updates.load_update_page(plan, {}, 2, place).updates == second.updates
    )


def test_a_place_stays_when_its_account_is_replaced_or_withdrawn(client):
    asked = make.round()
    reviewer = make.reviewer()
    updates = [
        make.published_update(
            activity=make.activity(plan=asked.plan), period=asked, reviewer=reviewer
        )
        for _ in range(2)
    ]
    first = filtered_updates.load_update_page(asked.plan, {}, 1)
    gone = next(u for u in updates if u.public_id == first.older)
    place = filtered_updates.update_with_id(asked.plan, first.older), False
    rest = filtered_updates.load_update_page(asked.plan, {}, 5, place).updates

    workflow.withdraw(gone, by=reviewer, cause="error")

    place = filtered_updates.update_with_id(asked.plan, first.older), False
    assert filtered_updates.load_update_page(asked.plan, {}, 5, place).updates == rest


def test_a_period_whose_days_move_loses_no_account(plan):
    before = filtered_updates.load_update_page(plan, {}, 10).updates
    plan.periods.filter(code="2026").update(ends_on=date(2028, 11, 30))

    after = filtered_updates.load_update_page(plan, {}, 10).updates

    assert {each.pk for each in after} == {each.pk for each in before}
    assert [each.period.code for each in after][:2] == ["2026", "2026"]


def test_no_place_is_named_by_what_is_not_public(client, plan):
    draft = make.update(activity=plan.activities.first())
    elsewhere = make.record_update()

    for name in filter(None, [draft.public_id, elsewhere.public_id]):
        assert ask(client, plan, after=name).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_filters_survive_the_change_of_language(client, plan, language):
    other = {"es": "en", "en": "es"}[language]

    page = Page(ask(client, plan, language, area="1").content.decode())

    path = public_path("updates", plan.code, language=other)
    assert f"{path}?area=1" in [a.get("href") for a in page.every("a")]
    canonical = next(e for e in page.every("link") if e.get("rel") == "canonical")
    assert canonical["href"].endswith(
        public_path("updates", plan.code, language=language)
    )


def test_the_front_may_keep_filters_and_places(client, plan):
    path = public_path("updates", plan.code)
    queries = ["", "?period=2026&agency=pn&area=2"]
    shown = ask(client, plan, period="2026", agency="pn").context["update_page"]
    (account,) = shown.updates
    queries += [f"?{name}={account.public_id}" for name in ("after", "before")]

    asked = [client.get(path + query, **{FOR_PAGE_CACHE: True}) for query in queries]

    assert [KEEP_HEADER in response for response in asked] == [True] * 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_holds_all_that_the_filters_leave(client, plan, language):
    page = Page(ask(client, plan, language, area="2").content.decode())
    link = next(a["href"] for a in page.every("a") if "download" in a)

    text = client.get(link).content.decode()

    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    entries = filtered_updates.load_update_page(plan, {"area": "2"}, 10).updates
    assert text.startswith("\ufeff")
    assert [row["agency_acronym"] for row in rows] == ["PN"] * 3
    assert {row["public_id"] for row in rows} == {each.public_id for each in entries}


def test_the_file_tells_of_a_withdrawn_account_its_reason_alone(client):
    update = make.published_update(narrative_es="=Texto", percent=17)
    path = public_path("plan_updates", update.plan.code)
    assert "'=Texto" in client.get(path).content.decode()

    workflow.withdraw(update, by=make.reviewer(), cause="error")

    text = client.get(path).content.decode()
    assert ",error," in text
    assert "Texto" not in text
    assert ",17," not in text


def test_the_record_costs_as_many_queries_from_any_place_at_any_size(client, plan):
    spent = []
    period, more = plan.periods.get(code="2025"), PER_PAGE if DEEP else 10
    for number in (0, more):
        for _ in range(number):
            make.record_update(activity=make.activity(plan=plan), period=period)
        last = filtered_updates.load_update_page(plan, {}, 2).older
        for asked in ({}, {"after": last}, {"area": "1", "before": last}):
            with CaptureQueriesContext(connection) as captured:
                ask(client, plan, **asked)
            spent.append(len(captured))

    assert spent[:3] == spent[3:]
    assert max(spent) <= MOST_QUERIES


# What changed, and when


def changes_of(response):
    lines = response.context["update_page"].lines
    return {line.update.public_id: (str(line.change), line.day) for line in lines}


@pytest.fixture(scope="module")
def changing(lasting):
    """An activity with an account of every kind of change, and the days of each."""
    plan = make.plan(starts_on=date(2017, 1, 1))
    activity = make.activity(plan=plan)
    found = {}
    for year, execution in ((2017, "not_started"), (2018, "in_progress")):
        period = make.period(
            plan=plan, starts_on=date(year, 1, 1), ends_on=date(year, 12, 31)
        )
        name = "first" if year == 2017 else "state"
        found[name] = make.record_update(
            activity=activity,
            period=period,
            execution=execution,
            reported_on=date(year, 12, 31) if year == 2018 else None,
        )
    asked = make.round(
        plan=plan,
        starts_on=date(2025, 1, 1),
        ends_on=date(2025, 12, 31),
        opens_on=date(2026, 3, 1),
    )
    with time_machine.travel("2026-03-02 16:00Z"):
        found["same"] = make.published_update(activity=activity, period=asked)
    return plan, activity, found


def test_the_register_says_what_each_account_changed_and_on_which_day(client, changing):
    plan, _activity, found = changing

    told = changes_of(ask(client, plan))

    assert told == {
        found["first"].public_id: ("first", None),
        found["state"].public_id: ("state", date(2018, 12, 31)),
        found["same"].public_id: ("same", date(2026, 3, 2)),
    }


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"since": "2018-12-31"}, {"state", "same"}),
        ({"until": "2018-12-31"}, {"state"}),
        ({"since": "2018-01-01", "until": "2018-12-31"}, {"state"}),
        ({"since": "2027-01-01"}, set()),
        ({"change": "same"}, {"same"}),
        ({"change": "first", "since": "2018-01-01"}, set()),
    ],
)
def test_it_can_be_asked_what_changed_and_since_when(client, changing, asked, expected):
    plan, _activity, found = changing
    response = ask(client, plan, **asked)

    assert set(changes_of(response)) == {found[name].public_id for name in expected}
    counts = response.context["counts"]
    assert (counts.found, counts.total) == (len(expected), 3)
    assert counts.undated == (asked.get("change", "first") == "first")
    file = dict(response.context["files"])["CSV"]
    rows = client.get(file).content.decode()
    assert len(rows.strip().splitlines()) == 1 + len(expected)


def test_a_day_that_is_none_is_said_on_the_page(client, changing):
    response = ask(client, changing[0], since="ayer")

    assert response.status_code == 200
    (chosen,) = response.context["chosen"]
    assert "ayer" in chosen.chosen
    assert response.context["counts"].found == 3


def test_a_correction_a_declaration_and_a_withdrawal_are_changes_too(client, changing):
    plan, activity, found = changing
    fixed = make.publish(make.correction(found["same"], narrative_es="Ahora."))
    declared = make.published_declaration(commitment=activity.commitment)

    told = changes_of(ask(client, plan))
    workflow.withdraw(declared, by=make.reviewer(), cause="error")
    later = changes_of(ask(client, plan))

    assert told[fixed.public_id][0] == "corrected"
    assert told[declared.public_id][0] == "declared"
    assert later[declared.public_id] == ("withdrawn", timezone.localdate())
