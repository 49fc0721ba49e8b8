"""What pages tell machines: descriptions, pictures, linked data, sitemap, robots."""

import io
import json
import re
from html import unescape
from xml.etree import ElementTree

import pytest
from django.conf import settings as site
from django.urls import resolve
from django.utils import timezone
from PIL import Image

from plan_portal.conditional_get import FOR_PAGE_CACHE, KEEP_HEADER
from plan_portal.page_cache.finished_pages import FinishedPage
from plan_portal.urls import FORMER_PICTURES, PUBLIC_PAGES
from strategic_areas import pictures
from strategic_areas.models import Commitment
from strategic_areas.public_paths import public_path
from strategic_areas.queries.site import arguments_of_public_pages
from tests import make
from tests.costs import count_queries
from tests.deep import DEEP
from tests.make.plans import put_back_in_preparation

pytestmark = pytest.mark.django_db

LANGUAGES = ["es", "en"]
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
FORMER = [name for name, *_ in FORMER_PICTURES]


@pytest.fixture(scope="module")
def told_commitment(lasting):
    commitment = make.commitment(expected_result_es="Hay menos trata.")
    make.participation(plan=commitment.plan, agency=commitment.lead)
    make.activity(commitment=commitment)
    figured = make.indicator(plan=commitment.plan, code="I-39")
    make.published_figure(indicator=figured)
    return commitment


@pytest.fixture
def commitment(told_commitment, db):
    """The same for all, as it is in the database."""
    return Commitment.objects.get(pk=told_commitment.pk)


def arguments(commitment, language="es"):
    """What the address of each picture takes."""
    plan = commitment.plan.code
    slug = getattr(commitment.programme.area, f"slug_{language}")
    return {
        "plan": (plan,),
        "area": (plan, slug),
        "commitment": (plan, commitment.code),
        "agency": (plan, commitment.lead.slug),
        "indicator": ("I-39",),
    }


def told(html):
    """The content of each meta element by its property."""
    found = re.findall(r'<meta [^>]*property="([^"]+)" content="([^"]*)"', html)
    return {name: unescape(content) for name, content in found}


def linked_data(html):
    pattern = r'<script type="application/ld\+json">(.*?)</script>'
    return [json.loads(text) for text in re.findall(pattern, html)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_tells_what_it_is(client, commitment, language, settings):
    settings.SITE_URL = "https://plan.example.gob.do"
    path = commitment.get_absolute_url(language)

    found = told(client.get(path).content.decode())

    picture = public_path("plan_picture", commitment.plan.code, language=language)
    assert found["og:url"] == settings.SITE_URL + path
    assert found["og:image"] == settings.SITE_URL + picture
    assert found["og:locale"] == {"es": "es_DO", "en": "en_US"}[language]
    title = getattr(commitment, f"title_{language}")
    assert found["og:title"] == f"{commitment.code} {title}"
    assert "Hay menos trata." in found["og:description"]


def test_a_page_about_no_plan_shows_the_picture_of_that_at_hand(client, commitment):
    html = client.get(public_path("glossary")).content.decode()

    picture = public_path("plan_picture", commitment.plan.code)
    assert told(html)["og:image"].endswith(picture)


def test_linked_data_says_where_the_page_stands(client, commitment):
    page, steps = linked_data(
        client.get(commitment.get_absolute_url("en")).content.decode()
    )

    area = commitment.programme.area
    assert page["@type"] == "WebPage"
    assert page["mainEntity"]["name"] == commitment.plan.title_en
    assert [step.get("item") for step in steps["itemListElement"]] == [
        f"{site.SITE_URL}{path}"
        for path in (
            "/en/",
            commitment.plan.get_absolute_url("en"),
            area.get_absolute_url("en"),
        )
    ] + [None]


def test_no_text_can_end_the_element_of_linked_data(client):
    hostile = "</script><script>alert(1)</script><!--"
    commitment = make.commitment(title_es=hostile, title_en=hostile)

    html = client.get(commitment.get_absolute_url("es")).content.decode()

    assert html.count("<script") == html.count("</script>") == 2
    assert linked_data(html)[0]["name"] == f"{commitment.code} {hostile}"


@pytest.mark.parametrize(("official", "publishers"), [(True, 1), (False, 0)])
def test_only_an_official_site_names_a_publisher(
    client, commitment, settings, official, publishers
):
    settings.OFFICIAL_SITE = official

    (page, *_) = linked_data(client.get("/").content.decode())

    assert list(page["isPartOf"]).count("publisher") == publishers


# Pictures


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_picture_has_the_size_that_others_ask_for(client, commitment, language):
    path = public_path("plan_picture", commitment.plan.code, language=language)

    response = client.get(path)

    image = Image.open(io.BytesIO(response.content))
    assert (image.format, image.size) == ("PNG", (1200, 630))
    assert len(response.content) < 40_000
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    again = client.get(path, headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_records_old_picture_leads_to_its_plans(client, commitment, language):
    picture = public_path("plan_picture", commitment.plan.code, language=language)
    for name in FORMER:
        words = arguments(commitment, language)[name.removesuffix("_picture")]

        response = client.get(public_path(name, *words, language=language))

        assert (response.status_code, response["Location"]) == (301, picture), name


def test_a_picture_of_a_plan_in_preparation_is_not_found(client, commitment):
    put_back_in_preparation(commitment.plan)

    for name in ("plan_picture", *FORMER):
        words = arguments(commitment)[name.removesuffix("_picture")]
        assert client.get(public_path(name, *words)).status_code == 404, name


def test_a_picture_draws_the_figures_of_its_plan(client, commitment, monkeypatch):
    drawn = []
    monkeypatch.setattr(
        "strategic_areas.views.cards.draw_plan_picture",
        lambda **each: drawn.append(each) or b"",
    )
    activity = commitment.activities.get()
    make.published_update(activity=activity, percent=40)
    make.commitment(programme=commitment.programme, lead=commitment.lead)

    client.get(public_path("plan_picture", commitment.plan.code))

    assert [[(state, number) for state, _, number in p["parts"]] for p in drawn] == [
        [("going", 1), ("silent", 1)]
    ]


def test_the_font_has_every_letter_of_both_languages():
    blank = bytes(pictures.load_font(40).getmask("\ufffe"))

    letters = "áéíóúüñÁÉÍÓÚÜÑ¿¡«»“”–…·"
    assert [
        c for c in letters if bytes(pictures.load_font(40).getmask(c)) == blank
    ] == []


@pytest.mark.parametrize("words", [1, 60])
def test_a_long_title_stays_inside_the_picture(words):
    lines = pictures.wrap_text("coordinación " * words, 42, 3)

    assert len(lines) <= 3
    inside = pictures.WIDTH - 2 * pictures.MARGIN
    assert (
        max(pictures.load_font(42, "Bold").getlength(line) for line in lines) <= inside
    )


def test_the_front_keeps_a_picture_once_and_not_compressed(client, commitment):
    path = public_path("plan_picture", commitment.plan.code)
    response = client.get(path, **{FOR_PAGE_CACHE: True})
    assert KEEP_HEADER in response.headers

    page = FinishedPage(response.content, [("Content-Type", "image/png")], None, 0)

    told = []
    environ = {"REQUEST_METHOD": "GET", "HTTP_ACCEPT_ENCODING": "gzip, br"}
    body = page.respond(environ, lambda status, headers: told.extend(headers))
    assert body == [response.content]
    assert "Content-Encoding" not in dict(told)
    assert page.size == len(response.content)


# Sitemap and robots


@pytest.mark.parametrize("allowed", [True, False])
def test_only_an_indexable_site_may_be_listed(client, commitment, settings, allowed):
    settings.ALLOW_INDEXING = allowed

    page = client.get("/").content.decode()
    robots = client.get("/robots.txt").content.decode()

    assert ('name="robots" content="noindex"' in page) is not allowed
    assert ("/sitemap.xml" in robots) is allowed
    assert "Disallow: /gestion/" in robots
    expected = 200 if allowed else 404
    assert client.get("/sitemap.xml").status_code == expected


def test_the_sitemap_lists_every_page_once(client, commitment, settings):
    settings.ALLOW_INDEXING = True
    commitment.activities.update(themes=["work"])
    make.amendment(commitment=commitment)
    make.later_activity(plan=commitment.plan)
    make.indicator(plan=commitment.plan)
    make.target(body="CRC").addressed.add(commitment.lead)
    make.earlier_edition(make.edition(plan=commitment.plan))
    hidden = make.commitment(plan=make.plan(status="in_preparation", code="oculto"))
    update = make.published_update(activity=commitment.activities.get())

    tree = ElementTree.fromstring(client.get("/sitemap.xml").content)  # noqa: S314

    listed = {}
    for entry in tree:
        links = {link.get("hreflang"): link.get("href") for link in entry[1:]}
        links.pop(None, None)
        changed = entry.find(f"{SITEMAP}lastmod")
        listed[entry.find(f"{SITEMAP}loc").text] = (
            links,
            None if changed is None else changed.text,
        )
    paths = {url.removeprefix(settings.SITE_URL) for url in listed}
    assert len(listed) == len(tree)
    asked = {path for path in paths if DEEP or path.startswith("/en/")}
    assert {path: client.get(path).status_code for path in asked} == dict.fromkeys(
        asked, 200
    )
    assert not [path for path in paths if hidden.plan.code in path]
    spanish = settings.SITE_URL + commitment.get_absolute_url("es")
    english = settings.SITE_URL + commitment.get_absolute_url("en")
    expected = {"es": spanish, "en": english, "x-default": spanish}
    day = str(timezone.localdate(update.published_at))
    assert listed[spanish] == listed[english] == (expected, day)
    kinds = {resolve(path).url_name for path in paths}
    assert kinds == {name for name, *_ in PUBLIC_PAGES} - {"search"}


@pytest.mark.parametrize("name", ["published_update", "published_declaration"])
def test_the_last_change_is_that_of_a_report_or_declaration(name):
    record = getattr(make, name)()

    listed = arguments_of_public_pages()

    for page in ("commitment", "of_plan"):
        moments = [
            at for (plan, *_), _en, at in listed[page] if plan == record.plan.code
        ]
        assert moments == [record.published_at]


def test_the_sitemap_costs_the_same_and_lists_no_empty_page(
    client, commitment, settings
):
    settings.ALLOW_INDEXING = True
    listed = client.get("/sitemap.xml").content.decode()
    spent = []
    for rows in (1, 29):
        for _ in range(rows):
            make.commitment(programme=commitment.programme)
        spent.append(count_queries(lambda: client.get("/sitemap.xml")))

    assert spent == [12, 12]
    for name in ("amendments", "later_activities", "recommendations"):
        assert public_path(name, commitment.plan.code, language="es") not in listed
