"""A figure to take along: pictures that are read alone, and one figure embedded."""

import csv
import gzip
import io
import re
from html import unescape

import pytest
from django.utils import timezone

from strategic_areas.datasets import DATASETS
from strategic_areas.models import PublishedFigure
from strategic_areas.public_paths import public_path
from tests import make

pytestmark = pytest.mark.django_db

LANGUAGES = ["es", "en"]
PROTECTED = {"es": "Dato protegido", "en": "Protected figure"}


def texts(client, path):
    """All that a picture says, in one line, and nothing that a browser must fetch."""
    response = client.get(path)
    assert response.status_code == 200, path
    drawing = response.content.decode()
    loaded = re.findall(r'(?:href|src)="|url\(|@import|@font-face|<script', drawing)
    assert loaded == []
    said = re.findall(r"<text[^>]*>([^<]*)</text>", drawing)
    return unescape(" ".join(" ".join(said).split()))


def drawn(client, indicator, language="es"):
    return texts(
        client, public_path("indicator_drawing", indicator.code, language=language)
    )


def card(client, indicator, language="es"):
    response = client.get(
        public_path("indicator_card", indicator.code, language=language)
    )
    assert response.cookies == {}
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(response.text)).split())


@pytest.fixture
def indicator():
    indicator = make.indicator(
        sensitive=False,
        counted_by="PGR",
        name_es="Condenas",
        unit_es="sentencias",
        caveat_es="No dice cuántos casos hubo.",
        agency=make.agency(acronym="PGR"),
    )
    source = make.source(title="Memoria anual", publisher="Poder Judicial")
    for year, value in ((2018, 31), (2019, 42)):
        make.published_figure(
            indicator=indicator,
            year=year,
            value=value,
            sources=[source],
            provenance="press",
        )
    return indicator


def test_a_picture_can_be_read_alone(client, indicator, settings):
    settings.LICENCE_NAME, settings.LICENCE_URL = "CC BY 4.0", "https://example.org/by"

    said = drawn(client, indicator)

    for part in (
        "Condenas: 42 sentencias en 2019, confirmada",
        "Memoria anual, Poder Judicial",
        "No dice cuántos casos hubo.",
        "Que suba o baje no dice que el plan lo haya causado.",
        f"Datos al {timezone.localdate().isoformat()}",
        "CC BY 4.0 https://example.org/by",
        f"http://localhost:8000{public_path('indicator', indicator.code)}",
    ):
        assert part in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_told_is_said_and_not_drawn(client, indicator, language):
    make.published_figure(indicator=indicator, year=2020, is_protected=True)
    make.published_figure(indicator=indicator, year=2021, value=987654, is_hidden=True)

    said = drawn(client, indicator, language)
    shown = card(client, indicator, language)

    assert f"2020: {PROTECTED[language]}" in said
    assert PROTECTED[language] in shown
    assert "987654" not in said.replace(",", "") + shown.replace(",", "")


def test_what_an_agency_does_not_acknowledge_is_said(client, indicator):
    figure = PublishedFigure.objects.get(indicator=indicator, starts_on__year=2019)
    make.approved_dispute(figure)

    assert "PGR, 2019: PGR no la reconoce." in drawn(client, indicator)
    assert "PGR no la reconoce." in card(client, indicator)


def test_signs_are_explained_in_the_file(client, indicator):
    make.published_figure(
        indicator=indicator, year=2020, value=50, status="provisional", breaks=True
    )

    said = drawn(client, indicator)

    assert "Lo que se ve hueco es provisional." in said
    assert "En una línea vertical de rayas cambia qué se cuenta" in said
    assert "2020, provisional" in said


def test_a_value_beside_is_said_as_what_it_is(client, indicator):
    other = make.indicator(
        plan=indicator.introduced_by,
        sensitive=False,
        counted_by="PN",
        unit_es="sentencias",
        agency=make.agency(acronym="PN"),
    )
    figures = [
        make.published_figure(indicator=other, year=year, value=60, provenance="press")
        for year in (2018, 2019)
    ]
    make.discrepancy(plan=indicator.introduced_by).indicators.set([indicator, other])
    make.approved_dispute(figures[0])

    assert "PN, 2018: PN no la reconoce." in drawn(client, indicator)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_embedded_figure_says_what_its_page_says(client, indicator, language):
    shown = card(client, indicator, language)

    value = {
        "es": "42 sentencias en 2019 (confirmada)",
        "en": "42 people in 2019 (confirmed)",
    }
    assert value[language] in shown
    for part in ("Memoria anual, Poder Judicial", "No dice cuántos casos hubo."):
        assert part in shown
    assert {"es": "Datos al", "en": "Data as of"}[language] in shown


def test_an_embedded_indicator_without_a_value_says_so(client):
    assert "No consta ningún valor." in card(client, make.indicator())


def reported():
    commitment = make.commitment()
    activity = make.activity(commitment=commitment)
    make.published_update(activity=activity, percent=60)
    return commitment


@pytest.mark.parametrize("language", LANGUAGES)
def test_commitments_are_drawn_as_the_list_counts_them(client, language):
    plan = reported().plan.code
    list_path = public_path("commitments", plan, language=language)

    (path,) = re.findall(r'href="([^"]+[.]svg)" download', client.get(list_path).text)
    said = texts(client, path)

    assert {"es": "En marcha 1", "en": "Under way 1"}[language] in said
    assert f"http://localhost:8000{list_path}" in said


def test_a_picture_of_commitments_is_of_what_the_filters_show(client):
    commitment = reported()
    area = commitment.programme.area
    path = public_path("plan_drawing", commitment.plan.code)

    assert area.label in texts(client, f"{path}?area={area.code}")
    for asked in ("area=no-hay", "family=met"):
        assert client.get(f"{path}?{asked}").status_code == 404


def test_a_reconstruction_is_drawn_as_a_record_not_as_a_state(client):
    commitment = make.commitment(provenance="reconstructed")
    make.activity(commitment=commitment, provenance="press")
    make.approved_dispute(commitment)

    said = texts(client, public_path("plan_drawing", commitment.plan.code))

    assert "sin noticia posterior 1" in said
    assert "no mide el cumplimiento" in said
    assert f"no reconoce esta atribución: {commitment.code}." in said


def test_the_time_of_a_plan_is_drawn_with_its_rounds_in_words(client):
    plan = reported().plan
    of = make.round(plan=plan, name_es="Primer semestre")
    path = public_path("plan_time", plan.code, language="es")

    page = client.get(plan.get_absolute_url())

    table = public_path("data_file", plan.code, "rounds", "csv")
    assert f'href="{path}"' in page.text
    assert f'href="{table}"' in page.text
    assert of.code in client.get(table).text
    assert f"Primer semestre: plazo: {of.due_on:%d/%m/%Y}." in texts(client, path)
    without = public_path("plan_time", make.plan().code)
    assert client.get(without).status_code == 404


def table(client, code, name):
    path = public_path("chart_table", code, name)
    content = gzip.decompress(client.get(path).content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def test_the_table_of_a_series_holds_what_is_drawn(client, indicator):
    make.published_figure(indicator=indicator, year=2020, is_protected=True)
    make.published_figure(indicator=make.indicator(), year=2019)

    rows = table(client, indicator.code, "series")

    assert [(each["starts_on"][:4], each["value"]) for each in rows] == [
        ("2018", "31"),
        ("2019", "42"),
        ("2020", ""),
    ]
    assert [each["value_gap"] for each in rows] == ["", "", "protected"]
    assert list(rows[0]) == [each.name for each in DATASETS["values"].columns]


def test_the_table_of_a_breakdown_holds_its_own_parts_alone(client, indicator):
    for year, cells in ((2020, {"sexual": 30, "labour": 20}), (2021, {"sexual": 77})):
        make.published_figure(indicator=indicator, year=year, cells=cells)

    rows = table(client, indicator.code, "2020-exploitation")

    told = [(each["group"], each["value"]) for each in rows]
    assert told == [("sexual", "30"), ("labour", "20")]
    page = client.get(public_path("indicator", indicator.code, language="es")).text
    for name in ("series", "2020-exploitation"):
        path = public_path("chart_table", indicator.code, name, language="es")
        assert f'href="{path}"' in page
    gone = public_path("chart_table", indicator.code, "2019-exploitation")
    assert client.get(gone).status_code == 404
