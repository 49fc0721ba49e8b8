"""The log of corrections: kept by two people, naming nobody, with its days."""

import re
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from strategic_areas import purging
from strategic_areas.disclosure import MARKER
from strategic_areas.models import Correction
from strategic_areas.public_paths import public_path
from strategic_areas.purging.text_search import find_matches
from strategic_areas.queries.pages.changes import PER_PAGE
from tests import make
from tests.strategic_areas.test_search import paths
from tests.test_public_pages import LANGUAGES, read

pytestmark = pytest.mark.django_db

DECIDED = {
    "outcome": "corrected",
    "decided_on": date(2026, 3, 9),
    "decision_es": "Se corrigió según el informe.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_log_tells_what_was_asked_and_decided_and_its_days(client, language):
    waiting = make.correction_request(asked_on=date(2026, 4, 1))
    decided = make.correction_request(**DECIDED)
    make.correction_request(**DECIDED | {"decided_on": date(2026, 3, 3)})

    path = public_path("corrections", language=language)
    page, log = read(client, path), client.get(path).context["log"]

    assert log["corrections"][0] == waiting
    assert (waiting.days_taken, decided.days_taken) == (None, 8)
    assert (log["decided"], log["days"]) == (2, 5)
    for text in (decided.asked_es, decided.decision_es, waiting.asked_es):
        assert text in page.text


def test_an_empty_log_says_so(client):
    page = read(client, public_path("corrections"))

    assert [each for each in page.every("p") if each.get("class") == "notice"]


def test_a_long_log_stands_on_pages_which_the_search_tells_apart(client):
    oldest = make.correction_request(
        asked_on=date(2026, 1, 1), asked_es="Sobran zanahorias."
    )
    for _ in range(PER_PAGE):
        make.correction_request()
    path = public_path("corrections")

    shown = {
        number: client.get(path, {"page": number}, follow=True)
        .context["page"]
        .object_list
        for number in (1, 2)
    }
    (hit,) = paths(client, "zanahorias")

    assert [len(shown[number]) for number in (1, 2)] == [PER_PAGE, 1]
    assert list(shown[2]) == [oldest]
    place, mark = hit.split("#")
    assert place == f"{path}?page=2"
    assert f'id="{mark}"' in client.get(place).content.decode()
    assert f'id="{mark}"' not in client.get(path).content.decode()


def test_a_request_keeps_its_mark_when_an_earlier_one_is_entered(client):
    first = make.correction_request(asked_on=date(2026, 3, 1))

    def marks():
        page = client.get(public_path("corrections")).content.decode()
        return re.findall(r'<article class="entry" id="solicitud-([^"]+)"', page)

    (mark,) = marks()
    make.correction_request(asked_on=date(2026, 2, 1))
    latest, earlier = marks()

    assert latest == mark
    assert len({mark, earlier, str(first.pk)}) == 3


@pytest.mark.parametrize("page", ["0", "2", "x"])
def test_a_page_that_the_log_has_not_is_not_found(client, page):
    make.correction_request()

    assert client.get(public_path("corrections"), {"page": page}).status_code == 404


def test_a_purge_takes_it_out_of_the_log(client):
    phrase = "La señora de la esquina"
    texts = {f"{name}_es": f"{phrase}." for name in ("about", "asked", "decision")}
    told = DECIDED | texts | {"about_en": phrase}
    correction = make.correction_request(**told)
    make.change(correction, asked_es=f"Otra vez: {phrase}.")

    make.purged(phrase)

    for language in LANGUAGES:
        page = client.get(
            public_path("corrections", language=language)
        ).content.decode()
        assert phrase not in page
    told = Correction.objects.get()
    assert {getattr(told, name) for name in texts} == {MARKER}
    assert find_matches(purging.Phrases(phrase)) == []


@pytest.mark.parametrize("left_out", DECIDED)
def test_it_is_decided_as_a_whole(left_out):
    decided = {name: value for name, value in DECIDED.items() if name != left_out}

    with pytest.raises(IntegrityError), transaction.atomic():
        make.correction_request(**decided)


def test_it_is_not_decided_before_it_was_asked():
    with pytest.raises(IntegrityError), transaction.atomic():
        make.correction_request(**DECIDED | {"asked_on": date(2026, 3, 10)})


def test_whoever_approves_reads_what_the_public_will(client):
    change = make.change(make.correction_request(), **DECIDED)
    client.force_login(make.reviewer())

    page = client.get(reverse("admin:approval", args=[change.pk]))

    (record,) = page.context["records"]
    readings = dict(record["previews"])
    assert set(readings) == {"es", "en"}
    assert DECIDED["decision_es"] in readings["es"]
    # Both stand on one page, on which no two things may bear one mark.
    assert not re.search(r'\bid="', "".join(readings.values()))
