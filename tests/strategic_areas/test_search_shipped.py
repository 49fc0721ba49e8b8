"""The search over the shipped plan, which is loaded once for the whole module."""

from collections import defaultdict

import pytest
from django.utils.html import strip_tags

from strategic_areas.public_paths import public_path
from strategic_areas.queries import search_texts
from strategic_areas.search.results import KINDS
from strategic_areas.views.search import site_documents
from tests.deep import DEEP
from tests.public_site import LANGUAGES

pytestmark = pytest.mark.usefixtures("shipped")

#: How many results of each kind are followed, the first in Spanish and the next in
#: English, unless every page is asked for in both.
FOLLOWED = 2


def test_results_of_each_kind_lead_to_their_places(client):
    by_kind, pages, missing = defaultdict(list), {}, []
    for document in [*search_texts.documents_of_records(), *site_documents()]:
        by_kind[document.kind].append(document)

    for documents in by_kind.values():
        step = 1 if DEEP else -(-len(documents) // FOLLOWED)
        for number, document in enumerate(documents[::step]):
            for language in LANGUAGES if DEEP else [LANGUAGES[number % 2]]:
                path, _, mark = document.address.path(language).partition("#")
                if path not in pages:
                    pages[path] = client.get(path)
                page = pages[path]
                if page.status_code != 200 or (
                    mark and f'id="{mark}"' not in page.content.decode()
                ):
                    missing.append((path, mark))

    assert missing == []
    assert set(by_kind) == set(KINDS) - {"amendment", "correction", "evidence"}


@pytest.mark.parametrize(
    ("words", "language", "path"),
    [
        ("R-1.1.2", "es", "/2017-2020/compromisos/R-1.1.2/"),
        ("r-1.1.2", "en", "/en/2017-2020/commitments/R-1.1.2/"),
        ("mmujer", "es", "/2017-2020/instituciones/mmujer/"),
        ("ODS 16.2", "es", "/2017-2020/marcos/#SDG-16.2"),
        ("SDG 8.7", "en", "/en/2017-2020/frameworks/#SDG-8.7"),
        ("911", "es", "/ayuda/"),
        ("Descargar", "es", "/datos/"),
        ("csv", "en", "/en/data/"),
        ("citar", "es", "/metodologia/"),
        ("cómo citar", "es", "/metodologia/"),
    ],
)
def test_a_code_or_a_name_leads_straight_to_its_page(client, words, language, path):
    answer = client.get(public_path("search", language=language), {"q": words})

    assert (answer.status_code, answer["Location"]) == (302, path)


@pytest.mark.parametrize(
    ("words", "language", "path"),
    [
        ("quién no ha reportado", "es", "/2017-2020/instituciones/"),
        ("¿Quiénes no han reportado?", "es", "/2017-2020/instituciones/"),
        ("who has not reported?", "en", "/en/2017-2020/agencies/"),
        ("qué cambió", "es", "/2017-2020/avances/"),
        ("what is late", "en", "/en/2017-2020/commitments/"),
        ("cuántas víctimas", "es", "/indicadores/"),
        ("niños", "es", "/2017-2020/temas/ninez-y-adolescencia/"),
        ("recomendación", "es", "/2017-2020/recomendaciones/"),
        ("recomendaciones", "es", "/2017-2020/recomendaciones/"),
        ("recommendation", "en", "/en/2017-2020/recommendations/"),
    ],
)
def test_a_question_finds_the_page_that_answers_it(client, words, language, path):
    page = client.get(public_path("search", language=language), {"q": words})

    assert page.context["answer"].groups[0].hits[0].path.partition("#")[0] == path


def test_a_commitment_that_is_called_so_comes_before_figures(client):
    page = client.get("/buscar/?q=acogida")

    kinds = [group.kind for group in page.context["answer"].groups]
    assert (kinds[0], "indicator" in kinds) == ("commitment", True)


def test_a_question_for_a_year_finds_the_indicators_that_know_it(client):
    page = client.get(
        public_path("search", language="es"), {"q": "cuántas víctimas en 2019"}
    )

    (first, *_) = page.context["answer"].groups
    assert first.kind == "indicator"
    for hit in first.hits[:3]:
        assert "íctima" in strip_tags(hit.title)
        assert "2019" in client.get(hit.path).text


def test_a_figure_is_found_by_its_words_and_year(client):
    page = client.get("/buscar/?q=victimas+identificadas+2019").content.decode()

    assert f'href="{public_path("indicator", "I-39", language="es")}"' in page
