"""Words that the portal no longer uses, because readers took them otherwise."""

import re
from pathlib import Path

import pytest
from babel.messages import pofile
from django.conf import settings

CATALOGUE = Path(settings.BASE_DIR, "plan_portal/locale/es/LC_MESSAGES/django.po")
#: Each with what stands in its place.
REPLACED = {
    "lines of work": "documented actions",
    "line of work": "documented action",
    "líneas de trabajo": "acciones documentadas",
    "línea de trabajo": "acción documentada",
    "su matriz oficial no es pública": "no encontramos su matriz oficial",
    "desde el período año": "desde 2017",
    "canal de lo que se publica": "Recibir novedades",
    "leer de nuevo": "Ver texto",
    "ver cómo estaba antes": "Ver otra fecha",
    "institución de la que trata": "Institución",
    "point out an error": "Report an error",
    "enters no count": "is not counted",
    "nobody can say what is late": "we cannot say what is late",
    "her or him": "them",
    "registros encontrados, no trabajo hecho": "Menciones en las fuentes, por año",
    "leído aquí": "consultado",
    "lo último que consta": "Lo más reciente",
    "personal de las instituciones": "Acceso para instituciones",
    "a source says is done": "reported as done",
}


@pytest.fixture(scope="module")
def sentences():
    """Every sentence of the catalogue and its translations, in small letters."""
    with CATALOGUE.open("rb") as file:
        found = pofile.read_po(file)
    texts = []
    for message in found:
        for each in (message.id, message.string):
            texts += [each] if isinstance(each, str) else each
    return [text.lower() for text in texts if text]


@pytest.mark.parametrize("words", REPLACED)
def test_a_word_that_was_replaced_stands_nowhere(sentences, words):
    assert len(sentences) > 1000
    assert [text for text in sentences if words in text] == []


def test_an_agency_has_one_name_in_english():
    """Aside: labels that migrations hold, and a search for the other word."""
    with CATALOGUE.open("rb") as file:
        found = pofile.read_po(file)
    english = {
        text
        for message in found
        for text in ([message.id] if isinstance(message.id, str) else message.id)
    }

    assert {
        text for text in english if re.search(r"\binstitutions?\b", text, re.I)
    } == {
        "A focal point needs an institution and a kind; the other roles have neither.",
        "Focal point of an institution",
        "In the institution's archive",
        "The institution asked for it.",
        "who has not reported, which institutions are silent, missing reports, "
        "who takes part, members",
    }
