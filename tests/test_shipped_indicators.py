"""The shipped indicators: the same values in every form, each with its source."""

import json
import re
from decimal import Decimal
from html import unescape

import pytest
from defusedxml import ElementTree
from django.utils.translation import override

from strategic_areas.datasets import DATASETS
from strategic_areas.public_paths import public_path
from strategic_areas.queries.figures import indicators, phrases
from tests.deep import drawn
from tests.strategic_areas.plans import shipped_content
from tests.test_indicator_pages import body, plain, read_csv, read_workbook

pytestmark = pytest.mark.django_db

FILE = shipped_content()
CODES = [each["code"] for each in FILE["indicators"]]
OF_PROTECTION = {e["code"] for e in FILE["indicators"] if e["area"] == "3"}
TAGS = re.compile(r"<[^>]+>")


def rows_of(html):
    """The rows of the table of values: the anchor of each, and its first number."""
    return [
        (mark, unescape(TAGS.sub("", number)).strip())
        for mark, number in re.findall(
            r'<tr id="([^"]+)".*?<td class="number"[^>]*>(.*?)</td>', html, re.DOTALL
        )
    ]


def in_bars(html):
    """The numbers of the breakdowns, from their pictures."""
    bars = re.findall(r'<svg class="chart chart--bars".*?</svg>', html, re.DOTALL)
    found = re.findall(r'<text class="last"[^>]*>([^<]+)</text>', "".join(bars))
    return sorted(found)


def test_every_value_stands_on_a_page_with_its_sources(client, shipped):
    assert len(CODES) == 63
    for entry in drawn(FILE["indicators"], 12, key="pages"):
        html = body(
            client, public_path("indicator", entry["code"], language="es")
        ).decode()

        found = [number for _mark, number in rows_of(html)]
        assert sorted(found) == sorted(
            phrases.format_inexact(
                Decimal(str(value["value"])), value.get("exactness", "exact")
            )
            for value in entry["values"]
        )
        shown = unescape(html)
        for value in entry["values"]:
            for source in value["sources"]:
                assert FILE["sources"][source]["title"] in shown


@pytest.mark.parametrize("language", drawn(["es", "en"], 1, key="forms"))
def test_every_form_holds_the_same_cells(client, shipped, language):
    paths = {
        form: public_path(f"indicators_{form}", language=language)
        for form in ("csv", "xlsx", "json")
    }

    table = read_csv(body(client, paths["csv"]))
    workbook = read_workbook(body(client, paths["xlsx"]), 2)
    read = json.loads(body(client, paths["json"]))

    names = [each["name"] for each in read["columns"]]
    assert [list(row.values()) for row in table] == [
        list(row.values()) for row in workbook
    ]
    assert names == [each.name for each in DATASETS["values"].columns]
    assert [list(map(plain, row.values())) for row in read["rows"]] == [
        list(row.values()) for row in table
    ]
    assert all(isinstance(row["value"], int | float) for row in read["rows"])
    assert len(read["rows"]) == 114


@pytest.mark.parametrize("language", drawn(["es", "en"], 1, key="pictures"))
def test_the_page_and_its_picture_tell_what_the_files_tell(client, shipped, language):
    with override(language):
        lines = {
            line.indicator.code: line for line in indicators.load_series(in_full=True)
        }
        path = f"/datos/{FILE['plan']['code']}/breakdowns.json"
        parts = json.loads(body(client, path))["rows"]
        for code in drawn(CODES, 3, key=language):
            page = client.get(public_path("indicator", code, language=language))
            html = page.content.decode()
            path = public_path("indicator_json", code, language=language)
            rows = json.loads(body(client, path))["rows"]
            totals = [
                phrases.format_inexact(Decimal(str(row["value"])), row["exactness"])
                for row in rows
            ]
            cells = [
                phrases.format_inexact(Decimal(str(row["value"])), "exact")
                for row in parts
                if row["indicator"] == code and row["group"]
            ]
            assert sorted(number for _mark, number in rows_of(html)) == sorted(totals)
            assert in_bars(html) == sorted(cells)
            points = lines[code].points
            assert len(points) == len(totals)
            if chart := page.context["chart"]:
                written = {label.text for label in chart.picture.labels}
                assert phrases.value_text(lines[code].last) in written
                assert written - {phrases.value_text(each) for each in points} <= {
                    label.text
                    for label in chart.picture.labels
                    if label.css_class != "value" or len(chart.all_series) > 1
                }
                drawing = body(
                    client, public_path("indicator_drawing", code, language=language)
                )
                texts = {each.text for each in ElementTree.fromstring(drawing).iter()}
                assert written <= texts


@pytest.mark.parametrize("language", ["es", "en"])
def test_who_counts_is_told_in_words(client, shipped, language):
    every = indicators.load_series()
    told = [each.indicator for each in every if each.indicator.counted_by]
    told += [point for each in every for point in each.points]

    page = body(client, public_path("indicator", "I-39", language=language))

    assert len(told) > 114
    with override(language):
        assert [
            each for each in told if phrases.counted_by_phrase(each) == each.counted_by
        ] == []
    said = {
        "es": "Según el informe TIP 2025 (vía prensa)",
        "en": "According to the 2025 TIP report (via the press)",
    }
    assert said[language] in page.decode()


def test_another_count_stands_beside_and_never_in_the_sum(client, shipped):
    page = client.get(public_path("indicator", "I-12", language="es"))

    years = {row.starts_on.year: row for row in page.context["rows"]}
    pgr = [17, 11, 26, 63]
    police = [83, 45, 35, 44]
    assert [years[year].point.value for year in range(2017, 2021)] == pgr
    assert [
        years[year].other_counts[0][1].value for year in range(2017, 2021)
    ] == police
    assert years[2015].other_counts == [("PN", None)]
    labels = re.findall(r'<td class="number" data-label="(\w+)"', page.text)
    assert labels == ["PGR", "PN"] * len(page.context["rows"])
    sums = {str(a + b) for a, b in zip(pgr, police, strict=True)}
    told = re.findall(r"<(?:td|strong)[^>]*>(\d+)<", page.content.decode())
    assert not sums & set(told)


def test_a_value_has_its_unit_where_the_name_does_not_tell_it(client, shipped):
    goals = client.get(public_path("results")).content.decode()
    line = client.get(
        public_path("commitment", "2017-2020", "R-2.2.2")
    ).content.decode()

    assert "menores de edad: 70 % en 2018" in goals
    assert "Víctimas de trata identificadas: 136 en 2024" in goals
    assert "<strong>más de 1.6 millones de dólares (US$)</strong> en 2019" in line


def test_of_each_goal_one_sentence_says_first_what_is_known(client, shipped):
    page = client.get(public_path("results")).content.decode().split("<main")[1]
    told, pictures = page.split("</dl>", 1)

    goals = re.findall(r'<dt><a href="#(\w+)">', told)
    assert len(goals) == 4
    assert [f'<section id="{goal}">' in pictures for goal in goals] == [True] * 4
    assert "<strong>136 personas en 2024, provisional</strong>" in told
    assert told.count("<strong>") == 4


def test_what_the_values_of_a_table_share_is_said_once(client, shipped):
    shared = client.get(public_path("indicator", "I-12")).content.decode()
    mixed = client.get(public_path("indicator", "I-39")).content.decode()

    heading = '<th scope="col">Estado</th>'
    assert (heading in shared, heading in mixed) == (False, True)
    assert "Estado: confirmada" in shared


def test_a_number_stands_on_one_line_with_its_sign(client, shipped):
    html = client.get(public_path("discrepancies")).content.decode()

    assert "71 mujeres (74\N{NO-BREAK SPACE}%)" in html
    assert re.search(r"\d %", html) is None


def test_a_missing_year_stands_in_the_table_without_a_number(client, shipped):
    page = client.get(public_path("indicator", "I-39", language="es"))

    gone = [row.starts_on.year for row in page.context["rows"] if row.point is None]
    assert gone == [2022, 2023]


def test_the_first_page_tells_key_figures_with_their_captions(client, shipped):
    page = client.get(public_path("home", language="es"))
    html = unescape(page.content.decode())

    found = {pair[0].indicator.code: pair for pair in page.context["figures"]}
    key = {each["code"]: each for each in FILE["indicators"] if "key_figure" in each}
    assert sorted(found) == sorted(key)
    for code, entry in key.items():
        last = entry["values"][-1]
        line, columns, earlier = found[code]
        assert line.last.value == last["value"]
        for part in last["caption_es"].removesuffix(")").split(" (", 1):
            assert part[1:] in html
        assert entry["caveat_es"] in html
        can_be_compared = [v for v in entry["values"] if not v.get("break")]
        assert len(columns.columns if columns else "-") == len(can_be_compared)
        told = [v["value"] for v in entry["values"][:-1]]
        assert [each.value for each in earlier] == ([] if columns else told[-3:])


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ({"area": "proteccion"}, OF_PROTECTION),
        ({"target": "yes"}, set()),
        ({"area": "nowhere"}, set()),
    ],
)
def test_the_list_shows_what_is_asked(client, shipped, asked, codes):
    page = client.get(public_path("indicators", language="es"), asked)

    shown = {
        line.indicator.code
        for _area, lines in page.context["groups"]
        for line, _columns in lines
    }
    assert shown == codes
    assert page.status_code == 200


def test_a_list_is_taken_away_as_it_is_asked_for(client, shipped):
    path = public_path("indicators_csv", language="es")

    rows = read_csv(body(client, f"{path}?area=proteccion"))

    assert {row["indicator"] for row in rows} == OF_PROTECTION
