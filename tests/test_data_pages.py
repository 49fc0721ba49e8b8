"""The pages of data and the catalogues: what stands there is what the files hold."""

import json
import re
from datetime import date, timedelta
from html import unescape

import pandas
import pytest
import rdflib
from django.conf import settings
from django.test import Client
from django.utils import timezone
from rdflib.namespace import DCTERMS, FOAF, RDF

from plan_portal.conditional_get import FOR_PAGE_CACHE, KEEP_HEADER
from strategic_areas.datasets import DATASETS, file_cache
from strategic_areas.datasets.columns import CellKind
from strategic_areas.models import Provenance
from strategic_areas.public_paths import public_path
from tests import make
from tests.deep import drawn
from tests.make.plans import put_back_in_preparation
from tests.test_public_pages import LANGUAGES, read

pytestmark = [
    pytest.mark.django_db,
    # rdflib's own reader of JSON-LD.
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated"),
]

#: The third version, which rdflib does not name.
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")


@pytest.fixture
def plan():
    """A plan with two commitments, of which the codes look like numbers."""
    plan = make.plan(code="p-1", title_es="Plan uno", title_en="Plan one")
    for code in ("1.10", "1.9"):
        make.commitment(plan=plan, code=code, title_es=f"Acción {code}")
    return plan


@pytest.fixture
def graph(client, plan):
    """The catalogue as others' tools read it."""
    body = client.get("/datos/catalogo.jsonld").content
    return rdflib.Graph().parse(data=body, format="json-ld")


def shown(client, path):
    """The page, with what it was made of."""
    page = read(client, path)
    page.context = client.get(path).context
    return page


def url(name, *args):
    return settings.SITE_URL + public_path(name, *args, language="es")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plan_shows_each_dataset_with_its_rows_and_files(client, plan, language):
    page = shown(client, public_path("plan_data", plan.code, language=language))

    files = file_cache.FILE_CACHE.available_files(plan)
    links = {each.get("href") for each in page.every("a")}
    rows = {
        table.dataset.name: table.row_count for table in page.context["data"].tables
    }
    assert rows == files.counts
    assert rows["commitments"] == 2
    for name in DATASETS:
        assert public_path("dataset", plan.code, name, language=language) in links
        for form in ("csv", "json"):
            assert f"/datos/p-1/{name}.{form}" in links
    assert {"/datos/p-1/paquete.zip", "/datos/catalogo.jsonld"} <= links
    assert public_path("workbook", plan.code, language=language) in links
    assert settings.LICENCE_URL in links


def test_the_page_of_data_is_of_the_plan_on_the_first_page(client, plan):
    other = make.plan(code="p-0", starts_on=date(2001, 1, 1), ends_on=date(2002, 1, 1))
    make.commitment(plan=other)

    page = shown(client, "/datos/")

    assert page.context["plan"] == plan
    chips = {each["href"] for each in page.every("a") if "aria-current" not in each}
    assert public_path("plan_data", other.code, language="es") in chips


def test_without_a_plan_the_page_of_data_says_so(client):
    page = shown(client, "/datos/")

    assert "Todavía no se ha publicado" in page.text


def test_sizes_are_those_of_files_that_are_ready(client, plan, monkeypatch):
    files = file_cache.FILE_CACHE.available_files(plan)
    files.make_all()
    monkeypatch.setattr(file_cache.FILE_CACHE, "available_files", lambda *_: files)

    page = shown(client, "/datos/p-1/")

    for table in page.context["data"].tables:
        for file in table.files:
            assert file.size == len(Client().get(file.path).content)


def test_no_file_is_made_to_show_a_page(client, plan, monkeypatch):
    monkeypatch.setattr(file_cache.FILE_CACHE, "available_files", lambda *_: None)

    page = shown(client, "/datos/p-1/")

    assert {table.row_count for table in page.context["data"].tables} == {None}
    # A browser that has it asks for the numbers again.
    assert "ETag" not in client.get("/datos/p-1/").headers
    assert "/datos/p-1/commitments.csv" in {
        each.get("href") for each in page.every("a")
    }


@pytest.mark.parametrize("name", drawn(DATASETS, 8, key="columns"))
def test_a_dataset_shows_every_column_with_its_codes_and_gaps(client, plan, name):
    page = shown(client, public_path("dataset", plan.code, name, language="es"))

    dataset = DATASETS[name]
    assert [each["id"] for each in page.every("tr") if "id" in each] == [
        column.name for column in dataset.columns
    ]
    for column in dataset.columns:
        assert str(column.label) in page.text
        for code, word in (column.codes or {}).items():
            assert f"{code} {word}" in page.text


def test_a_reconstruction_changes_when_it_is_corrected(client):
    plan = make.plan(code="p-2")
    make.commitment(plan=plan, provenance=Provenance.DOCUMENTED)

    page = shown(client, "/datos/p-2/")
    about = client.get("/datos/p-2/commitments.json").json()["about"]

    told = {str(table.change_frequency) for table in page.context["data"].tables}
    assert (
        told
        == {"Cuando se corrige o se completa"}
        == {about["dataset"]["changes"]["es"]}
    )


def test_the_lines_for_pandas_read_codes_and_days(live_server, settings, plan):
    settings.SITE_URL = live_server.url
    page = shown(Client(), "/datos/p-1/")
    known = {}

    exec(page.context["lines"]["pandas"], known)  # noqa: S102 - what readers run

    rows = known["rows"]
    assert unescape(page.context["lines"]["pandas"]).count("\n") == 2
    assert sorted(rows["code"]) == ["1.10", "1.9"]
    days = [c.name for c in DATASETS["commitments"].columns if c.kind == CellKind.DAY]
    assert all(pandas.api.types.is_datetime64_any_dtype(rows[name]) for name in days)


def test_the_catalogue_has_what_dcat_ap_asks_for(graph, plan):
    """DCAT-AP 3: what it makes mandatory, of each class that the catalogue uses."""
    mandatory = {
        DCAT.Catalog: (DCTERMS.title, DCTERMS.description, DCTERMS.publisher),
        DCAT.Dataset: (DCTERMS.title, DCTERMS.description),
        DCAT.Distribution: (DCAT.accessURL,),
        FOAF.Agent: (FOAF.name,),
    }
    for kind, properties in mandatory.items():
        found = set(graph.subjects(RDF.type, kind))
        assert found
        for each in found:
            assert [
                name for name in properties if (each, name, None) not in graph
            ] == []
    assert set(graph.subjects(RDF.type, DCAT.Dataset)) == {
        rdflib.URIRef(each)
        for each in (
            url("plan_data", "p-1"),
            *(url("dataset", "p-1", name) for name in DATASETS),
        )
    }
    for each in graph.objects(None, DCAT.downloadURL):
        assert (
            Client().get(str(each).removeprefix(settings.SITE_URL)).status_code == 200
        )


def test_the_catalogue_says_licence_language_theme_and_day(graph, plan):
    whole = rdflib.URIRef(url("plan_data", "p-1"))

    values = {str(each) for each in graph.objects(whole)}
    assert settings.LICENCE_URL in values
    assert {str(each) for each in graph.objects(whole, DCTERMS.title)} == {
        "Plan uno",
        "Plan one",
    }
    authority = "http://publications.europa.eu/resource/authority"
    for word in ("language/SPA", "language/ENG", "data-theme/JUST", "frequency/IRREG"):
        assert f"{authority}/{word}" in values
    day = graph.value(whole, DCTERMS.modified)
    assert day.datatype == rdflib.XSD.date
    place = graph.value(whole, DCTERMS.spatial)
    assert str(graph.value(place, DCTERMS.identifier)) == "DO"


def test_a_page_tells_machines_of_its_dataset_and_licence(client, plan):
    body = client.get("/en/data/p-1/commitments/").text

    (page, *_) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', body)
    told = json.loads(page)["mainEntity"]
    assert (told["@type"], told["name"]) == ("Dataset", "Commitments, plan p-1")
    assert told["license"] == settings.LICENCE_URL
    assert [each["contentUrl"] for each in told["distribution"]] == [
        f"{settings.SITE_URL}/datos/p-1/commitments.{form}" for form in ("csv", "json")
    ]


# On PostgreSQL the version moves at a commit, which a test does not come to.
def test_numbers_of_an_earlier_version_are_shown_on_no_page(client, plan, monkeypatch):
    files = file_cache.FILE_CACHE.available_files(plan)
    monkeypatch.setattr(file_cache.FILE_CACHE, "available_files", lambda *_: files)
    make.commitment(plan=plan)

    response = client.get("/datos/p-1/", **{FOR_PAGE_CACHE: True})

    assert {table.row_count for table in response.context["data"].tables} == {None}
    assert KEEP_HEADER not in response.headers


@pytest.mark.parametrize(
    ("language", "words"), [("es", "desgloses"), ("en", "scorecards")]
)
def test_the_search_finds_the_page_of_data_by_what_is_in_it(client, language, words):
    answer = client.get(public_path("search", language=language), {"q": words})

    groups = answer.context["answer"].groups
    assert public_path("data", language=language) in {
        hit.path for group in groups for hit in group.hits
    }


def test_a_plan_in_preparation_is_in_no_catalogue(client, plan):
    put_back_in_preparation(plan)

    assert "p-1" not in client.get("/datos/catalogo.jsonld").content.decode()
    assert client.get("/datos/p-1/ckan.json").status_code == 404


@pytest.mark.parametrize("is_official", [True, False])
def test_an_official_site_names_the_secretariat(client, plan, settings, is_official):
    settings.OFFICIAL_SITE = is_official

    told = client.get("/datos/catalogo.jsonld").json()
    package = client.get("/datos/p-1/ckan.json").json()

    expected = (
        settings.SECRETARIAT_NAME
        if is_official
        else "Plan Nacional contra la Trata de Personas"
    )
    assert told["dct:publisher"]["foaf:name"] == package["author"] == expected


def test_an_edition_is_a_version_of_its_plan(client, plan):
    edition = make.edition(plan=plan)

    body = client.get("/datos/catalogo.jsonld").content
    graph = rdflib.Graph().parse(data=body, format="json-ld")
    page = shown(client, "/datos/p-1/")

    (version,) = graph.objects(rdflib.URIRef(url("plan_data", "p-1")), DCAT.hasVersion)
    assert str(graph.value(version, DCAT.version)) == edition.number
    assert str(graph.value(version, DCTERMS.issued)) == f"{edition.made_on}"
    assert f"edición {edition.number}" in page.text


def test_ckan_takes_each_file_with_its_form(client, plan):
    package = client.get("/datos/p-1/ckan.json").json()

    assert package["name"] == "plan-p-1"
    assert package["license_id"] == "cc-by"
    assert len(package["resources"]) == 2 * len(DATASETS) + 2
    for each in package["resources"]:
        path = each["url"].removeprefix(settings.SITE_URL)
        sent = client.get(path)
        assert sent.headers["Content-Type"].partition(";")[0] == each["mimetype"]


def test_the_next_edition_is_that_of_the_round_that_closes_next(client, plan):
    today = timezone.localdate()
    closes = today + timedelta(days=20)
    make.round(plan=plan, closes_on=closes, due_on=today, name_es="Ronda dos")

    page = shown(client, "/datos/p-1/")

    assert f"La próxima, al cerrar «Ronda dos», el {closes:%d/%m/%Y}" in page.text
