"""What every public page has: one small portal, each page of it read once."""

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client, override_settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from strategic_areas.datasets.file_cache import FILE_CACHE
from strategic_areas.models import Edition
from tests.test_public_pages import LANGUAGES, Page, every_address, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

SITE = "https://plan.example.gob.do"


@dataclass(frozen=True)
class Answer:
    """What an address answered, and the same as a page."""

    name: str
    language: str
    path: str
    response: object

    @cached_property
    def page(self):
        return Page(self.response.text)


@pytest.fixture(scope="module")
def client():
    return Client()


@pytest.fixture(scope="module")
def site(lasting):
    with override_settings(
        SITE_URL=SITE, CORRECTIONS_EMAIL="correcciones@example.gob.do"
    ):
        yield


@pytest.fixture(scope="module")
def answers(site, client):
    """Every page once, when the packages of editions are made: else it is not kept."""
    world = make_world()
    for edition in Edition.objects.select_related("plan"):
        assert FILE_CACHE.files(edition.plan, edition).package_sum
    return [Answer(*place, client.get(place[-1])) for place in every_address(world)]


def test_every_page_is_whole_and_leads_to_its_other_language(answers):
    found = {(each.name, each.language): each.path for each in answers}

    for (name, language), path in found.items():
        (answer,) = (each for each in answers if each.path == path)
        assert answer.response.status_code == 200, path
        page = answer.page
        links = {
            (each.get("rel"), each.get("hreflang")): each["href"]
            for each in page.every("link")
        }
        other = "en" if language == "es" else "es"
        targets = [each.get("href") for each in page.every("a")]
        assert page.every("html")[0]["lang"] == language
        assert len(page.every("h1")) == 1
        assert len(page.every("caption")) == len(page.every("table"))
        assert links["canonical", None] == SITE + path
        for each in LANGUAGES:
            assert links["alternate", each] == SITE + found[name, each]
        assert found[name, other] in targets
        assert targets[:2] == ["#content", "tel:911"]
        with override(language):
            today = date_format(timezone.localdate(), "SHORT_DATE_FORMAT")
        assert today in page.text


def test_pages_hold_no_script_no_inline_style_and_no_cookie(answers):
    for answer in answers:
        page = answer.page
        data = {each.get("type") for each in page.every("script")}
        assert data == {"application/ld+json"}, answer.path
        assert not page.every("style"), answer.path
        assert not [a for _, a in page.tags if "style" in a or "onclick" in a]
        assert not answer.response.cookies, answer.path
        assert "Cookie" not in answer.response.get("Vary", ""), answer.path


def test_no_official_page_is_headed_as_a_reconstruction(answers):
    for answer in answers:
        names = {attributes.get("class") for _, attributes in answer.page.tags}
        assert "reconstruction" not in names, answer.path


def test_an_unchanged_page_is_not_sent_again(answers, client):
    for answer in answers:
        first = answer.response
        again = client.get(answer.path, headers={"if-none-match": first["ETag"]})
        assert again.status_code == 304, answer.path
        assert again.content == b""
        assert first["Cache-Control"] == again["Cache-Control"] == "public, no-cache"
        assert again["ETag"] == first["ETag"]


def test_the_site_map_leads_to_every_page_that_needs_no_code(answers):
    (site_map,) = (each.page for each in answers if each.path == "/mapa/")

    found = {each.get("href") for each in site_map.every("a")}

    expected = {
        each.path
        for each in answers
        if each.language == "es"
        and each.name not in {"commitment", "agency", "update", "indicator", "dataset"}
        and not each.name.startswith(("recommendations_", "difference"))
        and each.name != "edition"
    }
    assert expected - found == {"/mapa/"} - found


def test_every_page_tells_how_to_report_an_error(answers):
    versions = {}

    for answer in answers:
        page, path = answer.page, answer.path
        mails = [each["href"] for each in page.every("a") if "href" in each]
        (mail,) = [each for each in mails if each.startswith("mailto:correcciones")]
        query = parse_qs(urlsplit(mail).query)
        assert SITE + path in query["body"][0].split()
        (versions[path],) = re.findall(r": ([0-9a-f]{12}) \(", query["body"][0])
        assert {each.get("method", "get") for each in page.every("form")} <= {"get"}
    assert len(set(versions.values())) == len(versions)
