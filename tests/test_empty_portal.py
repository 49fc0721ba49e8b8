"""A portal without any plan: the first day on a server."""

import re

import pytest

from plan_portal.urls import PUBLIC_PAGES
from strategic_areas.models import Plan
from strategic_areas.public_paths import public_path
from tests import make
from tests.test_public_pages import LANGUAGES

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

#: What the card of the home page says.
IN_PREPARATION = {
    "es": "El plan está en preparación.",
    "en": "The plan is in preparation.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_public_page_and_link_of_an_empty_portal_answers(client, language):
    pages = {
        public_path(name, language=language)
        for name, _view, spanish, _english in PUBLIC_PAGES
        if "<" not in spanish
    }
    for page in list(pages):
        html = client.get(page).content.decode()
        pages |= set(re.findall(r'href="(/[^"#?]*)', html))
    staff = ("/gestion/", "/cuenta/", "/static/")
    pages = {page for page in pages if not page.startswith(staff)}

    answers = {page: client.get(page).status_code for page in pages}

    assert len(answers) > 15
    assert {page for page, status in answers.items() if status != 200} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_page_tells_nothing_of_a_plan_in_preparation(client, language):
    make.plan(
        code="2031-2034",
        title_es="Plan que nadie aprobó",
        status=Plan.Status.IN_PREPARATION,
    )

    html = client.get(public_path("home", language=language)).content.decode()

    assert IN_PREPARATION[language] in html
    assert "2031" not in html
    assert "nadie" not in html
