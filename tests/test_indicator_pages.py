"""Pages and files of indicators: what is told, what is not, where a value stands."""

import csv
import io
import re
from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override
from openpyxl import load_workbook

from plan_portal.sitemap import public_page_paths
from plan_portal.urls import PUBLIC_PAGES
from strategic_areas import disclosure
from strategic_areas.models import Indicator, PublishedFigure
from strategic_areas.public_paths import public_path
from strategic_areas.queries.figures import phrases
from strategic_areas.queries.figures.indicators import ValueDisplay, points_by_indicator
from tests import make
from tests.deep import drawn
from tests.strategic_areas import test_published_figures as published
from tests.strategic_areas.plans import load_small

pytestmark = pytest.mark.django_db

LANGUAGES = ("es", "en")


def body(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content


def page_of(client, indicator):
    return client.get(public_path("indicator", indicator.code, language="es"))


def read_csv(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def plain(cell):
    """A cell of any form as the file of comma-separated values has it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if hasattr(cell, "isoformat"):
        return cell.isoformat()[:10]
    return str(cell)


def read_workbook(content, place):
    """The rows of a sheet, by its place in the workbook."""
    sheet = load_workbook(io.BytesIO(content)).worksheets[place]
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, map(plain, row), strict=True)) for row in rows]


GONE = Decimal("70717")
HIDDEN = {"is_hidden": True, "value": GONE}


def world(**fields):
    """Two years of an indicator that stands everywhere; the second has ``fields``."""
    commitment = make.commitment()
    indicator = make.indicator(
        plan=commitment.plan,
        area=commitment.programme.area,
        programme=commitment.programme,
        agency=commitment.lead,
        key_figure=True,
        goal=Indicator.Goal.RESTORATION,
    )
    make.discrepancy(plan=commitment.plan).indicators.add(indicator)
    make.published_figure(indicator=indicator, year=2018, value=500)
    fields.setdefault("cells", {"sexual": 61616})
    make.published_figure(indicator=indicator, year=2019, **fields)
    return commitment, indicator


def everywhere(commitment, indicator, languages):
    plan, lead = commitment.plan.code, commitment.lead.slug
    area = commitment.programme.area
    for language in languages:
        for name, args in (
            ("home", ()),
            ("indicators", ()),
            ("results", ()),
            ("discrepancies", ()),
            ("indicator", (indicator.code,)),
            ("area", (plan, getattr(area, f"slug_{language}") or area.slug_es)),
            ("agency", (plan, lead)),
            ("commitment", (plan, commitment.code)),
            ("indicator_drawing", (indicator.code,)),
            ("indicator_card", (indicator.code,)),
            *((f"indicators_{form}", ()) for form in ("csv", "json", "xlsx")),
            *((f"indicator_{form}", (indicator.code,)) for form in ("csv", "json")),
        ):
            yield public_path(name, *args, language=language)
        for name in ("values", "breakdowns"):
            yield from (f"/datos/{plan}/{name}.{form}" for form in ("csv", "json"))
        search = public_path("search", language=language)
        yield f"{search}?q={indicator.code}"


def texts_at(client, paths):
    for path in paths:
        response = client.get(path, follow=True)
        assert response.status_code in {200, 404}, path
        content = response.content
        if "spreadsheet" in response.headers["Content-Type"]:
            sheets = (read_workbook(content, place) for place in range(2, 5))
            content = str(list(sheets)).encode()
        yield path, content.decode()


def test_a_figure_that_is_taken_away_is_gone_from_everywhere(client):
    """Its value, and the number of its breakdown."""
    before, after = world(value=GONE), world(**HIDDEN)
    languages = drawn(LANGUAGES, 1, key="taken away")
    every = [list(everywhere(*each, languages)) for each in (before, after)]

    shown = [tuple(told_in(text)) for _path, text in texts_at(client, every[0])]
    PublishedFigure.objects.filter(indicator=before[1]).update(is_hidden=True)
    # What stands on both indicators is read once.
    texts = list(texts_at(client, sorted({path for paths in every for path in paths})))

    value, part = map(sum, zip(*shown, strict=True))
    assert min(value, part) > 4
    assert len(texts) > len(shown)
    assert [path for path, text in texts if any(told_in(text))] == []


def told_in(text):
    """Whether a text tells the value, and whether it tells the number of its part."""
    for number in (GONE, 61616):
        digits = re.sub(r"(?<=\d)(?=(\d{3})+$)", ",?", str(number))
        yield bool(re.search(digits, text))


def test_no_address_tells_a_number_below_the_threshold(client, tmp_path, monkeypatch):
    """The threshold is so high that every part is small, and each part is unique."""
    monkeypatch.setattr(disclosure, "SMALLEST_DISCLOSED", 100_000)
    numbers = iter(range(10_007, 99_999, 37))
    told = [
        {
            "period": str(year),
            "value": sum(counted.values()),
            "breakdown": published.parts(**counted),
            **published.PRINTED,
        }
        for year in range(2020, 2030)
        for counted in [{each: next(numbers) for each in ("woman", "man", "girl")}]
    ]
    others = [
        {"period": str(year), "value": next(numbers), "status": "confirmed"}
        for year in range(2020, 2030)
    ]
    content = published.plan(*told, key_figure=True, goal="restoration")
    women = {**published.PERSONS, **published.OTHER, "code": "EJ-2", "selects": True}
    women["values"] = others
    content["indicators"].append(women)
    load_small(tmp_path, content)
    secret = {cell["value"] for each in told for cell in each["breakdown"]}
    secret |= {each["value"] for each in others}

    languages = drawn([1, 2], 1, key="small")
    paths = {
        each[place] for each in public_page_paths(PUBLIC_PAGES) for place in languages
    }
    for language in LANGUAGES:
        for form in ("csv", "json", "xlsx"):
            paths.add(public_path(f"indicators_{form}", language=language))
            paths.add(public_path(f"indicator_{form}", "EJ-1", language=language))
        paths.add(public_path("indicator_drawing", "EJ-1", language=language))
        paths.add(f"{public_path('search', language=language)}?q=identificadas")
    found = "".join(text for _path, text in texts_at(client, sorted(paths)))

    written = {int(each.replace(",", "")) for each in re.findall(r"\d[\d,]*", found)}
    assert {each["value"] for each in told} <= written
    assert secret & written == set()


def test_a_protected_figure_is_told_in_words_and_not_drawn(client):
    _commitment, indicator = world(is_protected=True)
    PublishedFigure.objects.filter(
        indicator=indicator, value=None
    ).first().cells.all().delete()

    page = page_of(client, indicator)
    row = read_csv(body(client, public_path("indicator_csv", indicator.code)))[-1]

    assert page.context["last"].shown is ValueDisplay.PROTECTED
    assert page.context["chart"] is None
    assert [row[name] for name in ("value", "value_gap", "shown")] == [
        *("", "protected", "protected")
    ]


@pytest.mark.parametrize("asked", ["area=no-hay", "agency=no-hay", "target=no-hay"])
def test_a_file_of_an_unknown_filter_leads_to_the_page(client, asked):
    make.published_figure()
    page = f"{public_path('indicators')}?{asked}"

    for form in ("csv", "xlsx", "json"):
        response = client.get(f"{public_path('indicators_' + form)}?{asked}")
        assert (response.status_code, response["Location"]) == (302, page), form
    assert "No existe «no-hay» en" in client.get(page).text


def test_the_drawing_brings_its_own_style_and_nothing_else(client):
    _commitment, indicator = world()

    response = client.get(public_path("indicator_drawing", indicator.code))

    policy = response.headers["Content-Security-Policy"]
    assert "style-src 'sha256-" in policy
    assert "unsafe-inline" not in policy
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert b"<style>" in response.content


def test_counts_of_one_span_by_two_have_addresses_of_their_own(client):
    indicator = make.indicator()
    for who, value in (("PGR", 17), ("PN", 83)):
        make.published_figure(indicator=indicator, counted_by=who, value=value)

    page = page_of(client, indicator)

    assert re.findall(r'<tr id="([^"]+)"', page.text) == ["2025", "2025-2"]


@pytest.mark.parametrize(
    ("counted_by", "named", "told"),
    [
        ("PGR", {}, "Según la Procuraduría"),
        ("PGR", {"cited_as_es": "el informe 12"}, "Según la Procuraduría, en el "),
        ("REP", {}, "Según REP"),
        ("REP", {"cited_as_es": "el informe 12"}, "Según el informe 12"),
    ],
)
def test_a_value_names_the_report_that_tells_it(client, counted_by, named, told):
    """An agency counted what a report tells; a report that counts is named alone."""
    make.agency(acronym="PGR", name_es="la Procuraduría")
    indicator = make.indicator()
    source = make.source(title="Informe doce", **named)
    figure = make.published_figure(
        indicator=indicator, counted_by=counted_by, sources=[source]
    )
    for order, value in enumerate((29, 8)):
        figure.cells.create(
            dimension="exploitation",
            categories=[f"c{order}"],
            value=value,
            order=order,
            printed_by=source,
        )

    page = page_of(client, indicator).text

    assert told in page
    assert page.count(f"Según {named.get('cited_as_es', '«Informe doce»')}.") == (
        2 if told == "Según el informe 12" else 1
    )


def test_a_number_says_where_it_is_printed_and_what_differs(client):
    source = make.source(cited_as_es="el informe 12")
    printed = {"printed_by": source, "printed_where_es": "cuadro 3"}
    figure = make.published_figure(year=2024, **printed)
    told = {"indicator": figure.indicator, "year": 2025}
    make.published_figure(**told, differs=True)

    code = figure.indicator.code
    page = client.get(public_path("indicator", code, language="es")).text
    rows = client.get(public_path("indicator_json", code, language="es")).json()["rows"]

    assert "impresa en: el informe 12, cuadro 3" in page
    assert page.count("un recuento posterior difiere en menos de diez") > 1
    assert [
        (row["printed_by"], row["printed_where_es"], row["differs"]) for row in rows
    ] == [(source.whole_key, "cuadro 3", False), (None, None, True)]


def test_whatever_is_protected_looks_the_same(client, tmp_path):
    """A small number, an unconfirmed one, part of a year, and what does not tell."""
    counts = [
        published.count(4, "2030"),
        published.count(400, "2031", status="provisional"),
        published.count(800, "2032-S1", note_es="Una nota."),
    ]
    values = {"values": counts}
    load_small(tmp_path, published.plan_of(values, {**values, **published.OTHER}))

    rows = client.get(public_path("indicators_json", language="es")).json()["rows"]

    days = {"id", "indicator", "starts_on", "ends_on", "address"}
    looks = {tuple((k, v) for k, v in row.items() if k not in days) for row in rows}
    assert (len(rows), len(looks)) == (6, 1)


def test_joined_categories_keep_the_capitals_of_their_language():
    """Without words for a category its code stands for them."""
    figure = make.published_figure()
    categories = ["Dominican", "Haitian", "LGBTI", "foreign"]
    figure.cells.create(
        dimension="nationality", categories=categories, value=40, order=0
    )

    ((point,),) = points_by_indicator([figure.indicator], in_full=True).values()

    (cell,) = point.breakdowns[0].cells
    assert cell.label_es == "Dominican, haitian, LGBTI y foreign"
    assert cell.label_en == "Dominican, Haitian, LGBTI and foreign"


def test_bars_are_a_picture_to_take_along_too(client, settings):
    _commitment, indicator = world(cells={"sexual": 70, "labour": 50})
    page = page_of(client, indicator)

    (path,) = re.findall(r'href="([^"]+/2019-exploitation\.svg)"', page.text)
    drawing = body(client, path).decode()

    assert re.findall(r'class="last"[^>]*>([^<]+)<', drawing) == ["70", "50"]
    assert f'&lt;img src="{settings.SITE_URL}{path}" alt="' in page.text
    gone = public_path("breakdown_drawing", indicator.code, "2018-exploitation")
    assert client.get(gone).status_code == 404


@pytest.mark.parametrize(
    ("span", "mark"),
    [
        ((date(2019, 1, 1), date(2019, 12, 31)), "2019"),
        ((date(2003, 1, 1), date(2012, 12, 31)), "2003-2012"),
        ((date(2018, 1, 1), date(2018, 3, 31)), "2018-01-01_2018-03-31"),
    ],
)
def test_a_value_has_an_address_of_its_own(span, mark):
    assert phrases.value_anchor(*span) == mark


@pytest.mark.parametrize("language", ["es", "en"])
def test_spans_are_told_apart(language):
    spans = [
        (date(2019, 1, 1), date(2019, 12, 31)),
        (date(2018, 1, 1), date(2019, 12, 31)),
        (date(2019, 1, 1), date(2019, 6, 30)),
        (date(2019, 3, 1), date(2019, 3, 31)),
        (date(2018, 3, 1), date(2019, 3, 31)),
        (date(2019, 3, 2), date(2019, 3, 31)),
    ]
    with override(language):
        for say in (phrases.span_heading, phrases.span_phrase):
            said = [say(*span) for span in spans]
            assert len(set(said)) == len(said)
            assert all("2019" in each for each in said)


def test_files_and_citation_stand_once_and_at_the_chart(client):
    _commitment, indicator = world()

    page = page_of(client, indicator).text

    chart, _table = page.split('<details class="twin"')
    picture = public_path("indicator_drawing", indicator.code, language="es")
    assert chart.index("</figure>") < chart.index('<ul class="take">')
    # Each breakdown is a chart of its own, further down.
    assert (page.count('<p class="cite">'), chart.count('<p class="cite">')) == (2, 1)
    assert page.count(f'href="{picture}"') == chart.count(f'href="{picture}"') == 1
    assert re.search(r"/indicadores/[^/]+/#\d{4}</cite>", chart)
    # No feed and no calendar: an indicator is of no plan.
    assert ".atom" not in chart.partition("<body")[2]


def test_it_says_which_targets_it_measures(client):
    commitment, indicator = world()
    target = make.target(code="SDG-16.2")
    asked = make.target(code="R-1", body="TIP", name_es="Contar mejor")
    for each in (target, asked):
        make.target_link(each, indicator=indicator)
    hidden = make.plan(status="in_preparation")
    make.target_link(make.target(code="SDG-5.2"), indicator=indicator, plan=hidden)

    page = page_of(client, indicator).text

    for each, called in ((target, "ODS 16.2"), (asked, "Contar mejor")):
        path = each.address_in(commitment.plan, language="es")
        assert f'<a href="{path}">{called}</a>' in page
        assert f'id="{each.code}"' in body(client, path.partition("#")[0]).decode()
    assert "ODS 5.2" not in page
