"""The list of commitments: filters, order, counts, and the same as a file."""

import csv
import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plan_portal.conditional_get import FOR_PAGE_CACHE, KEEP_HEADER
from strategic_areas.datasets.file_cache import FileCache
from strategic_areas.public_paths import public_path
from strategic_areas.spreadsheet_cells import unescape_formula
from strategic_areas.views import datasets
from strategic_areas.views.commitments import PER_PAGE
from tests import make
from tests.deep import DEEP, MANY_ROWS
from tests.public_site import MOST_QUERIES
from tests.test_public_pages import LANGUAGES, Page, read

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def plan(lasting):
    plan = make.plan(code="plan-x")
    prevention = make.programme(area=make.area(plan=plan, code="1"))
    justice = make.programme(area=make.area(plan=plan, code="2"))
    ministry, police = (
        make.agency(slug="mmujer", acronym="MMUJER"),
        make.agency(slug="pn", acronym="PN"),
    )
    target = make.target(code="SDG-5.2")
    stated = {"due_provenance": "plan"}
    first = make.commitment(
        programme=prevention, lead=ministry, code="A-1", title_es="Campaña de niñez"
    )
    second = make.commitment(
        programme=prevention,
        lead=police,
        code="A-2",
        title_es="Zonas turísticas",
        due_on=date(2026, 1, 31),
        **stated,
    )
    third = make.commitment(
        programme=justice,
        lead=ministry,
        code="B-1",
        title_es="Acusaciones",
        due_on=date(2028, 1, 31),
        **stated,
    )
    for commitment in (first, second, third):
        make.activity(commitment=commitment)
    third.frameworks.add(target)
    make.published_declaration(commitment=third, result="fulfilled")
    return plan


def ask(client, plan, language="es", *, follow=False, **asked):
    path = public_path("commitments", plan.code, language=language)
    return client.get(path, asked, follow=follow)


def codes(response):
    return [line.commitment.code for line in response.context["table"]["lines"]]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["A-1", "A-2", "B-1"]),
        ({"area": "1"}, ["A-1", "A-2"]),
        ({"agency": "mmujer"}, ["A-1", "B-1"]),
        ({"state": "fulfilled"}, ["B-1"]),
        ({"family": "met"}, ["B-1"]),
        ({"family": "silent"}, ["A-1", "A-2"]),
        ({"punctuality": "late"}, ["A-2"]),
        ({"framework": "SDG-5.2"}, ["B-1"]),
        ({"q": "CAMPANA  ninez"}, ["A-1"]),
        ({"q": "mmujer"}, ["A-1", "B-1"]),
        ({"area": "1", "agency": "mmujer"}, ["A-1"]),
        ({"sort": "-code"}, ["B-1", "A-2", "A-1"]),
        ({"sort": "title"}, ["B-1", "A-1", "A-2"]),
        ({"sort": "due"}, ["A-2", "B-1", "A-1"]),
        ({"sort": "-due"}, ["B-1", "A-2", "A-1"]),
        ({"sort": "agency"}, ["A-1", "B-1", "A-2"]),
        ({"sort": "-area"}, ["B-1", "A-1", "A-2"]),
        ({"sort": "state"}, ["B-1", "A-1", "A-2"]),
        ({"sort": "-state"}, ["A-1", "A-2", "B-1"]),
    ],
)
def test_the_list_holds_what_is_asked_in_the_order_asked(client, plan, asked, expected):
    assert codes(ask(client, plan, **asked)) == expected


def test_reconstructed_work_is_ordered_by_the_year_of_its_last_record(client):
    plan = make.plan()
    for code, year in (("A-1", 2026), ("A-2", None), ("A-3", 2025)):
        activity = make.activity(
            provenance="reconstructed",
            commitment=make.commitment(
                plan=plan, code=code, provenance="reconstructed"
            ),
        )
        if year:
            days = {"starts_on": date(year, 1, 1), "ends_on": date(year, 12, 31)}
            make.record_update(activity=activity, period=make.period(plan=plan, **days))

    orders = [codes(ask(client, plan, sort=sort)) for sort in ("state", "-state")]

    assert orders == [["A-3", "A-1", "A-2"], ["A-1", "A-3", "A-2"]]


def test_each_value_tells_how_many_it_leaves_given_the_other_filters(client, plan):
    fields = ask(client, plan, area="1").context["filters"]

    told = {
        field.name: {
            value: n for _, group in field.groups for value, _label, n in group
        }
        for field in fields
    }
    assert told["area"] == {"1": 2, "2": 1}
    assert told["agency"] == {"mmujer": 1, "pn": 1}
    assert told["family"] == {"met": 0, "silent": 2}
    assert told["state"] == {"no_report": 2, "fulfilled": 0}


def test_an_area_of_two_programmes_stands_in_its_filter_once(client, plan):
    area = plan.areas.get(code="1")
    make.commitment(programme=make.programme(area=area), lead=make.agency())

    (field,) = (f for f in ask(client, plan).context["filters"] if f.name == "area")

    values = [value for _, group in field.groups for value, *_rest in group]
    assert values == ["1", "2"]


def test_every_choice_of_the_form_leaves_as_many_as_it_tells(client, plan):
    for field in ask(client, plan, agency="mmujer").context["filters"]:
        for _, group in field.groups:
            for value, _label, number in group:
                asked = {"agency": "mmujer", field.name: value}
                found = ask(client, plan, follow=True, **asked)
                assert len(codes(found)) == number, asked


def test_an_empty_result_says_which_filter_to_loosen(client, plan):
    response = ask(client, plan, area="1", agency="mmujer", state="fulfilled")

    assert response.status_code == 200
    assert codes(response) == []
    without = {each.name: each.without for each in response.context["chosen"]}
    assert without == {"area": 1, "state": 1, "agency": 0}
    links = {a.get("href") for a in Page(response.content.decode()).every("a")}
    assert {"?agency=mmujer&state=fulfilled", "?area=1&agency=mmujer", "?"} <= links


# What no column of PostgreSQL takes is asked for on both databases.
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("q=%00%27%22%3Cscript%3E", 200),
        ("sort=nothing", 200),
        ("sort=--code", 200),
        ("page=0", 404),
        ("page=2", 404),
        ("page=x", 404),
        ("area=1&area=2", 404),
        ("q=" + "a" * 5000, 200),
        ("state=suspended", 200),
        ("unknown=1&unknown=2", 200),
    ],
)
def test_no_address_breaks_the_list(client, plan, query, status):
    path = public_path("commitments", plan.code)

    response = client.get(f"{path}?{query}", follow=True)

    assert response.status_code == status
    assert "<script>" not in response.content.decode()


@pytest.mark.parametrize(
    ("name", "query"),
    [
        *(("commitments", each) for each in ("area=9", "agency=nadie", "state=lost")),
        *((each, "sort=nothing") for each in ("commitments", "agencies")),
    ],
)
def test_an_unknown_filter_value_is_told_and_not_kept(client, plan, name, query):
    path = f"{public_path(name, plan.code)}?{query}"

    response = client.get(path, **{FOR_PAGE_CACHE: "yes"})

    assert response.status_code == 200
    assert f"«{query.partition('=')[2]}»" in Page(response.text).text
    assert KEEP_HEADER not in response.headers


def test_fields_left_empty_give_a_tidy_address(client, plan):
    response = ask(client, plan, q="", area="1", programme="", sort="")

    assert response.status_code == 302
    assert response["Location"] == f"{public_path('commitments', plan.code)}?area=1"


@pytest.mark.parametrize("language", LANGUAGES)
def test_filters_survive_a_change_of_language(client, plan, language, settings):
    settings.ALLOW_INDEXING = True
    other = {"es": "en", "en": "es"}[language]

    page = Page(ask(client, plan, language, area="1").content.decode())
    bare = Page(ask(client, plan, language).content.decode())

    links = {(e.get("rel"), e.get("hreflang")): e["href"] for e in page.every("link")}
    path = public_path("commitments", plan.code, language=language)
    there = public_path("commitments", plan.code, language=other)
    assert links["canonical", None].endswith(path)
    assert links["alternate", other].endswith(f"{there}?area=1")
    assert f"{there}?area=1" in [a.get("href") for a in page.every("a")]
    assert [m for m in page.every("meta") if m.get("name") == "robots"]
    assert not [m for m in bare.every("meta") if m.get("name") == "robots"]


def test_the_front_may_keep_filters_but_no_words(client, plan):
    path = public_path("commitments", plan.code)

    queries = ["", "?area=1&state=no_report", "?sort=title", "?q=a", "?q=a&area=1"]

    asked = [client.get(path + query, **{FOR_PAGE_CACHE: True}) for query in queries]

    assert [response.status_code for response in asked] == [200] * 5
    assert [KEEP_HEADER in response for response in asked] == [True] * 3 + [False] * 2


def test_a_long_list_has_pages_that_keep_the_filters(client, plan):
    programme = plan.commitments.get(code="A-1").programme
    for _ in range(PER_PAGE):
        make.commitment(programme=programme)

    first = ask(client, plan, area="1")
    second = ask(client, plan, area="1", page="2")

    assert (len(codes(first)), len(codes(second))) == (PER_PAGE, 2)
    links = [a.get("href") for a in Page(first.content.decode()).every("a")]
    assert "?area=1&page=2" in links


def rows(response):
    text = response.content.decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_holds_exactly_what_the_page_shows(client, plan, language, settings):
    settings.SITE_URL = "https://plan.example.gob.do"
    asked = {"agency": "mmujer", "sort": "-code"}
    page = Page(ask(client, plan, language, **asked).content.decode())
    link = next(a["href"] for a in page.every("a") if "download" in a)

    response = client.get(link)

    header, *lines = rows(response)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert [line[0] for line in lines] == ["B-1", "A-1"]
    paths = [
        plan.commitments.get(code=line[0]).get_absolute_url("es") for line in lines
    ]
    place = header.index("address")
    assert [line[place] for line in lines] == [
        settings.SITE_URL + path for path in paths
    ]
    assert {len(line) for line in lines} == {len(header)}


def test_no_cell_of_the_file_is_a_formula(client, plan):
    title = '=HYPERLINK("https://example.org")'
    make.commitment(plan=plan, code="Z-1", title_es=title, title_en=title)

    cells = rows(client.get(public_path("plan_commitments", plan.code)))[-1]

    assert cells[1].startswith("'=")
    assert unescape_formula(cells[1]) == title


@pytest.mark.parametrize("query", ["area=9", "sort=x"])
def test_a_file_of_nothing_known_leads_to_the_page_that_says_so(client, plan, query):
    file, page = (
        public_path("plan_commitments", plan.code),
        public_path("commitments", plan.code),
    )

    response = client.get(f"{file}?{query}", **{FOR_PAGE_CACHE: "yes"})

    assert (response.status_code, response.url) == (302, f"{page}?{query}")
    assert KEEP_HEADER not in response.headers
    assert client.get(f"{file}?area=1&area=2").status_code == 404


def test_the_file_costs_as_many_queries_with_many_rows(client, plan, monkeypatch):
    path, spent = public_path("plan_commitments", plan.code), []
    shelf = FileCache(max_bytes=0)
    shelf._thread = "of the test"
    monkeypatch.setattr(datasets, "FILE_CACHE", shelf)
    for number in (1, MANY_ROWS - 3 if DEEP else 8):
        for _ in range(number):
            make.commitment(plan=plan)
        shelf._make()
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        spent.append(len(captured))

    assert spent[0] == spent[1] <= MOST_QUERIES


def test_the_list_needs_no_script(client, plan):
    page = read(client, public_path("commitments", plan.code))

    (form,) = [e for e in page.every("form") if e.get("class") == "filter-row"]
    assert (form["method"], form.get("action")) == ("get", None)
    assert {each["name"] for each in page.every("select")} == {"area", "agency", "sort"}
    links = {each.get("href") for each in page.every("a")}
    assert {"?family=met", "?family=silent", "?punctuality=late"} <= links


@pytest.mark.parametrize(
    "asked", [{}, {"area": "1"}, {"family": "silent"}, {"framework": "SDG-5.2"}]
)
def test_each_chip_tells_how_many_rows_it_leads_to(client, plan, asked):
    path, found = public_path("commitments", plan.code), {}

    page = ask(client, plan, **asked).context
    for value, _label, there, number, _is_chosen in [*page["chips"], *page["late"]]:
        rows = codes(client.get(path + there))
        found[value] = (number, len(rows))

    assert len(found) >= 2
    assert [key for key, (told, led) in found.items() if told != led] == []


def test_the_form_keeps_what_other_links_asked_for(client, plan):
    page = Page(ask(client, plan, programme="x", family="silent").content.decode())

    hidden = {
        each["name"]: each["value"]
        for each in page.every("input")
        if each["type"] == "hidden"
    }
    assert hidden == {"programme": "x", "family": "silent"}
