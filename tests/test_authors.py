"""Who says what the portal publishes, and of which day it is, wherever it is quoted."""

import csv
import json
import re
from datetime import date
from xml.etree import ElementTree

import pytest
from django.utils import timezone
from django.utils.translation import override

from strategic_areas.progress import ActivityState
from strategic_areas.public_paths import public_path
from strategic_areas.sentences import STATES, UNDER_WAY_THEN
from tests import make

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
LANGUAGES = ("es", "en")
UNDATED = {"es": "2020, sin fecha", "en": "2020, undated"}
UNTIL = {"es": "31 de diciembre de 2020", "en": "31 December 2020"}


@pytest.fixture
def plan():
    return make.plan(starts_on=date(2017, 1, 1), ends_on=date(2020, 12, 31))


@pytest.fixture
def recorded(plan):
    """What a foreign report tells of the work of an agency, which says nothing."""
    year = make.period(
        plan=plan, starts_on=date(2020, 1, 1), ends_on=date(2020, 12, 31)
    )
    source = make.source(plan=plan, title="Informe", publisher="Otro Estado")
    line = make.commitment(plan=plan, provenance="reconstructed")
    activity = make.activity(commitment=line, provenance="documented")
    return make.record_update(
        activity=activity, period=year, sources=[source], provenance="documented"
    )


@pytest.fixture
def reported(plan):
    return make.published_update(
        activity=make.activity(plan=plan), narrative_en="Done."
    )


def page_of(client, update, language):
    words = update.plan.code, update.public_id
    return client.get(public_path("update", *words, language=language)).content.decode()


def citation(html):
    (sentence,) = re.findall(r"<cite>(.*?)</cite>", html, re.DOTALL)
    return " ".join(sentence.split())


def subject_of(html):
    """What the linked data of a page say it is about."""
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    (about,) = filter(None, (json.loads(each).get("mainEntity") for each in found))
    return about


def feed(client, plan):
    tree = ElementTree.fromstring(  # noqa: S314
        client.get(public_path("plan_feed", plan.code, language="es")).content
    )
    return {
        entry.find(f"{ATOM}link").get("href").rstrip("/").rpartition("/")[2]: entry
        for entry in tree.iter(f"{ATOM}entry")
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_public_record_is_the_word_of_its_source(client, recorded, language):
    html = page_of(client, recorded, language)
    agency = getattr(recorded.agency, f"name_{language}")

    assert citation(html).startswith("Otro Estado, ")
    assert agency in citation(html)
    assert UNDATED[language] in citation(html)
    assert UNTIL[language] not in citation(html)
    told = subject_of(html)
    assert told.keys().isdisjoint({"author", "datePublished"})
    assert told["about"]["name"] == agency
    assert [each["publisher"]["name"] for each in told["isBasedOn"]] == ["Otro Estado"]
    assert told["sdDatePublished"] == f"{timezone.localdate()}"


def test_a_record_has_the_day_of_its_source_and_no_other(client, recorded):
    plan = recorded.plan
    dated = make.record_update(
        activity=make.activity(
            commitment=recorded.activity.commitment, provenance="documented"
        ),
        period=recorded.period,
        sources=recorded.sources.all(),
        provenance="documented",
        reported_on=date(2020, 5, 4),
    )
    listed = client.get(public_path("updates", plan.code, language="es")).text
    file = client.get(public_path("plan_updates", plan.code, language="es")).text
    entries = feed(client, plan)

    days = [row["reported_on"] for row in csv.DictReader(file[1:].splitlines())]
    assert sorted(days) == ["", "2020-05-04"]
    assert listed.index("04/05/2020") < listed.rindex("Sin día en su fuente")
    assert "31/12/2020</time>" not in listed
    published = {key: each.find(f"{ATOM}published") for key, each in entries.items()}
    assert published[recorded.public_id] is None
    assert published[dated.public_id].text.startswith("2020-05-04T")
    html = page_of(client, dated, "es")
    assert "Registro hasta el 4 de mayo de 2020; " in citation(html)
    assert subject_of(html)["datePublished"] == "2020-05-04"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_is_the_word_of_its_agency(client, reported, language):
    html = page_of(client, reported, language)
    agency = getattr(reported.agency, f"name_{language}")

    assert citation(html).startswith(f"{agency}, ")
    assert subject_of(html)["author"]["name"] == agency
    assert "isBasedOn" not in subject_of(html)


def test_a_demonstration_is_the_word_of_no_agency(client, plan):
    rehearsal = make.round(plan=plan, is_demonstration=True)
    update = make.published_update(activity=make.activity(plan=plan), period=rehearsal)

    html = page_of(client, update, "es")

    assert update.agency.name_es not in citation(html)
    assert "author" not in subject_of(html)


def test_a_feed_names_who_said_it_and_its_day(client, plan, recorded, reported):
    found = feed(client, plan)
    record, report = found[recorded.public_id], found[reported.public_id]

    assert record.find(f"{ATOM}author/{ATOM}name").text == "Otro Estado"
    assert record.find(f"{ATOM}published") is None
    assert report.find(f"{ATOM}author/{ATOM}name").text == reported.agency.name_es
    assert report.find(f"{ATOM}published").text == reported.published_at.isoformat()


def test_nothing_is_said_to_go_on_by_a_record_of_the_past(client, recorded):
    html = page_of(client, recorded, "es")

    with override("es"):
        then, now = str(UNDER_WAY_THEN), str(STATES[ActivityState.IN_PROGRESS])
    assert f"</svg>{then}</span>" in html
    assert f"</svg>{now}</span>" not in html


@pytest.mark.parametrize("name", ["plan_commitments", "plan_updates"])
def test_a_reconstructions_file_is_named_by_its_last_day(client, recorded, name):
    """And that of reports by the day on which it is taken."""
    report = make.published_update()

    files = [
        client.get(public_path(name, each.plan.code, language="en"))
        for each in (recorded, report)
    ]

    told = [each["Content-Disposition"] for each in files]
    assert "record-up-to-2020-12-31" in told[0]
    assert f"data-as-of-{timezone.localdate()}" in told[1]
