"""Cards for other sites: framable by any of them, while nothing else is by anyone."""

import re
from html import unescape

import pytest
from django.urls import get_resolver

from plan_portal.urls import PUBLIC_COMPANIONS, PUBLIC_PAGES
from strategic_areas.public_paths import public_path
from strategic_areas.themes import Theme
from tests import make

pytestmark = pytest.mark.django_db

LANGUAGES = ["es", "en"]
CARDS = ["area_card", "commitment_card", "agency_card", "indicator_card"]
#: Name of a page → its address.
ROUTES = {row[0]: row[2] for row in [*PUBLIC_PAGES, *PUBLIC_COMPANIONS]}


@pytest.fixture(scope="module")
def commitment(lasting):
    commitment = make.commitment()
    make.participation(plan=commitment.plan, agency=commitment.lead)
    make.published_update(activity=make.activity(commitment=commitment), percent=60)
    make.published_figure(
        indicator=make.indicator(plan=commitment.plan, code=commitment.code)
    )
    return commitment


def path_of(name, route, commitment, language="es"):
    area = commitment.programme.area
    words = {
        "public_id": commitment.activities.get().updates.get().public_id,
        "plan": commitment.plan.code,
        "code": commitment.code,
        "slug": commitment.lead.slug,
        "theme": Theme.WORK,
        "dataset": "commitments",
        "edition": "2026-1",
        "earlier": "2025-1",
    }
    if name.startswith("area"):
        words["slug"] = getattr(area, f"slug_{language}")
    taken = [words.get(each, "x") for each in re.findall(r"<\w+:(\w+)>", route)]
    return public_path(name, *taken, language=language)


def is_framable(response):
    policy = response["Content-Security-Policy"]
    is_open = "frame-ancestors *" in policy
    assert is_open is ("X-Frame-Options" not in response.headers)
    if is_open:
        assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    return is_open


def test_only_cards_may_be_framed_from_what_a_browser_has(client, commitment):
    """What is sent in full is asked of every address in tests/test_crawl.py."""
    framable = set()
    for place, (name, route) in enumerate(ROUTES.items()):
        path = path_of(name, route, commitment, LANGUAGES[place % 2])
        again = client.get(path, headers={"if-none-match": "*"})
        assert again.status_code == 304, path
        if is_framable(again):
            framable.add(name)

    assert framable == set(CARDS)


def test_no_page_outside_the_public_table_may_be_framed(client):
    client.force_login(make.reviewer())
    patterns = [str(each.pattern) for each in get_resolver().url_patterns]
    simple = [path for path in patterns if "<" not in path and "^" not in path]

    assert len(simple) > 5
    for path in simple:
        assert not is_framable(client.get(f"/{path}")), path
    assert not is_framable(client.get("/insertar/nada/compromisos/nada/"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_says_what_its_page_says_and_leads_to_it(client, commitment, language):
    args = commitment.plan.code, commitment.code
    page = commitment.get_absolute_url(language)

    html = client.get(public_path("commitment_card", *args, language=language))

    text = html.content.decode()
    state = re.search(r'<span class="family .*?</span>', text).group()
    assert state in client.get(page).content.decode()
    assert {"es": "60 %", "en": "60%"}[language] in text
    links = re.findall(r'<a href="([^"]+)" target="_blank" rel="noopener">', text)
    assert {link.endswith(page) for link in links} == {True}
    assert '<meta name="robots" content="noindex">' in text
    assert "<script" not in text


@pytest.mark.parametrize("name", CARDS)
def test_a_page_offers_the_code_of_its_card(client, commitment, name):
    kind, language = name.removesuffix("_card"), LANGUAGES[CARDS.index(name) % 2]
    page = client.get(path_of(kind, ROUTES[kind], commitment, language))

    (code,) = re.findall(
        r"<textarea[^>]*readonly>(&lt;iframe.*?)</textarea>", page.text
    )
    (source,) = re.findall(r'src="([^"]+)"', unescape(code))

    card = client.get(source.removeprefix("http://localhost:8000"))
    assert card.status_code == 200
    assert card.resolver_match.url_name == name


@pytest.mark.parametrize(
    ("kind", "language"),
    [("plan", "es"), ("area", "es"), ("agency", "es"), ("commitment", "en")],
)
def test_a_page_that_has_a_feed_can_be_cited_and_followed(
    client, commitment, kind, language
):
    page = client.get(path_of(kind, ROUTES[kind], commitment, language))

    (line,) = re.findall(r'<ul class="take">(.*?)</ul>', page.text, re.DOTALL)
    (sentence,) = re.findall(r"<cite>(.*?)</cite>", line, re.DOTALL)
    assert sentence.endswith(f"http://localhost:8000{page.request['PATH_INFO']}")
    if kind == "commitment":
        for part in ("National Plan", commitment.code, commitment.plan.code):
            assert part in sentence
    (feed,) = re.findall(r'href="([^"]+)" type="application/atom', line)
    assert client.get(feed).status_code == 200
